#include "storage/log/checkpoint.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/base/file.h"
#include "storage/crypto/sha256.h"
#include "storage/log/commit_record.h"

namespace roster::storage {
namespace {

constexpr std::string_view kTitle = "roster checkpoint ";
constexpr uint64_t kVersion = 1;

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

std::string Facts(const Checkpoint& checkpoint) {
  return absl::StrCat(std::string(kTitle), kVersion, "\nlog ", Hex(checkpoint.log_id), "\nepoch ",
                      checkpoint.epoch, "\nposition ", checkpoint.position, "\nhash ",
                      Hex(checkpoint.hash), "\n");
}

// Removes the line "name value" from the text and returns the value; nothing for another line.
std::optional<std::string> TakeLine(std::string_view& text, std::string_view name) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos || text.substr(0, name.size()) != name) return std::nullopt;
  std::string value(text.substr(0, end).substr(name.size()));
  text.remove_prefix(end + 1);
  return value;
}

std::optional<uint64_t> TakeNumber(std::string_view& text, std::string_view name) {
  const std::optional<std::string> value = TakeLine(text, name);
  uint64_t number = 0;
  if (!value || !absl::SimpleAtoi(*value, &number)) return std::nullopt;
  return number;
}

// Nothing unless the value is this many bytes in hexadecimal.
std::optional<std::string> TakeBytes(std::string_view& text, std::string_view name, size_t count) {
  const std::optional<std::string> value = TakeLine(text, name);
  if (!value || value->size() != 2 * count) return std::nullopt;
  for (const char digit : *value) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(digit))) return std::nullopt;
  }
  return absl::HexStringToBytes(*value);
}

}  // namespace

std::string EncodeCheckpoint(const Checkpoint& checkpoint) {
  const std::string facts = Facts(checkpoint);
  return absl::StrCat(facts, "sha256 ", Hex(Sha256(facts)), "\n");
}

std::optional<Checkpoint> DecodeCheckpoint(const std::string& content) {
  std::string_view text = content;
  if (!TakeNumber(text, kTitle)) return std::nullopt;
  const std::optional<std::string> log_id = TakeBytes(text, "log ", kLogIdBytes);
  const std::optional<uint64_t> epoch = TakeNumber(text, "epoch ");
  const std::optional<uint64_t> position = TakeNumber(text, "position ");
  const std::optional<std::string> hash = TakeBytes(text, "hash ", kSha256Bytes);
  if (!log_id || !epoch || !position || !hash) return std::nullopt;
  Checkpoint checkpoint{*log_id, *epoch, *position, *hash};
  // There is one way to write a checkpoint, so this checks the digest and everything that the
  // parsing above is lenient about.
  if (EncodeCheckpoint(checkpoint) != content) return std::nullopt;
  return checkpoint;
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& path, rocksdb::Env* env) {
  const absl::StatusOr<std::string> content = ReadFile(path, env);
  if (absl::IsNotFound(content.status())) {
    return absl::NotFoundError(absl::StrCat(
        "there is no checkpoint ", path,
        ", which says how far the log had come. Restore it from where it was; without it, nobody "
        "can tell whether records are missing"));
  }
  if (!content.ok()) return content.status();
  std::string_view text = *content;
  const std::optional<uint64_t> version = TakeNumber(text, kTitle);
  if (version && *version > kVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the checkpoint ", path, " has format ",
                                                      *version,
                                                      ": run the newer version that wrote it"));
  }
  if (std::optional<Checkpoint> checkpoint = DecodeCheckpoint(*content))
    return *std::move(checkpoint);
  return absl::DataLossError(absl::StrCat(
      "the checkpoint ", path,
      " is damaged: it is not as it was written. Nothing was changed. Restore it from a copy; "
      "without it, nobody can tell whether records of the log are missing"));
}

absl::Status WriteCheckpoint(const std::string& path, const Checkpoint& checkpoint,
                             rocksdb::Env* env) {
  return ReplaceFile(path, EncodeCheckpoint(checkpoint), env);
}

Checkpoint CheckpointAt(const std::string& log_id, const LogTail& tail) {
  return {log_id, tail.epoch, tail.head, tail.hash};
}

Checkpoint CheckpointOf(const Log& log) { return CheckpointAt(log.id(), log.tail()); }

Checkpointer::Checkpointer(const Log& log, CheckpointerOptions options)
    : log_(log), options_(std::move(options)), thread_([this] { Run(); }) {}

Checkpointer::~Checkpointer() {
  stop_.Set();
  thread_.join();
  Write();
}

void Checkpointer::Run() {
  do {
    Write();
  } while (!stop_.WaitFor(options_.interval));
}

void Checkpointer::Write() {
  const Checkpoint checkpoint = CheckpointOf(log_);
  if (written_ && written_position_ == checkpoint.position) return;
  const absl::Status status = WriteCheckpoint(options_.path, checkpoint, options_.env);
  if (status.ok()) {
    written_ = true;
    written_position_ = checkpoint.position;
  } else if (options_.on_error) {
    options_.on_error(status);
  }
}

}  // namespace roster::storage
