// The data directory as a whole: the log, and the views that are derived from it.
//
//   <directory>/log     the log, the only thing in it that can't be rebuilt
//   <directory>/views   the views

#ifndef ROSTER_STORAGE_STORE_H_
#define ROSTER_STORAGE_STORE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/log.h"
#include "storage/views.h"

namespace roster::storage {

// Creates the directory (mode 0700, its parent must exist) and in it a store whose log begins with
// these commits. An empty directory is taken as it is, so that a mounted volume will do. A store is
// there whole or not at all: what a crash leaves behind, the next InitStore clears away.
// ALREADY_EXISTS: there is a store. FAILED_PRECONDITION: the directory holds something else, or
// another process is creating a store in it. INVALID_ARGUMENT: a commit that no log takes. Others:
// of the file system.
absl::Status InitStore(const std::string& directory, std::vector<event::v1::Commit> first);

struct StoreOptions {
  std::string directory;
  size_t cache_bytes = ViewsOptions().cache_bytes;
  std::function<void(std::string_view what)> on_damage;  // as in ViewsOptions
};

// Thread-safe, as its parts are.
class Store {
 public:
  Store(std::unique_ptr<Log> log, std::unique_ptr<Views> views)
      : log_(std::move(log)), views_(std::move(views)) {}

  Log& log() { return *log_; }
  Views& views() { return *views_; }

 private:
  std::unique_ptr<Log> log_;
  std::unique_ptr<Views> views_;
};

// Opens a store; its views are at the head of the log. `say` as for OpenViews.
// NOT_FOUND: there is no store. Others as for OpenRocksDbLog and OpenViews.
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const StoreOptions& options,
                                                 const std::function<void(std::string_view)>& say);

// Whether the file system of the directory has room for commands: at least 64 MiB and 5 % of it are
// free. False also when it can't be asked.
bool HasRoom(const std::string& directory);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_H_
