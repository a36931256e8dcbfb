#include "domain/account/policy.h"

#include <string>
#include <utility>

#include "domain/base/wrong.h"

namespace roster::domain {
namespace {

constexpr int64_t kDaySeconds = 24 * 60 * 60;
constexpr int64_t kRestoreSeconds = 30 * kDaySeconds;
constexpr int64_t kMaxRestoreSeconds = 365 * kDaySeconds;

}  // namespace

event::v1::AccountPolicy PolicyOf(event::v1::Preset preset) {
  event::v1::AccountPolicy policy;
  policy.set_deletion(event::v1::DELETION_ANY);
  policy.mutable_restore_window()->set_seconds(kRestoreSeconds);
  policy.set_default_auth_method(event::v1::AUTH_METHOD_PASSWORD);
  policy.set_role_holding(event::v1::ROLE_HOLDING_MANY);
  switch (preset) {
    case event::v1::PRESET_CLIENT_PORTAL:
      policy.set_names_required(true);
      policy.set_role_holding(event::v1::ROLE_HOLDING_ONE);
      break;
    case event::v1::PRESET_ROLE_MATRIX:
      policy.set_role_holding(event::v1::ROLE_HOLDING_ONE);
      policy.set_role_required(true);
      break;
    case event::v1::PRESET_PROJECT_TEAMS:
      policy.set_deletion(event::v1::DELETION_PENDING_ONLY);
      policy.set_edit_while_disabled(true);
      policy.set_default_auth_method(event::v1::AUTH_METHOD_SSO);
      policy.set_user_name_required(true);
      policy.set_role_holding(event::v1::ROLE_HOLDING_BY_USER_TYPE);
      policy.set_hide_disabled(true);
      break;
    case event::v1::PRESET_WORKFORCE:
      policy.set_deletion(event::v1::DELETION_NONE);
      policy.set_edit_while_disabled(true);
      policy.set_default_auth_method(event::v1::AUTH_METHOD_SSO);
      policy.set_user_name_required(true);
      policy.set_role_required(true);
      break;
    case event::v1::PRESET_APPLICATIONS:
      policy.mutable_restore_window()->set_seconds(0);
      policy.set_edit_while_disabled(true);
      policy.set_approval_required(true);
      break;
    default:  // a proto enum is open; parsing has refused what is no preset
      break;
  }
  return policy;
}

std::vector<Violation> CheckPolicy(const event::v1::AccountPolicy& policy) {
  std::vector<Violation> wrong;
  const auto require = [&wrong](bool fine, const char* field, std::string what) {
    if (fine) return;
    wrong.push_back({std::string("policy.") + field, Reason::kInvalidValue, std::move(what)});
  };
  const auto& window = policy.restore_window();
  require(event::v1::Deletion_IsValid(policy.deletion()) && policy.deletion() != 0, "deletion",
          wrong::NotOneOf(*event::v1::Deletion_descriptor()));
  require(window.seconds() >= 0 && window.seconds() <= kMaxRestoreSeconds && window.nanos() == 0,
          "restore_window", wrong::OutOfRange(0, kMaxRestoreSeconds, "whole seconds"));
  require(event::v1::AuthMethod_IsValid(policy.default_auth_method()) &&
              policy.default_auth_method() != 0,
          "default_auth_method", wrong::NotOneOf(*event::v1::AuthMethod_descriptor()));
  require(event::v1::RoleHolding_IsValid(policy.role_holding()) && policy.role_holding() != 0,
          "role_holding", wrong::NotOneOf(*event::v1::RoleHolding_descriptor()));
  return wrong;
}

}  // namespace roster::domain
