// What every command is decided with, and what a decision gives.

#ifndef ROSTER_DOMAIN_BASE_COMMAND_H_
#define ROSTER_DOMAIN_BASE_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// The events of one command, in order. None: nothing changes, and the command is answered
// changed=false.
using Events = std::vector<event::v1::Event>;

// What a call has shown. Which actor it stands for follows from it in each world anew. Empty: the
// call shows nothing, or comes from inside.
struct Proof {
  std::string token_hash;  // SHA-256 of the bearer token, raw; empty without one
  // The names in the client certificate that the transport has verified, as they are bound
  // (certificate_name.h).
  std::vector<std::string> certificate_names;
};

// Who makes a call, and when.
struct Caller {
  event::v1::Actor actor;
  std::string actor_account_id;  // the account of a service account or user; empty for the operator
  // Of a command: the time of its commit, filled in by the pipeline; it never runs backwards in the
  // log. Of a query: when it began; with as_of, the time of the commit there.
  absl::Time at;
  Proof proof = {};
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_BASE_COMMAND_H_
