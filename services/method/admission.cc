#include "services/method/admission.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "domain/access/authentication.h"
#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/rows/account_rows.h"
#include "domain/text/text.h"
#include "services/method/ids.h"
#include "storage/crypto/sha256.h"

namespace roster::services {
namespace {

using authorization::v1::Rule;
using domain::Caller;
using domain::Reason;
using domain::Refuse;
using domain::World;
using event::v1::Actor;

constexpr std::string_view kScheme = "bearer ";

// Whether the value begins with the scheme, whatever its case (RFC 9110 §11.1).
bool HasScheme(std::string_view value) {
  if (value.size() <= kScheme.size() || value[kScheme.size() - 1] != ' ') return false;
  return domain::Normalize(value.substr(0, kScheme.size())) == "bearer";
}

// The name of the permission that the rule asks for; empty if its form asks for none.
std::string PermissionIn(const Rule& rule) {
  switch (rule.form_case()) {
    case Rule::kPermission:
      return rule.permission();
    case Rule::kSelfOrPermission:
      return rule.self_or_permission();
    case Rule::kPermissionOrOperator:
      return rule.permission_or_operator();
    case Rule::kSignedIn:
    case Rule::kAnyone:
    case Rule::kOperator:
    case Rule::FORM_NOT_SET:
      break;
  }
  return "";
}

absl::Status RequirePermission(const World& world, const Caller& caller,
                               std::string_view account_id, domain::Permission permission,
                               std::optional<view::v1::AccountRow>& account) {
  if (caller.actor_account_id == account_id) account = domain::FindAccount(world, account_id);
  if (account &&
      domain::EffectivePermissionsOf(world, caller, *account).permissions.Has(permission)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kPermissionRequired,
                {{"permission", std::string(domain::PermissionName(permission))}});
}

bool IsSelf(const Caller& caller, std::string_view account_id, std::string_view user_id) {
  return caller.actor.kind() == Actor::KIND_USER && caller.actor_account_id == account_id &&
         caller.actor.id() == user_id;
}

}  // namespace

absl::StatusOr<Caller> Authenticate(const World& world, Credentials credentials, absl::Time now) {
  domain::Proof proof{.token_hash = {},
                      .certificate_names = std::move(credentials.certificate_names)};
  if (const auto& values = credentials.authorization; !values.empty()) {
    if (values.size() > 1 || !HasScheme(values.front())) return Refuse(Reason::kUnauthenticated);
    proof.token_hash = storage::Sha256(values.front().substr(kScheme.size()));
  }
  return domain::Authenticate(world, std::move(proof), now);
}

absl::StatusOr<AccessRule> ReadRule(const Rule& rule) {
  if (rule.form_case() == Rule::FORM_NOT_SET) {
    return absl::FailedPreconditionError("has no authorization rule");
  }
  AccessRule read{.form = rule.form_case(), .permission = std::nullopt};
  const std::string name = PermissionIn(rule);
  if (name.empty()) return read;
  read.permission = domain::FindPermission(name);
  if (read.permission) return read;
  return absl::FailedPreconditionError(
      absl::StrCat("requires the permission ", name, ", which does not exist"));
}

absl::Status Admit(const World& world, const Caller& caller, const AccessRule& rule,
                   std::string_view account_id, std::string_view user_id,
                   std::optional<view::v1::AccountRow>& account) {
  const auto kind = caller.actor.kind();
  if (rule.form == Rule::kAnyone) return absl::OkStatus();
  if (kind == Actor::KIND_UNSPECIFIED) return Refuse(Reason::kUnauthenticated);
  if (rule.form == Rule::kSignedIn) return absl::OkStatus();
  if (rule.form == Rule::kOperator) return domain::AuthorizeOperator(caller);
  if (rule.form == Rule::kPermissionOrOperator && kind == Actor::KIND_OPERATOR) {
    return absl::OkStatus();
  }
  if (rule.form == Rule::kSelfOrPermission && IsSelf(caller, account_id, user_id)) {
    return absl::OkStatus();
  }
  if (!rule.permission) return Refuse(Reason::kPermissionRequired);
  return RequirePermission(world, caller, account_id, *rule.permission, account);
}

}  // namespace roster::services
