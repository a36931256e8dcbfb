#include "storage/store/erasure_list.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "domain/base/try.h"
#include "storage/base/file.h"
#include "storage/crypto/crc.h"

namespace roster::storage {
namespace {

constexpr char kErased[] = "erased";
constexpr char kForgotten[] = "forgotten";

// A line as it is written: its text and the checksum of that.
std::string WithChecksum(std::string_view text) {
  return absl::StrCat(std::string(text), " ", absl::BytesToHexString(Crc32(text)));
}

// The text of a line. Nothing: its checksum does not match.
std::optional<std::string_view> TextOf(std::string_view line) {
  const std::string_view text = line.substr(0, line.rfind(' '));
  if (WithChecksum(text) != line) return std::nullopt;
  return text;
}

std::string LineOf(const Erasure& erasure) {
  return WithChecksum(absl::StrCat(kErased, " ", erasure.position, " ", erasure.key_id, " ",
                                   erasure.account_id, " ", erasure.user_id));
}

// Whether the line could be read.
bool ReadLine(std::string_view line, Erasures& erasures) {
  const std::vector<std::string> words =
      absl::StrSplit(std::string(TextOf(line).value_or("")), ' ');
  Position position = 0;
  domain::KeyId key_id = 0;
  if (words.size() == 5 && words[0] == kErased && absl::SimpleAtoi(words[1], &position) &&
      absl::SimpleAtoi(words[2], &key_id)) {
    erasures.users.insert({words[3], words[4], key_id, position});
    return true;
  }
  if (words.size() == 2 && words[0] == kForgotten && absl::SimpleAtoi(words[1], &position)) {
    erasures.forgotten = std::max(erasures.forgotten, position);
    return true;
  }
  return false;
}

}  // namespace

bool ByKey::operator()(const Erasure& a, const Erasure& b) const {
  return std::tie(a.key_id, a.account_id, a.user_id) < std::tie(b.key_id, b.account_id, b.user_id);
}

absl::StatusOr<Erasures> ParseErasures(std::string_view text, const std::string& name) {
  Erasures erasures;
  // Text after the last line break is a line that a crash has torn; nothing depends on it.
  for (size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string_view::npos;
       begin = end + 1) {
    if (ReadLine(text.substr(begin, end - begin), erasures)) continue;
    return absl::DataLossError(
        absl::StrCat("the erasure list ", name, " is damaged; restore it from its backup"));
  }
  return erasures;
}

std::string EncodeErasures(const std::set<Erasure, ByKey>& users) {
  std::string text;
  for (const Erasure& erasure : users) text += LineOf(erasure) + '\n';
  return text;
}

absl::StatusOr<std::unique_ptr<ErasureList>> ErasureList::Open(const std::string& path,
                                                               rocksdb::Env* env) {
  std::unique_ptr<ErasureList> list(new ErasureList(path, env));
  const absl::StatusOr<std::string> text = ReadFile(path, env);
  if (absl::IsNotFound(text.status())) return list;
  if (!text.ok()) return text.status();
  ROSTER_ASSIGN(Erasures content, ParseErasures(*text, path));
  const MutexLock lock(list->mutex_);
  list->content_ = std::move(content);
  return list;
}

absl::Status ErasureList::Add(const std::vector<Erasure>& erasures) {
  MutexLock lock(mutex_);
  std::set<Erasure, ByKey> fresh;
  std::vector<std::string> lines;
  for (const Erasure& erasure : erasures) {
    if (content_.users.count(erasure) != 0 || !fresh.insert(erasure).second) continue;
    lines.push_back(LineOf(erasure));
  }
  if (lines.empty()) return absl::OkStatus();
  absl::Status added = AppendLine(path_, absl::StrJoin(lines, "\n"), env_);
  if (added.ok()) content_.users.merge(fresh);
  return added;
}

absl::Status ErasureList::MarkForgotten(Position position) {
  MutexLock lock(mutex_);
  if (position <= content_.forgotten) return absl::OkStatus();
  absl::Status added =
      AppendLine(path_, WithChecksum(absl::StrCat(kForgotten, " ", position)), env_);
  if (added.ok()) content_.forgotten = position;
  return added;
}

Erasures ErasureList::content() const {
  MutexLock lock(mutex_);
  return content_;
}

bool ErasureList::Has(const Erasure& erasure) const {
  MutexLock lock(mutex_);
  return content_.users.count(erasure) != 0;
}

Position ErasureList::forgotten() const {
  MutexLock lock(mutex_);
  return content_.forgotten;
}

}  // namespace roster::storage
