// A file system in which nothing can be changed.
//
// RocksDB's own read-only mode is a promise about rows, not about files. Whoever looks at a damaged
// directory must not depend on it: RocksDB removes what it takes for obsolete, and where a MANIFEST
// is cut short that is all the tables that the rest of it does not name.

#ifndef ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_
#define ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_

#include <rocksdb/env.h>

#include <memory>

namespace roster::storage {

// An environment over the files of `env` (null: the system's): what removes something is ignored,
// what makes or changes something fails, a directory's messages of its own go nowhere. Thread-safe.
std::unique_ptr<rocksdb::Env> ReadOnlyEnv(rocksdb::Env* env);

// Takes messages and keeps none.
std::shared_ptr<rocksdb::Logger> SilentLogger();

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_LOG_READ_ONLY_FILES_H_
