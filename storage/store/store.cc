#include "storage/store/store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/rows/rows.h"
#include "storage/base/file.h"
#include "storage/log/checkpoint.h"
#include "storage/log/log_check.h"
#include "storage/log/rocksdb_log.h"
#include "storage/store/directory_lock.h"
#include "storage/store/disk_space.h"
#include "storage/store/erasure_list.h"
#include "storage/store/store_directory.h"
#include "storage/vault/key_encryption_key.h"

namespace roster::storage {
namespace {

// What is known of a store before anything in it is opened for writing.
struct Checked {
  DirectoryLock lock;
  SecretKey key_encryption_key;
  NamedCheckpoint checkpoint;
};

// A store is there, and nobody else has it.
absl::StatusOr<DirectoryLock> LockStore(const std::string& directory) {
  absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(directory);
  if (absl::IsNotFound(lock.status())) {
    return absl::NotFoundError(
        absl::StrCat("no store is in ", directory, "; run `rosterd init` to create one"));
  }
  return lock;
}

absl::StatusOr<Checked> CheckStore(const StorePlaces& places, rocksdb::Env* env, bool whole) {
  absl::StatusOr<DirectoryLock> lock = LockStore(places.directory);
  if (!lock.ok()) return lock.status();
  const std::string log = LogDirectory(places.directory);
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(places.checkpoint, env);
  if (absl::IsNotFound(checkpoint.status()) && !Exists(log, env)) {
    return CheckRocksDbLog(log, nullptr, {.env = env});
  }
  if (!checkpoint.ok()) return checkpoint.status();
  absl::StatusOr<SecretKey> key = ReadKeyEncryptionKey(places.key_encryption_key);
  if (!key.ok()) return key.status();
  NamedCheckpoint named{places.checkpoint, *std::move(checkpoint)};
  absl::Status checked = whole ? VerifyRocksDbLog(log, &named, {.env = env})
                               : CheckRocksDbLog(log, &named, {.env = env});
  if (!checked.ok()) return checked;
  return Checked{*std::move(lock), *key, std::move(named)};
}

absl::StatusOr<std::unique_ptr<Vault>> OpenVault(const StoreOptions& options,
                                                 const Checked& checked) {
  absl::StatusOr<std::unique_ptr<Vault>> vault =
      Vault::OpenFile({.path = options.places.vault,
                       .key_encryption_key = checked.key_encryption_key,
                       .on_damage = options.on_damage,
                       .env = options.env});
  if (vault.ok() && (*vault)->log_id() != checked.checkpoint.checkpoint.log_id) {
    return absl::FailedPreconditionError(
        absl::StrCat("the key vault ", options.places.vault,
                     " belongs to another store. Nothing was changed. Restore the one of ",
                     options.places.directory, ", or say where it is with --key-vault"));
  }
  return vault;
}

// Whether a step of the erasure may be missing.
bool IsPending(const Erasure& erasure, const Vault& vault, const ErasureList& list) {
  const std::vector<KeyId>& destroyed = vault.destroyed_at_open();
  return erasure.position > list.forgotten() || list.key_ids().count(erasure.key_id) == 0 ||
         !std::binary_search(destroyed.begin(), destroyed.end(), erasure.key_id);
}

class OpenedStore final : public Store {
 public:
  OpenedStore(Checked checked, std::unique_ptr<Vault> vault, std::unique_ptr<Log> log,
              ErasureList list)
      : lock_(std::move(checked.lock)),
        key_encryption_key_(checked.key_encryption_key),
        vault_(std::move(vault)),
        log_(std::move(log)),
        list_(std::move(list)) {}

  // As OpenStore, from the views on.
  absl::Status Start(const StoreOptions& options, const std::function<void(std::string_view)>& say);

  Log& log() override { return *log_; }
  Views& views() override { return *views_; }
  Vault& vault() override { return *vault_; }
  Eraser& eraser() override { return *eraser_; }
  SecretKey KeyFor(std::string_view purpose) const override {
    return key_encryption_key_.DeriveFor(absl::StrCat(std::string(purpose), "/", log_->id()));
  }

 private:
  absl::Status FinishErasures(const std::function<void(std::string_view)>& say);

  // Members go in the reverse order: the lock last.
  const DirectoryLock lock_;
  const SecretKey key_encryption_key_;
  const std::unique_ptr<Vault> vault_;
  const std::unique_ptr<Log> log_;
  ErasureList list_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

absl::Status OpenedStore::Start(const StoreOptions& options,
                                const std::function<void(std::string_view)>& say) {
  ViewsOptions views_options;
  views_options.directory = ViewsDirectory(options.places.directory);
  views_options.cache_bytes = options.cache_bytes;
  views_options.compression = options.compression;
  views_options.on_damage = options.on_damage;
  views_options.env = options.env;
  absl::StatusOr<std::unique_ptr<Views>> views = OpenViews(views_options, *log_, *vault_, say);
  if (!views.ok()) return views.status();
  views_ = *std::move(views);
  if (absl::Status keys = CheckKeys(*vault_, *views_->Latest()); !keys.ok()) {
    // Folded without a key that should be there, they lack rows.
    views_.reset();
    RemoveFiles(views_options.directory, options.env).IgnoreError();
    return keys;
  }
  vault_->ContinueAfter(domain::LastKey(*views_->Latest()));
  if (absl::Status status = FinishErasures(say); !status.ok()) return status;
  eraser_ = std::make_unique<Eraser>(*vault_, list_, *views_, options.on_failure);
  CheckpointerOptions checkpoints;
  checkpoints.path = options.places.checkpoint;
  checkpoints.env = options.env;
  checkpoints.on_error = options.on_late_checkpoint;
  checkpointer_ = std::make_unique<Checkpointer>(*log_, std::move(checkpoints));
  return absl::OkStatus();
}

absl::Status OpenedStore::FinishErasures(const std::function<void(std::string_view)>& say) {
  std::vector<Erasure> pending = domain::ErasuresIn(*views_->Latest());
  pending.erase(std::remove_if(
                    pending.begin(), pending.end(),
                    [this](const Erasure& erasure) { return !IsPending(erasure, *vault_, list_); }),
                pending.end());
  if (!pending.empty()) say(absl::StrCat("erasures: finishing ", pending.size()));
  return Erase(*vault_, list_, *views_, pending);
}

}  // namespace

StorePlaces StorePlaces::Beside(const std::string& directory) {
  std::string name = directory;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return {.directory = directory,
          .vault = name + ".vault",
          .key_encryption_key = name + ".kek",
          .checkpoint = name + ".checkpoint"};
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const StoreOptions& options,
                                                 const std::function<void(std::string_view)>& say) {
  const StorePlaces& places = options.places;
  absl::StatusOr<Checked> checked = CheckStore(places, options.env, /*whole=*/false);
  if (!checked.ok()) return checked.status();
  absl::StatusOr<std::unique_ptr<Vault>> vault = OpenVault(options, *checked);
  if (!vault.ok()) return vault.status();
  absl::StatusOr<ErasureList> list = ErasureList::Open(places.erasure_list(), options.env);
  if (!list.ok()) return list.status();
  if (absl::Status room = CheckRoomToOpen(places.directory); !room.ok()) return room;
  absl::StatusOr<std::unique_ptr<Log>> log =
      OpenRocksDbLog(LogDirectory(places.directory), {.env = options.env});
  if (!log.ok()) return log.status();
  auto store = std::make_unique<OpenedStore>(*std::move(checked), *std::move(vault),
                                             *std::move(log), *std::move(list));
  if (absl::Status started = store->Start(options, say); !started.ok()) return started;
  return store;
}

absl::Status VerifyStore(const StorePlaces& places) {
  absl::StatusOr<Checked> checked = CheckStore(places, nullptr, /*whole=*/true);
  if (!checked.ok()) return checked.status();
  StoreOptions options;
  options.places = places;
  if (auto vault = OpenVault(options, *checked); !vault.ok()) return vault.status();
  return ErasureList::Open(places.erasure_list()).status();
}

absl::Status WriteLostCheckpoint(const StorePlaces& places) {
  absl::StatusOr<DirectoryLock> lock = LockStore(places.directory);
  if (!lock.ok()) return lock.status();
  if (Exists(places.checkpoint)) {
    return absl::AlreadyExistsError(absl::StrCat("a checkpoint is at ", places.checkpoint));
  }
  const std::string directory = LogDirectory(places.directory);
  if (absl::Status checked = VerifyRocksDbLog(directory, nullptr); !checked.ok()) return checked;
  absl::StatusOr<std::unique_ptr<Log>> log = OpenRocksDbLog(directory);
  if (!log.ok()) return log.status();
  return WriteCheckpoint(places.checkpoint, CheckpointOf(**log));
}

}  // namespace roster::storage
