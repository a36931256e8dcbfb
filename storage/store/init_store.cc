// InitStore.

#include "domain/base/try.h"
#include "storage/log/checkpoint.h"
#include "storage/log/rocksdb_log.h"
#include "storage/store/create_store.h"
#include "storage/store/store.h"
#include "storage/store/store_directory.h"
#include "storage/vault/key_encryption_key.h"

namespace roster::storage {
namespace {

absl::StatusOr<SecretKey> ReadOrCreateKey(const std::string& source) {
  absl::StatusOr<SecretKey> key = ReadKeyEncryptionKey(source);
  if (!absl::IsNotFound(key.status())) return key;
  ROSTER_TRY(CreateKeyEncryptionKey(source));
  return ReadKeyEncryptionKey(source);
}

// Creates the log under its unfinished name, then the parts that refer to it.
absl::Status WriteParts(const StorePaths& paths, const SecretKey& key,
                        std::vector<event::v1::Commit> first) {
  ROSTER_ASSIGN(auto log, CreateRocksDbLog(UnfinishedLogDirectory(paths.directory)));
  ROSTER_TRY(log->Append(0, first));
  absl::Status created = Vault::Create({.path = paths.vault, .key_encryption_key = key}, log->id());
  return created.ok() ? WriteCheckpoint(paths.checkpoint, CheckpointOf(*log)) : created;
}

}  // namespace

absl::Status InitStore(const StorePaths& paths, std::vector<event::v1::Commit> first) {
  return CreateStore(
      paths, [&] { return ReadOrCreateKey(paths.key_encryption_key); },
      [&](const SecretKey& key) { return WriteParts(paths, key, std::move(first)); });
}

}  // namespace roster::storage
