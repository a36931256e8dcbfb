#include "storage/store/erasure_list.h"

#include <algorithm>
#include <optional>
#include <string_view>

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

}  // namespace

absl::StatusOr<std::unique_ptr<ErasureList>> ErasureList::Open(const std::string& path,
                                                               rocksdb::Env* env) {
  std::unique_ptr<ErasureList> list(new ErasureList(path, env));
  const absl::StatusOr<std::string> text = ReadFile(path, env);
  if (absl::IsNotFound(text.status())) return list;
  if (!text.ok()) return text.status();
  // Text after the last line break is a line that a crash has torn; nothing depends on it.
  for (size_t begin = 0, end = 0; (end = text->find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const std::string_view line = std::string_view(*text).substr(begin, end - begin);
    ROSTER_TRY(list->ReadLine(line));
  }
  return list;
}

absl::Status ErasureList::ReadLine(std::string_view line) {
  const std::vector<std::string> words =
      absl::StrSplit(std::string(TextOf(line).value_or("")), ' ');
  Position position = 0;
  uint64_t key_id = 0;
  MutexLock lock(mutex_);
  if (words.size() == 5 && words[0] == kErased && absl::SimpleAtoi(words[1], &position) &&
      absl::SimpleAtoi(words[2], &key_id)) {
    key_ids_.insert(key_id);
    return absl::OkStatus();
  }
  if (words.size() == 2 && words[0] == kForgotten && absl::SimpleAtoi(words[1], &position)) {
    forgotten_ = std::max(forgotten_, position);
    return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat("the erasure list ", path_, " is damaged; restore it from its backup"));
}

absl::Status ErasureList::Add(const std::vector<Erasure>& erasures) {
  MutexLock lock(mutex_);
  std::set<uint64_t> fresh;
  std::vector<std::string> lines;
  for (const Erasure& erasure : erasures) {
    if (key_ids_.count(erasure.key_id) != 0 || !fresh.insert(erasure.key_id).second) continue;
    lines.push_back(WithChecksum(absl::StrCat(kErased, " ", erasure.position, " ", erasure.key_id,
                                              " ", erasure.account_id, " ", erasure.user_id)));
  }
  if (lines.empty()) return absl::OkStatus();
  absl::Status added = AppendLine(path_, absl::StrJoin(lines, "\n"), env_);
  if (added.ok()) key_ids_.merge(fresh);
  return added;
}

absl::Status ErasureList::MarkForgotten(Position position) {
  MutexLock lock(mutex_);
  if (position <= forgotten_) return absl::OkStatus();
  absl::Status added =
      AppendLine(path_, WithChecksum(absl::StrCat(kForgotten, " ", position)), env_);
  if (added.ok()) forgotten_ = position;
  return added;
}

std::set<uint64_t> ErasureList::key_ids() const {
  MutexLock lock(mutex_);
  return key_ids_;
}

bool ErasureList::Has(uint64_t key_id) const {
  MutexLock lock(mutex_);
  return key_ids_.count(key_id) != 0;
}

Position ErasureList::forgotten() const {
  MutexLock lock(mutex_);
  return forgotten_;
}

}  // namespace roster::storage
