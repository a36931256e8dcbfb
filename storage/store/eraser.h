// Erasing: what follows once it is durable in the log that a user is erased. His key is destroyed,
// he is put into the erasure list, and what the views had of him in plain text leaves the disk.
//
// Each step may be repeated, and the start repeats them for whatever a crash has cut off.

#ifndef ROSTER_STORAGE_STORE_ERASER_H_
#define ROSTER_STORAGE_STORE_ERASER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "domain/world/world.h"
#include "storage/store/erasure_list.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

// Refuses a vault that lacks a key which the world needs: one that was destroyed though nobody was
// erased, or that was never written. DATA_LOSS, with the vault's path and what to do.
absl::Status CheckKeys(const Vault& vault, const domain::World& world);

// Does all the steps for these users, whatever was done of them before. `views` show that they are
// erased.
absl::Status Erase(Vault& vault, ErasureList& list, Views& views,
                   const std::vector<Erasure>& erasures);

// Does so on a thread of its own; erasures that wait are done together. Thread-safe. All outlive
// it.
class Eraser {
 public:
  // `on_failure` is called once, when a step failed; the process must end, and nothing is answered
  // any more.
  Eraser(Vault& vault, ErasureList& list, Views& views,
         std::function<void(const absl::Status&)> on_failure);
  // Finishes what was asked for.
  ~Eraser();
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // Calls `done`, on its thread, when nothing is left of these users.
  void Erase(const std::vector<Erasure>& erasures, std::function<void()> done);

 private:
  void Run();

  Vault& vault_;
  ErasureList& list_;
  Views& views_;
  const std::function<void(const absl::Status&)> on_failure_;
  std::mutex mutex_;
  std::condition_variable wakes_;
  bool stopping_ = false;                     // guarded by mutex_
  std::vector<Erasure> waiting_;              // guarded by mutex_
  std::vector<std::function<void()>> dones_;  // guarded by mutex_
  std::thread thread_;                        // last, for it uses all the others
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASER_H_
