// Requests that were accepted, recorded so that a repeat is answered and not done again.

#ifndef ROSTER_DOMAIN_REQUEST_REQUEST_H_
#define ROSTER_DOMAIN_REQUEST_REQUEST_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "domain/world/overlay.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// A request as its caller numbers it: ids of different callers, and in different accounts, have
// nothing to do with each other.
struct Request {
  std::string account_id;  // the account that it names; empty when it names none
  event::v1::Actor actor;
  std::string id;  // chosen by the caller
};

// The record of a request that was accepted on the day of `at` (UTC) or on the day before; nothing
// otherwise. So a request is remembered for 24 to 48 h.
std::optional<view::v1::RequestRow> FindRequest(const World& world, const Request& request,
                                                absl::Time at);

// Records the request of a commit, which must have one. Drops the records of days before yesterday.
void RecordRequest(Overlay& world, const event::v1::Commit& commit);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_REQUEST_REQUEST_H_
