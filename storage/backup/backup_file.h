// The two files of a backup. Both have the same form: lines that say what it is, a body, and the
// digest of all of it. FORMAT.md has them byte by byte.

#ifndef ROSTER_STORAGE_BACKUP_BACKUP_FILE_H_
#define ROSTER_STORAGE_BACKUP_BACKUP_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/base/file.h"
#include "storage/crypto/sha256.h"
#include "storage/log/checkpoint.h"

namespace roster::storage {

inline constexpr size_t kBackupIdBytes = 16;

// What is in a backup is apart, so that both can be kept for different times.
enum class BackupPart { kLog, kVault };

// What both files of one backup say alike.
struct BackupHeader {
  std::string id;         // kBackupIdBytes, random
  Checkpoint checkpoint;  // the end of the log in it

  friend bool operator==(const BackupHeader&, const BackupHeader&) = default;
};

// Writes one file. Thread-compatible. Errors are those of NewFile.
class BackupWriter {
 public:
  static absl::StatusOr<std::unique_ptr<BackupWriter>> Create(const std::string& path,
                                                              BackupPart part,
                                                              const BackupHeader& header);

  // Adds to the body.
  absl::Status Append(std::string_view bytes);
  // Ends the file and makes it durable, under NewFile::UnpublishedPath.
  absl::Status Finish();
  // After Finish: gives the file its path.
  absl::Status Publish() { return file_->Publish(); }

 private:
  explicit BackupWriter(std::unique_ptr<NewFile> file) : file_(std::move(file)) {}

  const std::unique_ptr<NewFile> file_;
  Sha256Stream digest_;
};

// Reads one file. Thread-compatible.
class BackupReader {
 public:
  // Reads the whole file once, for its digest. NOT_FOUND: there is none. DATA_LOSS: it is not as it
  // was written, such as cut short. FAILED_PRECONDITION: it is no such part of a backup, or a newer
  // version wrote it. Messages name the file.
  static absl::StatusOr<std::unique_ptr<BackupReader>> Open(const std::string& path,
                                                            BackupPart part);

  const std::string& path() const { return path_; }
  const BackupHeader& header() const { return header_; }
  // Bytes of the body that were not read yet.
  uint64_t left() const { return left_; }

  // The next bytes of the body. DATA_LOSS: fewer are left.
  absl::StatusOr<std::string> Read(uint64_t count);

 private:
  BackupReader(std::string path, uint64_t bytes) : path_(std::move(path)), left_(bytes) {}

  absl::Status ReadHeader(BackupPart part);
  absl::StatusOr<std::string> ReadLine();

  const std::string path_;
  uint64_t left_;
  std::unique_ptr<FileReader> file_;
  BackupHeader header_;
};

// The error of a file that is not as a backup wrote it: DATA_LOSS, with the path.
absl::Status DamagedBackup(const std::string& path, std::string_view what);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BACKUP_BACKUP_FILE_H_
