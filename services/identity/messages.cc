#include "services/identity/messages.h"

#include <string>

#include "domain/rows/user_rows.h"
#include "domain/text/text.h"

namespace roster::services {
namespace {

access::v1::Level ToLevel(domain::Level level) {
  switch (level) {
    case domain::Level::kAccount:
      return access::v1::LEVEL_ACCOUNT;
    case domain::Level::kFeature:
      return access::v1::LEVEL_FEATURE;
    case domain::Level::kProject:
      return access::v1::LEVEL_PROJECT;
    case domain::Level::kApplication:
      return access::v1::LEVEL_APPLICATION;
    case domain::Level::kCollaboration:
      return access::v1::LEVEL_COLLABORATION;
  }
  return access::v1::LEVEL_UNSPECIFIED;
}

access::v1::CheckReason ToReason(domain::CheckReason reason) {
  switch (reason) {
    case domain::CheckReason::kRole:
      return access::v1::CHECK_REASON_ROLE;
    case domain::CheckReason::kUserType:
      return access::v1::CHECK_REASON_USER_TYPE;
    case domain::CheckReason::kUserNotFound:
      return access::v1::CHECK_REASON_USER_NOT_FOUND;
    case domain::CheckReason::kUserDeleted:
      return access::v1::CHECK_REASON_USER_DELETED;
    case domain::CheckReason::kUserDisabled:
      return access::v1::CHECK_REASON_USER_DISABLED;
    case domain::CheckReason::kUserBlocked:
      return access::v1::CHECK_REASON_USER_BLOCKED;
    case domain::CheckReason::kApprovalPending:
      return access::v1::CHECK_REASON_APPROVAL_PENDING;
    case domain::CheckReason::kNoRole:
      return access::v1::CHECK_REASON_NO_ROLE;
    case domain::CheckReason::kNoGrant:
      return access::v1::CHECK_REASON_NO_GRANT;
  }
  return access::v1::CHECK_REASON_UNSPECIFIED;
}

}  // namespace

event::v1::PersonalData ParseProfile(const identity::v1::UserProfile& profile) {
  event::v1::PersonalData personal;
  personal.set_full_name(domain::Trim(profile.full_name()));
  personal.set_given_name(domain::Trim(profile.given_name()));
  personal.set_family_name(domain::Trim(profile.family_name()));
  personal.set_email(domain::Trim(profile.email()));
  personal.set_user_name(domain::Trim(profile.user_name()));
  personal.set_title(domain::Trim(profile.title()));
  if (personal.full_name().empty() && !personal.given_name().empty() &&
      !personal.family_name().empty()) {
    personal.set_full_name(personal.given_name() + " " + personal.family_name());
  }
  return personal;
}

identity::v1::Account ToAccount(const view::v1::AccountRow& row) {
  identity::v1::Account account;
  account.set_account_id(row.account_id());
  account.set_display_name(row.display_name());
  account.set_preset(row.preset());
  *account.mutable_policy() = row.policy();
  account.set_revision(row.revision());
  *account.mutable_create_time() = row.created_at();
  *account.mutable_certificate_prefixes() = row.certificate_prefixes();
  return account;
}

void FillUser(const domain::World& world, std::string_view account_id, const view::v1::UserRow& row,
              identity::v1::User& user) {
  const auto personal = domain::PersonalOf(world, account_id, row);
  FillUser(account_id, row, personal ? &*personal : nullptr, user);
}

void FillUser(std::string_view account_id, const view::v1::UserRow& row,
              const event::v1::PersonalData* personal, identity::v1::User& user) {
  user.set_user_id(row.user_id());
  user.set_account_id(std::string(account_id));
  if (personal != nullptr) {
    identity::v1::UserProfile& profile = *user.mutable_profile();
    profile.set_full_name(personal->full_name());
    profile.set_given_name(personal->given_name());
    profile.set_family_name(personal->family_name());
    profile.set_email(personal->email());
    profile.set_user_name(personal->user_name());
    profile.set_title(personal->title());
  }
  user.set_status(row.status());
  user.set_status_reason(row.status_reason());
  user.set_auth_method(row.auth_method());
  user.set_user_type(row.user_type());
  *user.mutable_roles() = row.roles();
  user.set_approved(row.approved());
  user.set_revision(row.revision());
  *user.mutable_create_time() = row.created_at();
  *user.mutable_created_by() = row.created_by();
  *user.mutable_update_time() = row.updated_at();
  if (row.has_deleted_at()) *user.mutable_delete_time() = row.deleted_at();
  if (row.has_restorable_until()) *user.mutable_restorable_until() = row.restorable_until();
}

identity::v1::ServiceAccount ToServiceAccount(std::string_view account_id,
                                              const view::v1::ServiceAccountRow& row) {
  identity::v1::ServiceAccount service;
  service.set_service_account_id(row.service_account_id());
  service.set_account_id(std::string(account_id));
  service.set_name(row.name());
  *service.mutable_roles() = row.roles();
  service.set_disabled(row.disabled());
  for (const auto& token : row.tokens()) {
    auto* shown = service.add_tokens();
    shown->set_token_id(token.token_id());
    *shown->mutable_issue_time() = token.issued_at();
  }
  for (const auto& certificate : row.certificates()) {
    auto* shown = service.add_certificates();
    shown->set_identity(certificate.identity());
    *shown->mutable_bind_time() = certificate.bound_at();
  }
  *service.mutable_create_time() = row.created_at();
  return service;
}

access::v1::Role ToRole(const domain::Role& role) {
  access::v1::Role message;
  message.set_role_id(role.id);
  message.set_display_name(role.display_name);
  message.set_description(role.description);
  message.set_level(ToLevel(role.level));
  message.set_user_type(role.user_type);
  role.permissions.And(domain::UsablePermissions()).ForEach([&](domain::Permission permission) {
    message.add_permissions(std::string(domain::PermissionName(permission)));
  });
  for (const std::string& id : role.may_assign) message.add_may_assign(id);
  return message;
}

access::v1::CheckResult ToCheckResult(const domain::CheckResult& result) {
  access::v1::CheckResult message;
  message.set_decision(result.allowed ? access::v1::DECISION_ALLOW : access::v1::DECISION_DENY);
  message.set_reason(ToReason(result.reason));
  message.set_role(result.role);
  message.set_deciding_position(result.deciding_position);
  return message;
}

}  // namespace roster::services
