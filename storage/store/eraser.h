// Erasing a user, once the log durably says that they are erased: their key is destroyed and their
// ids are added to the erasure list. Nobody can read them from then on, so the command is answered;
// their plain text in the views leaves the disk later, in the background (purger.h).
//
// Each step may be repeated. The start repeats those that a crash has cut off.

#ifndef ROSTER_STORAGE_STORE_ERASER_H_
#define ROSTER_STORAGE_STORE_ERASER_H_

#include <functional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "domain/world/world.h"
#include "storage/base/mutex.h"
#include "storage/store/erasure_list.h"
#include "storage/store/purger.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

// The keys that a log needs: those of a world, and of the commits after it. Thread-compatible; the
// world outlives it.
class NeededKeys {
 public:
  explicit NeededKeys(const domain::World& world);

  // The next commit.
  void Add(const event::v1::Commit& commit);

  // Refuses a vault that lacks one of them: the key was never written, or it was destroyed although
  // its user is not erased. DATA_LOSS, with the vault's path and what to do.
  absl::Status CheckIn(const Vault& vault) const;

 private:
  const domain::World& world_;
  KeyId last_;
  std::set<KeyId> erased_;  // by those commits
};

// Destroys the keys of these users, also of those whose key is gone, and adds them to the list. The
// log durably says that they are erased. RESOURCE_EXHAUSTED: the disk of one of the two is full.
absl::Status DestroyKeys(Vault& vault, ErasureList& list, const std::vector<Erasure>& erasures);

struct EraserOptions {
  // When the plain text of a user begins to be purged; sooner if others were erased before.
  absl::Duration purge_after = absl::Minutes(5);
  // Called when a step has failed: the process must end, and `done` is not called from then on.
  std::function<void(const absl::Status&)> on_failure;
};

// Erases on a thread of its own; erasures that wait are done together. Thread-safe. Vault, list and
// views outlive it.
//
// No Follower (storage/pipeline/follower.h): each erasure brings the answer that waits for it,
// which the log does not have, and the few commits that erase come from the committer at no cost,
// where a follower would read every commit again to find them.
class Eraser {
 public:
  Eraser(Vault& vault, ErasureList& list, Views& views, EraserOptions options);
  // Destroys the keys that it was asked for. What is not purged is left to the next start.
  ~Eraser();
  Eraser(const Eraser&) = delete;
  Eraser& operator=(const Eraser&) = delete;

  // Calls `done`, on the eraser's thread, when nobody can read these users any more. Calls come in
  // the order of Erase. The published views show that the users are erased.
  void Erase(const std::vector<Erasure>& erasures, std::function<void()> done);

  // Purges users, as soon as possible: their keys are destroyed.
  void FinishPurge(const std::vector<Erasure>& erasures);

  // The users that are not purged yet.
  Unpurged unpurged() const { return purger_.unpurged(); }

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
  const EraserOptions options_;
  Purger purger_;
  Mutex mutex_;
  CondVar wakes_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Work waiting_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_ERASER_H_
