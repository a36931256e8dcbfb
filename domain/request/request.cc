#include "domain/request/request.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "domain/rows/codec.h"
#include "domain/rows/counter.h"

namespace roster::domain {
namespace {

constexpr char kDayCounter[] = "request_day";

int64_t DayOf(absl::Time at) { return absl::ToUnixSeconds(at) / (24 * 60 * 60); }

// The prefix of all keys of a day, in the order of days.
std::string DayPrefix(int64_t day) {
  std::string prefix;
  AppendPosition(prefix, static_cast<uint64_t>(day));
  return prefix;
}

std::string RequestKey(int64_t day, const Request& request) {
  return absl::StrCat(DayPrefix(day), request.account_id, "/", request.actor.kind(), "/",
                      request.actor.id(), "/", request.id);
}

// A request that creates an account can't name it.
bool CreatesAccount(const event::v1::Commit& commit) {
  return commit.events_size() > 0 && commit.events(0).has_account_created();
}

}  // namespace

std::optional<view::v1::RequestRow> FindRequest(const World& world, const Request& request,
                                                absl::Time at) {
  for (const int64_t day : {DayOf(at), DayOf(at) - 1}) {
    auto row = FindRow<view::v1::RequestRow>(world, Table::kRequests, RequestKey(day, request));
    if (row) return row;
  }
  return std::nullopt;
}

void RecordRequest(Overlay& world, const event::v1::Commit& commit) {
  const int64_t day = DayOf(FromTimestamp(commit.time()));
  const Request request{.account_id = CreatesAccount(commit) ? "" : commit.account_id(),
                        .actor = commit.actor(),
                        .id = commit.request_id()};
  view::v1::RequestRow row;
  row.set_position(commit.position());
  row.set_changed(commit.events_size() > 0);
  row.set_request_hash(commit.request_hash());
  *row.mutable_receipt() = commit.receipt();
  world.Put(Table::kRequests, RequestKey(day, request), Encode(row));

  const auto last_day = static_cast<int64_t>(Counter(world, "", kDayCounter));
  if (day <= last_day) return;
  AddToCounter(world, "", kDayCounter, day - last_day);
  world.DropBelow(Table::kRequests, DayPrefix(day - 1));
}

}  // namespace roster::domain
