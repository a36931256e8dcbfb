// Erasing a user, once the log durably says that they are erased: their key is destroyed, their ids
// are added to the erasure list, and their plain text in the views leaves the disk.
//
// Each step may be repeated. The start repeats those that a crash has cut off.

#ifndef ROSTER_STORAGE_STORE_ERASER_H_
#define ROSTER_STORAGE_STORE_ERASER_H_

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "domain/world/world.h"
#include "storage/base/mutex.h"
#include "storage/store/erasure_list.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

// Refuses a vault that lacks a key which the world needs: the key was never written, or it was
// destroyed although its user is not erased. DATA_LOSS, with the vault's path and what to do.
absl::Status CheckKeys(const Vault& vault, const domain::World& world);

// Does all the steps for these users, also those that were done before. `views` shows that they are
// erased.
absl::Status Erase(Vault& vault, ErasureList& list, Views& views,
                   const std::vector<Erasure>& erasures);

// Erases on a thread of its own; erasures that wait are done together. Thread-safe. Vault, list and
// views outlive it.
//
// No Follower (storage/pipeline/follower.h): each erasure brings the answer that waits for it,
// which the log does not have, and the few commits that erase come from the committer at no cost,
// where a follower would read every commit again to find them.
class Eraser {
 public:
  // `on_failure` is called once, when a step has failed: the process must end, and `done` is not
  // called from then on.
  Eraser(Vault& vault, ErasureList& list, Views& views,
         std::function<void(const absl::Status&)> on_failure);
  // Finishes the erasures that were asked for.
  ~Eraser();
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // Calls `done`, on the eraser's thread, when nothing is left of these users. Calls come in the
  // order of Erase.
  void Erase(const std::vector<Erasure>& erasures, std::function<void()> done);

 private:
  struct Work {
    std::vector<Erasure> erasures;
    std::vector<std::function<void()>> dones;
  };

  void Run();
  // Waits for work. Without a `done`: stopped, and nothing is left to do.
  Work Next();

  Vault& vault_;
  ErasureList& list_;
  Views& views_;
  const std::function<void(const absl::Status&)> on_failure_;
  Mutex mutex_;
  CondVar wakes_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Work waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASER_H_
