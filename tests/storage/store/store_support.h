// Stores for tests: made, opened, run with a pipeline, and looked into.

#ifndef ROSTER_TESTS_STORAGE_STORE_STORE_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_STORE_STORE_SUPPORT_H_

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/pipeline/pipeline.h"
#include "storage/store/store.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

inline constexpr char kStoreAccount[] = "a1";

// All files under a directory, by their paths from there, with what they hold.
std::map<std::string, std::string> FilesUnder(const std::string& directory);

class StoreTest : public testing::Test {
 protected:
  absl::Status Init() { return InitStore(paths_, {AccountCommit(kStoreAccount)}); }
  absl::StatusOr<std::unique_ptr<Store>> Open() {
    said_ = Said();
    return OpenStore(options_, std::ref(said_));
  }
  // The same; the test fails when it can't be opened.
  std::unique_ptr<Store> Opened() {
    absl::StatusOr<std::unique_ptr<Store>> store = Open();
    EXPECT_THAT(store, IsOk());
    return store.ok() ? *std::move(store) : nullptr;
  }
  // Waits until nothing is left of the erased users; the test fails when that takes too long.
  static void AwaitPurged(Store& store);
  std::map<std::string, std::string> Files() const { return FilesUnder(directory_ / ""); }
  // How many files of the store, and beside it, hold the text.
  int FilesWith(const std::string& text) const;
  bool IsDestroyed(KeyId key_id) const;
  // Nothing is left of ann, whose key was the first and whose erasure the fourth commit, and bob is
  // there.
  void ExpectForgotten(const std::string& at) const;

  TempDirectory directory_;
  const std::string path_ = directory_ / "data";
  const StorePaths paths_ = StorePaths::Beside(path_);
  StoreOptions options_{.paths = paths_, .cache_bytes = 16 << 20, .purge_after = {}};
  Said said_;
};

using Deciding =
    std::function<absl::StatusOr<domain::Events>(const domain::World&, const domain::Caller&)>;

// The decisions that create a user of the account, change the data, and erase the user.
Deciding Creates(const std::string& user, const event::v1::PersonalData& personal);
Deciding Creates(const std::string& user);
Deciding Updates(const std::string& user, const event::v1::PersonalData& personal);
Deciding Erases(const std::string& user);

// A store with a pipeline over it, as rosterd has them.
class RunningStore {
 public:
  // `erases`: whether erasures are finished; without, they are answered as if they were, and a stop
  // is what a crash after the commit leaves.
  explicit RunningStore(std::unique_ptr<Store> store, bool erases = true);

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  Pipeline& pipeline() { return *pipeline_; }

  // Submits the commands at once and waits for their answers.
  std::vector<Outcome> DoAll(const std::vector<Deciding>& decide);
  // Submits a command that is not waited for.
  void Ask(const Deciding& decide);
  // One, under a request id when there is one.
  Outcome Do(const Deciding& decide, const std::string& request_id = "");

 private:
  Proposal ProposalOf(const Deciding& decide);

  const std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
};

// The personal data of a user as the newest version shows it; empty when the user is not there.
event::v1::PersonalData PersonIn(Store& store, const std::string& user);

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_STORE_STORE_SUPPORT_H_
