#include "storage/backup/backup_file.h"

#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "domain/base/try.h"

namespace roster::storage {
namespace {

constexpr std::string_view kName = "roster backup ";
constexpr std::string_view kTitle = "roster backup 1";
constexpr std::string_view kId = "backup ";
constexpr int kCheckpointLines = 6;
// No line is longer.
constexpr size_t kMaxLineBytes = 128;
constexpr size_t kChunkBytes = 1 << 20;

std::string_view PartLine(BackupPart part) {
  return part == BackupPart::kLog ? "part log" : "part vault";
}

std::string Encode(BackupPart part, const BackupHeader& header) {
  return absl::StrCat(std::string(kTitle), "\n", std::string(PartLine(part)), "\n",
                      std::string(kId), absl::BytesToHexString(header.id), "\n",
                      EncodeCheckpoint(header.checkpoint));
}

absl::Status Refuse(const std::string& path, std::string_view what) {
  return absl::FailedPreconditionError(
      absl::StrCat("the backup ", path, " is refused: ", std::string(what)));
}

// The bytes of the file before its digest, which is right.
absl::StatusOr<uint64_t> CheckDigest(const std::string& path) {
  ROSTER_ASSIGN(const std::unique_ptr<FileReader> file, FileReader::Open(path));
  Sha256Stream digest;
  uint64_t bytes = 0;
  std::string ahead;  // the last bytes may be the digest
  while (true) {
    ROSTER_ASSIGN(const std::string chunk, file->Read(kChunkBytes));
    if (chunk.empty()) break;
    ahead += chunk;
    if (ahead.size() <= kSha256Bytes) continue;
    const size_t known = ahead.size() - kSha256Bytes;
    digest.Add(std::string_view(ahead).substr(0, known));
    bytes += known;
    ahead.erase(0, known);
  }
  if (ahead == digest.Finish()) return bytes;
  return DamagedBackup(path, "its digest is wrong, so it was cut short or changed");
}

}  // namespace

absl::Status DamagedBackup(const std::string& path, std::string_view what) {
  return absl::DataLossError(absl::StrCat("the backup ", path, " is damaged: ", std::string(what),
                                          ". Nothing was changed. Take another copy of it"));
}

absl::StatusOr<std::unique_ptr<BackupWriter>> BackupWriter::Create(const std::string& path,
                                                                   BackupPart part,
                                                                   const BackupHeader& header) {
  ROSTER_ASSIGN(std::unique_ptr<NewFile> file, NewFile::Create(path));
  std::unique_ptr<BackupWriter> writer(new BackupWriter(std::move(file)));
  ROSTER_TRY(writer->Append(Encode(part, header)));
  return writer;
}

absl::Status BackupWriter::Append(std::string_view bytes) {
  digest_.Add(bytes);
  return file_->Append(bytes);
}

absl::Status BackupWriter::Finish() {
  ROSTER_TRY(file_->Append(digest_.Finish()));
  return file_->Finish();
}

absl::StatusOr<std::unique_ptr<BackupReader>> BackupReader::Open(const std::string& path,
                                                                 BackupPart part) {
  ROSTER_ASSIGN(const uint64_t bytes, CheckDigest(path));
  std::unique_ptr<BackupReader> reader(new BackupReader(path, bytes));
  ROSTER_ASSIGN(reader->file_, FileReader::Open(path));
  ROSTER_TRY(reader->ReadHeader(part));
  return reader;
}

absl::StatusOr<std::string> BackupReader::Read(uint64_t count) {
  if (count > left_) return DamagedBackup(path_, "its end is missing");
  left_ -= count;
  ROSTER_ASSIGN(std::string bytes, file_->Read(count));
  if (bytes.size() == count) return bytes;
  return DamagedBackup(path_, "it has changed while it was read");
}

absl::StatusOr<std::string> BackupReader::ReadLine() {
  std::string line;
  while (line.empty() || line.back() != '\n') {
    if (line.size() == kMaxLineBytes) return Refuse(path_, "it is no backup of Roster");
    ROSTER_ASSIGN(const std::string next, Read(1));
    line += next;
  }
  return line;
}

absl::Status BackupReader::ReadHeader(BackupPart part) {
  ROSTER_ASSIGN(const std::string title, ReadLine());
  if (title != absl::StrCat(std::string(kTitle), "\n")) {
    return Refuse(path_, title.compare(0, kName.size(), kName) == 0
                             ? "a newer version wrote it: run that one"
                             : "it is no backup of Roster");
  }
  ROSTER_ASSIGN(const std::string part_line, ReadLine());
  if (part_line != absl::StrCat(std::string(PartLine(part)), "\n")) {
    return Refuse(path_, absl::StrCat("it is not the ", std::string(PartLine(part))));
  }
  ROSTER_ASSIGN(const std::string id_line, ReadLine());
  std::string text;
  for (int i = 0; i < kCheckpointLines; ++i) {
    ROSTER_ASSIGN(const std::string line, ReadLine());
    text += line;
  }
  const std::optional<Checkpoint> checkpoint = DecodeCheckpoint(text);
  if (!checkpoint || id_line.size() != kId.size() + 2 * kBackupIdBytes + 1) {
    return DamagedBackup(path_, "it does not begin like one");
  }
  header_ = {absl::HexStringToBytes(id_line.substr(kId.size(), 2 * kBackupIdBytes)), *checkpoint};
  return absl::OkStatus();
}

}  // namespace roster::storage
