#include "services/store_paths.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

namespace roster::services {
namespace {

// Whether the directory is the root of its file system. False where there is none yet.
bool IsMountPoint(const std::string& directory) {
  struct stat own = {};
  struct stat above = {};
  return stat(directory.c_str(), &own) == 0 && stat((directory + "/..").c_str(), &above) == 0 &&
         own.st_dev != above.st_dev;
}

void Replace(std::string& path, const std::string& by) {
  if (!by.empty()) path = by;
}

}  // namespace

storage::StorePaths StorePathsOf(const Options& options) {
  storage::StorePaths paths = storage::StorePaths::Beside(options.data_dir);
  if (!options.store_dir.empty()) {
    const std::filesystem::path store = options.store_dir;
    paths = {.directory = store / "data",
             .vault = store / "vault" / "keys",
             .key_encryption_key = storage::StorePaths::Beside(store).key_encryption_key,
             .checkpoint = store / "checkpoint" / "position"};
  }
  Replace(paths.vault, options.key_vault);
  Replace(paths.key_encryption_key, options.key_encryption_key);
  Replace(paths.checkpoint, options.checkpoint);
  return paths;
}

absl::Status CheckStorePaths(const Options& options) {
  const bool in_folders = !options.store_dir.empty();
  const bool told = !options.key_encryption_key.empty() &&
                    (in_folders || (!options.key_vault.empty() && !options.checkpoint.empty()));
  const std::string& directory = in_folders ? options.store_dir : options.data_dir;
  if (told || !IsMountPoint(directory)) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      directory, " is a mount point, so what lies beside it is on another file system: say where ",
      in_folders ? "the key is with --key-encryption-key"
                 : "the rest is with --key-vault, --checkpoint and --key-encryption-key, or use "
                   "--store-dir"));
}

}  // namespace roster::services
