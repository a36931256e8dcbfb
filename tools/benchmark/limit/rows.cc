#include "tools/benchmark/limit/rows.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "domain/fold.h"
#include "domain/rows/codec.h"
#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/crypto/aead.h"
#include "storage/vault/sealing.h"
#include "tools/benchmark/people.h"

namespace roster::benchmark {
namespace {

constexpr char kAccountId[] = "01a206ee-15c7-7358-9791-ccf82eceb725";
constexpr char kActorId[] = "01a206ee-15c8-7005-8b1e-0d6f3c5a4411";

// As long as a UUIDv7, and like those in the order in which they are made.
std::string UserIdOf(uint64_t number) {
  return absl::StrFormat("01a206ef-%04x-7%03x-8%03x-%012x", number >> 24 & 0xffff,
                         number >> 12 & 0xfff, number & 0xfff, Scatter(number) >> 16);
}

void AddUser(uint64_t number, event::v1::Commit& commit) {
  event::v1::Event& event = *commit.add_events();
  auto& created = *event.mutable_user_created();
  created.set_user_id(UserIdOf(number));
  created.set_auth_method(event::v1::AUTH_METHOD_PASSWORD);
  created.add_roles("viewer");
  created.set_approved(true);
  const Person person = PersonOf(number);
  auto& personal = *event.mutable_personal();
  personal.set_full_name(person.full_name);
  personal.set_email(person.email);
  personal.set_user_name(person.user_name);
  personal.set_title(person.title);
  // As long as if it were sealed: what the limit measures is bytes.
  event.mutable_sealed()->set_key_id(number + 1);
  event.mutable_sealed()->set_bytes(std::string(storage::kSealBytes, '\x5a') +
                                    personal.SerializeAsString());
}

// The record, with as many bytes where the log stamps it.
event::v1::Commit CommitOf(uint64_t first, uint64_t users) {
  event::v1::Commit commit;
  commit.set_log_id(std::string(16, '\x5a'));
  commit.set_epoch(1);
  commit.set_position(first + 1);
  commit.set_previous_hash(std::string(32, '\xa5'));
  commit.set_account_id(kAccountId);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
  commit.mutable_actor()->set_id(kActorId);
  commit.set_cause("roster.identity.v1.IdentityService/CreateUser");
  *commit.mutable_time() = domain::ToTimestamp(absl::Now());
  for (uint64_t i = 0; i < users; ++i) AddUser(first + i, commit);
  return commit;
}

}  // namespace

CommitRows RowsOf(uint64_t first, uint64_t users) {
  event::v1::Commit commit = CommitOf(first, users);
  const domain::MemoryWorld empty;
  domain::Changes changes;
  domain::Overlay world(empty, changes);
  domain::Fold(world, commit);
  storage::ClearPersonal(commit);
  CommitRows rows{.record = commit.SerializeAsString(), .views = {}};
  for (const domain::Table table : domain::kTables) {
    for (const auto& [key, value] : changes.of(table).rows) {
      if (value) rows.views.push_back({.table = table, .key = key, .value = *value});
    }
  }
  return rows;
}

const ViewRow& UserRowOf(const CommitRows& rows) {
  const auto found = std::find_if(rows.views.begin(), rows.views.end(), [](const ViewRow& row) {
    return row.table == domain::Table::kUsers;
  });
  if (found == rows.views.end()) std::abort();
  return *found;
}

}  // namespace roster::benchmark
