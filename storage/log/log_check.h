// The check of a log before it is opened for writing. It changes nothing.
//
// Opening a directory for writing makes some damage final: if its MANIFEST or write-ahead log is
// missing or cut short, RocksDB opens it as if the lost records had never been there, and removes
// the files of others. So a log is checked first, against the checkpoint that is kept elsewhere.

#ifndef ROSTER_STORAGE_LOG_LOG_CHECK_H_
#define ROSTER_STORAGE_LOG_LOG_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "storage/log/checkpoint.h"
#include "storage/log/rocksdb_log.h"

namespace roster::storage {

// Checks the log of a directory that no process has open: identity and format, that no record
// before its end is missing, that the end is at the checkpoint or after it, that the record there
// has the checkpoint's hash, the last record, and the checksums of the newest tables up to 1 GiB.
// `checkpoint` null: there is none, and a log that has lost its newest records passes.
// Changes no name and no byte in the directory. Messages say what to do.
// NOT_FOUND: there is no log, and no checkpoint of one either. DATA_LOSS: damaged, or records are
// missing. FAILED_PRECONDITION: of another format, or not the log of the checkpoint. Other errors
// are those of the file system.
absl::Status CheckRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                             const RocksDbLogOptions& options = {});

// As CheckRocksDbLog, and reads the whole log: all tables, every record, and the chain of hashes
// over them.
absl::Status VerifyRocksDbLog(const std::string& directory, const NamedCheckpoint* checkpoint,
                              const RocksDbLogOptions& options = {});

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_LOG_CHECK_H_
