#include "services/store_commands.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "roster/event/v1/commit.pb.h"
#include "services/method/ids.h"
#include "storage/base/file.h"
#include "storage/crypto/sha256.h"
#include "storage/store/store.h"

namespace roster::services {
namespace {

// Commits that are read at once.
constexpr size_t kChunkCommits = 1'000;

event::v1::Commit CommitOf(std::string_view cause, absl::Time time) {
  event::v1::Commit commit;
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.set_cause(std::string(cause));
  *commit.mutable_time() = domain::ToTimestamp(time);
  return commit;
}

// Adds a new token to the commit.
std::string Issue(event::v1::Commit& commit) {
  std::string token = NewToken(kOperatorToken);
  commit.add_events()->mutable_operator_token_issued()->set_token_hash(storage::Sha256(token));
  return token;
}

// The hashes of the operator's tokens that are good.
absl::StatusOr<std::set<std::string>> OperatorTokens(const storage::Log& log) {
  std::set<std::string> hashes;
  for (storage::Position next = 1; next <= log.head();) {
    ROSTER_ASSIGN(const auto commits, log.Read(next, kChunkCommits));
    for (const event::v1::Commit& commit : commits) {
      for (const event::v1::Event& event : commit.events()) {
        if (event.has_store_restored() && !event.store_restored().credentials_kept()) {
          hashes.clear();
        }
        if (event.has_operator_token_issued()) {
          hashes.insert(event.operator_token_issued().token_hash());
        }
        if (event.has_operator_token_revoked()) {
          hashes.erase(event.operator_token_revoked().token_hash());
        }
      }
    }
    next += commits.size();
  }
  return hashes;
}

}  // namespace

absl::StatusOr<std::string> InitStore(const storage::StorePaths& paths, absl::Time now) {
  event::v1::Commit commit = CommitOf("rosterd init", now);
  std::string token = Issue(commit);
  commit.set_position(1);
  ROSTER_TRY(storage::InitStore(paths, {std::move(commit)}));
  return token;
}

absl::StatusOr<std::string> ReplaceOperatorToken(const storage::StorePaths& paths, bool issue,
                                                 absl::Time now) {
  std::string token;
  ROSTER_TRY(storage::AppendToStore(
      paths, [&](const storage::Log& log) -> absl::StatusOr<event::v1::Commit> {
        ROSTER_ASSIGN(const auto hashes, OperatorTokens(log));
        ROSTER_ASSIGN(const absl::Time last, storage::TimeAt(log, log.head()));
        // The clock is not what this is about: an event of the past would break the log.
        event::v1::Commit commit = CommitOf("rosterd operator-token", std::max(now, last));
        for (const std::string& hash : hashes) {
          commit.add_events()->mutable_operator_token_revoked()->set_token_hash(hash);
        }
        if (issue) token = Issue(commit);
        if (commit.events().empty()) {
          return absl::FailedPreconditionError("the operator has no token");
        }
        return commit;
      }));
  return token;
}

absl::Status HandOver(const std::string& token, const std::string& token_file) {
  if (token_file.empty()) {
    std::printf("%s\n", token.c_str());
    std::fflush(stdout);
    return absl::OkStatus();
  }
  absl::Status written = storage::ReplaceFile(token_file, token + "\n");
  if (written.ok()) return written;
  return absl::Status(
      written.code(),
      absl::StrCat("the token of the operator could not be written to ", token_file, " (",
                   std::string(written.message()), "): `rosterd operator-token` makes another"));
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
        event::v1::Commit commit = CommitOf("rosterd set-clock-back", now);
        *commit.add_events()->mutable_clock_set_back()->mutable_from() = domain::ToTimestamp(last);
        return commit;
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
