// The policy of each preset, and what a policy may not be.

#ifndef ROSTER_DOMAIN_ACCOUNT_POLICY_H_
#define ROSTER_DOMAIN_ACCOUNT_POLICY_H_

#include <vector>

#include "domain/base/refusal.h"
#include "roster/event/v1/account.pb.h"

namespace roster::domain {

// The policy that a preset starts with (requirements.md, "Where the sources disagree").
event::v1::AccountPolicy PolicyOf(event::v1::Preset preset);

// What is wrong with a policy; empty when nothing is. Fields are named below `policy.`.
std::vector<Violation> CheckPolicy(const event::v1::AccountPolicy& policy);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ACCOUNT_POLICY_H_
