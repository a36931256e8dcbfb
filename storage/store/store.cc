#include "storage/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/person_key_rows.h"
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

// The result of the checks before any part of a store is opened for writing.
struct Checked {
  DirectoryLock lock;
  SecretKey key_encryption_key;
  NamedCheckpoint checkpoint;
};

// Files that another user makes can't be read by the owner afterwards. Asked of the log, because a
// mounted volume may belong to root.
absl::Status CheckOwner(const std::string& directory) {
  struct stat found = {};
  if (stat(LogDirectory(directory).c_str(), &found) != 0) return absl::OkStatus();
  if (found.st_uid == geteuid()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the store in ", directory, " belongs to the user with the id ", found.st_uid,
      ", this process runs as ", geteuid(), ". Nothing was changed. Start it as the owner"));
}

// Takes the lock of a store. NOT_FOUND: there is none. FAILED_PRECONDITION: it is in use, or it
// belongs to another user.
absl::StatusOr<DirectoryLock> LockStore(const std::string& directory) {
  ROSTER_TRY(CheckOwner(directory));
  absl::StatusOr<DirectoryLock> lock = DirectoryLock::Take(directory);
  if (absl::IsNotFound(lock.status())) {
    return absl::NotFoundError(
        absl::StrCat("no store is in ", directory, "; run `rosterd init` to create one"));
  }
  return lock;
}

absl::StatusOr<Checked> CheckStore(const StorePaths& paths, rocksdb::Env* env, bool whole) {
  ROSTER_ASSIGN(DirectoryLock lock, LockStore(paths.directory));
  const std::string log = LogDirectory(paths.directory);
  absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(paths.checkpoint, env);
  if (absl::IsNotFound(checkpoint.status()) && !Exists(log, env)) {
    return CheckRocksDbLog(log, nullptr, {.env = env});
  }
  if (!checkpoint.ok()) return checkpoint.status();
  ROSTER_ASSIGN(SecretKey key, ReadKeyEncryptionKey(paths.key_encryption_key));
  NamedCheckpoint named{paths.checkpoint, *std::move(checkpoint)};
  ROSTER_TRY(whole ? VerifyRocksDbLog(log, &named, {.env = env})
                   : CheckRocksDbLog(log, &named, {.env = env}));
  return Checked{std::move(lock), key, std::move(named)};
}

absl::StatusOr<std::unique_ptr<Vault>> OpenVault(const StoreOptions& options,
                                                 const Checked& checked) {
  absl::StatusOr<std::unique_ptr<Vault>> vault =
      Vault::OpenFile({.path = options.paths.vault,
                       .key_encryption_key = checked.key_encryption_key,
                       .on_damage = options.on_damage,
                       .env = options.env});
  if (vault.ok() && (*vault)->log_id() != checked.checkpoint.checkpoint.log_id) {
    return absl::FailedPreconditionError(
        absl::StrCat("the key vault ", options.paths.vault,
                     " belongs to another store. Nothing was changed. Restore the one of ",
                     options.paths.directory, ", or say where it is with --key-vault"));
  }
  return vault;
}

bool IsDestroyed(const Erasure& erasure, const Vault& vault) {
  const std::vector<KeyId>& destroyed = vault.destroyed_at_open();
  return std::binary_search(destroyed.begin(), destroyed.end(), erasure.key_id);
}

// Erasures of which a step is missing.
struct CutOff {
  std::vector<Erasure> keys;   // the key may be there, or the list may lack it
  std::vector<Erasure> texts;  // the views may have plain text
  // A user who was purged has a key again, so the views may have text again.
  bool vault_is_older = false;
};

CutOff FindCutOff(const domain::World& world, const Vault& vault, const ErasureList& list) {
  CutOff found;
  const Position forgotten = list.forgotten();
  for (Erasure& erasure : domain::ErasuresIn(world)) {
    const bool destroyed = IsDestroyed(erasure, vault);
    const bool purged = erasure.position <= forgotten;
    if (purged && !destroyed) found.vault_is_older = true;
    if (!purged) found.texts.push_back(erasure);
    if (!destroyed || !list.Has(erasure)) found.keys.push_back(std::move(erasure));
  }
  return found;
}

class OpenedStore final : public Store {
 public:
  OpenedStore(Checked checked, std::unique_ptr<Vault> vault, std::unique_ptr<Log> log,
              std::unique_ptr<ErasureList> list)
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
  // Destroys what keys are left of erased users, and leaves the rest to the eraser.
  absl::Status FinishErasures(const StoreOptions& options,
                              const std::function<void(std::string_view)>& say);

  // Destroyed in the reverse order: the lock last.
  const DirectoryLock lock_;
  const SecretKey key_encryption_key_;
  const std::unique_ptr<Vault> vault_;
  const std::unique_ptr<Log> log_;
  const std::unique_ptr<ErasureList> list_;
  std::unique_ptr<Views> views_;
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

absl::Status OpenedStore::Start(const StoreOptions& options,
                                const std::function<void(std::string_view)>& say) {
  ViewsOptions views_options;
  views_options.directory = ViewsDirectory(options.paths.directory);
  views_options.cache_bytes = options.cache_bytes;
  views_options.compression = options.compression;
  views_options.on_damage = options.on_damage;
  views_options.purged = list_->forgotten();
  views_options.env = options.env;
  ROSTER_ASSIGN(std::unique_ptr<Views> views, OpenViews(views_options, *log_, *vault_, say));
  views_ = std::move(views);
  if (absl::Status keys = CheckKeys(*vault_, *views_->Latest()); !keys.ok()) {
    // The views were folded without a key that should be there, so rows are missing.
    views_.reset();
    RemoveFiles(views_options.directory, options.env).IgnoreError();
    return keys;
  }
  vault_->ContinueAfter(domain::LastKey(*views_->Latest()));
  ROSTER_TRY(FinishErasures(options, say));
  CheckpointerOptions checkpoints;
  checkpoints.path = options.paths.checkpoint;
  checkpoints.env = options.env;
  checkpoints.on_error = options.on_late_checkpoint;
  checkpointer_ = std::make_unique<Checkpointer>(*log_, std::move(checkpoints));
  return absl::OkStatus();
}

absl::Status OpenedStore::FinishErasures(const StoreOptions& options,
                                         const std::function<void(std::string_view)>& say) {
  const CutOff cut_off = FindCutOff(*views_->Latest(), *vault_, *list_);
  const size_t users = std::max(cut_off.keys.size(), cut_off.texts.size());
  if (users > 0) say(absl::StrCat("erasures: finishing ", users));
  // Before the keys: they are how a start that is cut off here finds what it has to purge.
  if (cut_off.vault_is_older) ROSTER_TRY(views_->Purge());
  absl::Status destroyed = DestroyKeys(*vault_, *list_, cut_off.keys);
  if (absl::IsResourceExhausted(destroyed)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the disk of ", options.paths.erasure_list(), " or of ", options.paths.vault,
        " is full: ", cut_off.keys.size(), " erasures were cut off and can't be finished (",
        std::string(destroyed.message()), "). Free some space and start again"));
  }
  ROSTER_TRY(destroyed);
  eraser_ = std::make_unique<Eraser>(
      *vault_, *list_, *views_,
      EraserOptions{.purge_after = options.purge_after, .on_failure = options.on_failure});
  eraser_->FinishPurge(cut_off.texts);
  return absl::OkStatus();
}

}  // namespace

StorePaths StorePaths::Beside(const std::string& directory) {
  std::string name = directory;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return {.directory = directory,
          .vault = name + ".vault",
          .key_encryption_key = name + ".kek",
          .checkpoint = name + ".checkpoint"};
}

bool HasStore(const StorePaths& paths) { return Exists(LogDirectory(paths.directory)); }

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const StoreOptions& options,
                                                 const std::function<void(std::string_view)>& say) {
  const StorePaths& paths = options.paths;
  ROSTER_ASSIGN(Checked checked, CheckStore(paths, options.env, /*whole=*/false));
  ROSTER_ASSIGN(std::unique_ptr<Vault> vault, OpenVault(options, checked));
  ROSTER_ASSIGN(std::unique_ptr<ErasureList> list,
                ErasureList::Open(paths.erasure_list(), options.env));
  ROSTER_TRY(CheckDiskSpaceToOpen(paths.directory));
  ROSTER_ASSIGN(std::unique_ptr<Log> log,
                OpenRocksDbLog(LogDirectory(paths.directory), {.env = options.env}));
  auto store = std::make_unique<OpenedStore>(std::move(checked), std::move(vault), std::move(log),
                                             std::move(list));
  ROSTER_TRY(store->Start(options, say));
  return store;
}

absl::Status VerifyStore(const StorePaths& paths) {
  ROSTER_ASSIGN(Checked checked, CheckStore(paths, nullptr, /*whole=*/true));
  StoreOptions options;
  options.paths = paths;
  if (auto vault = OpenVault(options, checked); !vault.ok()) return vault.status();
  return ErasureList::Open(paths.erasure_list()).status();
}

absl::Status AppendToStore(
    const StorePaths& paths,
    const std::function<absl::StatusOr<event::v1::Commit>(const Log& log)>& make) {
  ROSTER_ASSIGN(const Checked checked, CheckStore(paths, nullptr, /*whole=*/false));
  ROSTER_TRY(CheckDiskSpaceToOpen(paths.directory));
  ROSTER_ASSIGN(const std::unique_ptr<Log> log, OpenRocksDbLog(LogDirectory(paths.directory)));
  ROSTER_ASSIGN(event::v1::Commit commit, make(*log));
  std::vector<event::v1::Commit> commits;
  commits.push_back(std::move(commit));
  ROSTER_TRY(log->Append(log->head(), commits));
  return WriteCheckpoint(paths.checkpoint, CheckpointOf(*log));
}

absl::Status WriteLostCheckpoint(const StorePaths& paths) {
  ROSTER_ASSIGN(const DirectoryLock lock, LockStore(paths.directory));
  if (Exists(paths.checkpoint)) {
    return absl::AlreadyExistsError(absl::StrCat("a checkpoint is at ", paths.checkpoint));
  }
  const std::string directory = LogDirectory(paths.directory);
  ROSTER_TRY(VerifyRocksDbLog(directory, nullptr));
  ROSTER_ASSIGN(std::unique_ptr<Log> log, OpenRocksDbLog(directory));
  return WriteCheckpoint(paths.checkpoint, CheckpointOf(*log));
}

}  // namespace roster::storage
