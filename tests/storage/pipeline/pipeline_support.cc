#include "tests/storage/pipeline/pipeline_support.h"

#include <iterator>
#include <thread>

#include "absl/strings/str_cat.h"
#include "storage/vault/sealing.h"

namespace roster::storage {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::vector<event::v1::Commit> CommitsOf(const Log& log) {
  std::vector<event::v1::Commit> all;
  while (all.size() < log.head()) {
    absl::StatusOr<std::vector<event::v1::Commit>> some = log.Read(all.size() + 1, 1000);
    if (!some.ok() || some->empty()) {
      ADD_FAILURE() << some.status();
      break;
    }
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

std::string NameKey(const std::string& user_name) {
  return absl::StrCat(kAccount, "/n/", user_name);
}

}  // namespace

bool Has(const domain::World& world, const std::string& user_name) {
  return world.Get(domain::Table::kSearch, NameKey(user_name)).has_value();
}

event::v1::Event Created(const std::string& user_name) {
  event::v1::Event event;
  event.mutable_user_created()->set_user_id(absl::StrCat("id-", user_name));
  event.mutable_personal()->set_user_name(user_name);
  return event;
}

Version MemoryViews::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

absl::StatusOr<Version> MemoryViews::Apply(const domain::Changes& changes) {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  auto next = std::make_shared<domain::MemoryWorld>(*latest_);
  next->Apply(changes);
  latest_ = std::move(next);
  return Version(latest_);
}

void MemoryViews::FailApply(absl::Status failure) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(failure);
}

void Journal::Write(std::string line) {
  const std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
  written_.notify_all();
}

std::vector<std::string> Journal::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

bool Journal::Has(const std::string& line) const {
  const std::lock_guard lock(mutex_);
  return std::count(lines_.begin(), lines_.end(), line) > 0;
}

void Journal::Await(const std::string& line, int times) const {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(written_.wait_for(
      lock, kPatience, [&] { return std::count(lines_.begin(), lines_.end(), line) >= times; }))
      << "never written: " << line;
}

void PipelineTest::Start(PipelineOptions options) {
  options.clock = [this] { return now(); };
  options.uptime = [this] { return now() - absl::UnixEpoch(); };
  options.has_disk_space = [this] { return has_disk_space_.load(); };
  options.on_failure = [this](const absl::Status& failure) {
    failures_.Write(std::string(failure.message()));
  };
  options.on_group = [this](const PipelineOptions::GroupSettled& group) {
    groups_.Write(absl::StrCat(group.commands, "/", group.commits, "@", group.position));
  };
  pipeline_ = std::make_unique<Pipeline>(log_, views_, *vault_, std::move(options));
}

Proposal PipelineTest::Create(const std::string& label, const std::string& user_name) {
  Proposal proposal;
  proposal.decide = [this, label, user_name](
                        const domain::World& world,
                        const domain::Caller&) -> absl::StatusOr<domain::Events> {
    decided_.Write(label);
    if (storage::Has(world, user_name)) return domain::Refuse(domain::Reason::kUsernameTaken);
    return domain::Events{Created(user_name)};
  };
  proposal.reply = [this, label, user_name](const domain::World& world, const Outcome& outcome) {
    replies_.Write(absl::StrCat(label, "@", outcome.position, world.position() == outcome.position,
                                outcome.changed, storage::Has(world, user_name)));
  };
  return Observed(label, std::move(proposal));
}

Proposal PipelineTest::DoNothing(const std::string& label) {
  Proposal proposal;
  proposal.decide = [this, label](const domain::World&, const domain::Caller&) {
    decided_.Write(label);
    return absl::StatusOr<domain::Events>(domain::Events{});
  };
  proposal.reply = [this, label](const domain::World&, const Outcome& outcome) {
    replies_.Write(absl::StrCat(label, "@", outcome.position, outcome.changed));
  };
  return Observed(label, std::move(proposal));
}

Proposal PipelineTest::Observed(const std::string& label, Proposal proposal) {
  proposal.account_id = kAccount;
  proposal.caller.actor.set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
  proposal.caller.actor.set_id("backend");
  proposal.method = "roster.Test/Create";
  proposal.done = [this, label](const Outcome& outcome) {
    {
      const std::lock_guard lock(mutex_);
      EXPECT_TRUE(outcomes_.emplace(label, outcome).second) << "answered twice: " << label;
    }
    answered_.Write(label);
  };
  return proposal;
}

Outcome PipelineTest::OutcomeOf(const std::string& label) const {
  answered_.Await(label);
  const std::lock_guard lock(mutex_);
  const auto found = outcomes_.find(label);
  return found == outcomes_.end() ? Outcome{.status = absl::UnknownError("none")} : found->second;
}

void PipelineTest::BlockWith(const std::string& user_name) {
  log_.Block();
  Submit(Create(user_name));
  log_.AwaitBlocked();
}

size_t PipelineTest::AwaitStopping() {
  for (size_t accepted = 0;; ++accepted) {
    const std::string label = absl::StrCat("probe", accepted);
    Submit(DoNothing(label));
    if (answered_.Has(label)) {
      EXPECT_EQ(ReasonOf(label), "SHUTTING_DOWN");
      return accepted;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void PipelineTest::AppendElsewhere(const std::string& user_name, absl::Time time) {
  event::v1::Commit commit;
  commit.set_account_id(kAccount);
  commit.mutable_time()->set_seconds(absl::ToUnixSeconds(time));
  event::v1::Event& event = *commit.add_events() = Created(user_name);
  *event.mutable_sealed() =
      *vault_->Seal(kAccount, event.user_created().user_id(), event.personal(), foreign_key_);
  ClearPersonal(commit);
  std::vector<event::v1::Commit> commits = {commit};
  EXPECT_EQ(disk_.Append(disk_.head(), commits), absl::OkStatus());
}

std::vector<std::string> PipelineTest::NamesInLog() const {
  std::vector<std::string> names;
  for (event::v1::Commit& commit : CommitsOf(disk_)) {
    EXPECT_THAT(OpenPersonal(*vault_, commit), IsOk());
    for (const event::v1::Event& event : commit.events()) {
      names.push_back(event.personal().user_name());
    }
  }
  return names;
}

std::vector<absl::Time> PipelineTest::TimesInLog() const {
  std::vector<absl::Time> times;
  for (const event::v1::Commit& commit : CommitsOf(disk_)) {
    times.push_back(absl::FromUnixSeconds(commit.time().seconds()) +
                    absl::Nanoseconds(commit.time().nanos()));
  }
  return times;
}

}  // namespace roster::storage
