#include "services/store_commands.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "roster/event/v1/commit.pb.h"
#include "services/method/ids.h"
#include "storage/crypto/sha256.h"
#include "storage/store/store.h"

namespace roster::services {
namespace {

event::v1::Commit CommitOf(std::string_view cause, absl::Time time, event::v1::Event event) {
  event::v1::Commit commit;
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.set_cause(std::string(cause));
  *commit.mutable_time() = domain::ToTimestamp(time);
  *commit.add_events() = std::move(event);
  return commit;
}

}  // namespace

absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now) {
  std::string token = NewToken(kOperatorToken);
  event::v1::Event event;
  event.mutable_operator_token_issued()->set_token_hash(storage::Sha256(token));
  event::v1::Commit commit = CommitOf("rosterd init", now, std::move(event));
  commit.set_position(1);
  ROSTER_TRY(storage::InitStore(paths, {std::move(commit)}));
  return token;
}

absl::StatusOr<absl::Time> SetClockBack(const storage::StorePaths& paths, absl::Time now) {
  absl::Time last;
  ROSTER_TRY(storage::AppendToStore(
      paths, [&](const storage::Log& log) -> absl::StatusOr<event::v1::Commit> {
        ROSTER_ASSIGN(last, storage::TimeAt(log, log.head()));
        if (last <= now) {
          return absl::FailedPreconditionError(
              absl::StrCat("the clock is not behind the log: the last commit is of ",
                           absl::FormatTime(last, absl::UTCTimeZone())));
        }
        event::v1::Event event;
        *event.mutable_clock_set_back()->mutable_from() = domain::ToTimestamp(last);
        return CommitOf("rosterd set-clock-back", now, std::move(event));
      }));
  return last;
}

absl::StatusOr<RestoredStore> RestoreStore(storage::RestoreOptions options, bool keep_credentials) {
  RestoredStore restored;
  if (!keep_credentials) {
    restored.token = NewToken(kOperatorToken);
    options.operator_token_hash = storage::Sha256(restored.token);
  }
  ROSTER_ASSIGN(restored.store, storage::RestoreStore(options));
  return restored;
}

}  // namespace roster::services
