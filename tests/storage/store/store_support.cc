#include "tests/storage/store/store_support.h"

#include <algorithm>
#include <filesystem>
#include <future>

#include "absl/time/clock.h"
#include "domain/rows/user_rows.h"
#include "domain/user/erase.h"
#include "storage/base/file.h"
#include "tests/storage/vault/vault_support.h"

namespace roster::storage {

namespace fs = std::filesystem;
using domain::Caller;
using domain::Events;
using domain::World;
using event::v1::PersonalData;

std::map<std::string, std::string> FilesUnder(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    // RocksDB removes files behind our back; those that are gone have nothing any more.
    if (absl::StatusOr<std::string> content = ReadFile(entry.path()); content.ok()) {
      files[fs::relative(entry.path(), directory)] = *std::move(content);
    }
  }
  return files;
}

void StoreTest::AwaitPurged(Store& store) {
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (store.eraser().unpurged().users > 0) {
    ASSERT_LT(absl::Now(), give_up) << "erased users are never purged";
    absl::SleepFor(absl::Milliseconds(2));
  }
}

int StoreTest::FilesWith(const std::string& text) const {
  const auto files = Files();
  return static_cast<int>(std::count_if(files.begin(), files.end(), [&](const auto& file) {
    return file.second.find(text) != std::string::npos;
  }));
}

bool StoreTest::IsDestroyed(KeyId key_id) const {
  return Content(paths_.vault).substr(key_id * kSlot, kSlot) == std::string(kSlot, '\0');
}

void StoreTest::ExpectForgotten(const std::string& at) const {
  EXPECT_TRUE(IsDestroyed(1)) << at;
  EXPECT_FALSE(IsDestroyed(2)) << at;
  EXPECT_EQ(Content(paths_.erasure_list()), "erased 4 1 a1 ann 4734e635\nforgotten 4 eceff443\n")
      << at;
  EXPECT_EQ(FilesWith("ann@example.com"), 0) << at;
}

Deciding Creates(const std::string& user, const PersonalData& personal) {
  return [=](const World&, const Caller&) {
    Events events = {UserCreated(user)};
    *events[0].mutable_personal() = personal;
    return absl::StatusOr<Events>(events);
  };
}

Deciding Creates(const std::string& user) { return Creates(user, UserCreated(user).personal()); }

Deciding Updates(const std::string& user, const PersonalData& personal) {
  return [=](const World&, const Caller&) {
    Events events(1);
    events[0].mutable_user_updated()->set_user_id(user);
    *events[0].mutable_personal() = personal;
    return absl::StatusOr<Events>(events);
  };
}

Deciding Erases(const std::string& user) {
  return [=](const World& world, const Caller&) {
    return absl::StatusOr<Events>(
        Events{domain::Erased(*domain::FindUser(world, kStoreAccount, user))});
  };
}

RunningStore::RunningStore(std::unique_ptr<Store> store, bool erases) : store_(std::move(store)) {
  PipelineOptions options;
  if (erases) {
    options.erase = [this](const std::vector<Erasure>& erasures, std::function<void()> done) {
      store_->eraser().Erase(erasures, std::move(done));
    };
  }
  pipeline_ = std::make_unique<Pipeline>(store_->log(), store_->views(), store_->vault(), options);
}

Proposal RunningStore::ProposalOf(const Deciding& decide) {
  Proposal proposal;
  proposal.account_id = kStoreAccount;
  proposal.caller.actor.set_kind(event::v1::Actor::KIND_SYSTEM);
  proposal.method = "roster.Test/Any";
  proposal.decide = decide;
  return proposal;
}

std::vector<Outcome> RunningStore::DoAll(const std::vector<Deciding>& decide) {
  std::vector<std::future<Outcome>> answers;
  for (const Deciding& each : decide) {
    const auto answer = std::make_shared<std::promise<Outcome>>();
    answers.push_back(answer->get_future());
    Proposal proposal = ProposalOf(each);
    proposal.done = [answer](const Outcome& outcome) { answer->set_value(outcome); };
    pipeline_->Submit(std::move(proposal));
  }
  std::vector<Outcome> outcomes;
  outcomes.reserve(answers.size());
  for (std::future<Outcome>& answer : answers) outcomes.push_back(answer.get());
  return outcomes;
}

void RunningStore::Ask(const Deciding& decide) {
  Proposal proposal = ProposalOf(decide);
  proposal.done = [](const Outcome&) {};
  pipeline_->Submit(std::move(proposal));
}

Outcome RunningStore::Do(const Deciding& decide, const std::string& request_id) {
  std::promise<Outcome> answer;
  Proposal proposal = ProposalOf(decide);
  if (!request_id.empty()) {
    proposal.request = domain::Request{kStoreAccount, proposal.caller.actor, request_id};
    proposal.request_hash = "hash";
    proposal.receipt = [request_id] {
      event::v1::Receipt receipt;
      receipt.add_ids("made for " + request_id);
      return receipt;
    };
  }
  proposal.done = [&](const Outcome& outcome) { answer.set_value(outcome); };
  pipeline_->Submit(std::move(proposal));
  return answer.get_future().get();
}

PersonalData PersonIn(Store& store, const std::string& user) {
  const Version version = store.views().Latest();
  const auto row = domain::FindUser(*version, kStoreAccount, user);
  if (!row) return {};
  return domain::PersonalOf(*version, kStoreAccount, *row).value_or(PersonalData());
}

}  // namespace roster::storage
