// Accounts: an organisation with its users, under one preset and its policy. Commands, decisions,
// fold.

#ifndef ROSTER_DOMAIN_ACCOUNT_ACCOUNT_H_
#define ROSTER_DOMAIN_ACCOUNT_ACCOUNT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/user/user.h"
#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// Creates an account with its first administrator. For the operator.
struct CreateAccount {
  std::string account_id;
  std::string display_name;
  event::v1::Preset preset = event::v1::PRESET_UNSPECIFIED;
  std::string administrator_id;
  event::v1::PersonalData administrator;
};

// Changes the named fields of the policy. role_holding is immutable: another value would break what
// the users of the account already hold.
struct UpdateAccountPolicy {
  std::string account_id;
  uint64_t expected_revision = 0;
  std::vector<std::string> fields;
  event::v1::AccountPolicy values;
};

// Refuses: PERMISSION_REQUIRED, INVALID_FIELDS.
absl::StatusOr<Events> Decide(const World& world, const CreateAccount& command,
                              const Caller& caller);

// Refuses: PERMISSION_REQUIRED, REVISION_MISMATCH, IMMUTABLE_FIELD, INVALID_FIELDS.
absl::StatusOr<Events> Decide(const World& world, const UpdateAccountPolicy& command,
                              const Caller& caller);

// How many accounts there are; reads a counter.
uint64_t CountAccounts(const World& world);

void Fold(Overlay& world, const event::v1::Commit& commit, const event::v1::AccountCreated& event);
void Fold(Overlay& world, const event::v1::Commit& commit,
          const event::v1::AccountPolicyChanged& event);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ACCOUNT_ACCOUNT_H_
