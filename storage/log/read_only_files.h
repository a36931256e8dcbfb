// A file system in which nothing can be changed.
//
// RocksDB's own read-only mode protects rows, not files: it removes files that it takes for
// obsolete. In a damaged directory whose MANIFEST is cut short, those are all the tables that the
// rest of the MANIFEST does not name.

#ifndef ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_
#define ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_

#include <rocksdb/env.h>

#include <memory>

namespace roster::storage {

// An environment over the files of `env` (null: the system's). Removals are ignored, all other
// changes fail, and RocksDB's own log messages are dropped. Thread-safe.
std::unique_ptr<rocksdb::Env> ReadOnlyEnv(rocksdb::Env* env);

// A logger that drops every message.
std::shared_ptr<rocksdb::Logger> SilentLogger();

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_
