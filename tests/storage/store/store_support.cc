#include "tests/storage/store/store_support.h"

#include <filesystem>
#include <future>

#include "domain/rows/user_rows.h"
#include "domain/user/erase.h"
#include "storage/base/file.h"

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
