#include "domain/service_account/service_account.h"

#include <algorithm>

#include "absl/functional/function_ref.h"
#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/service_account_rows.h"
#include "domain/rows/update_row.h"
#include "domain/service_account/certificate_name.h"
#include "domain/service_account/certificate_prefixes.h"
#include "domain/service_account/credentials.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

using event::v1::Commit;
using view::v1::CertificateRow;
using view::v1::ServiceAccountRow;
using view::v1::TokenRow;

constexpr size_t kMaxNameCodePoints = 128;
constexpr int kMaxTokens = 10;
constexpr int kMaxCertificates = 10;

absl::Status CheckRoles(const World& world, const Caller& caller,
                        const view::v1::AccountRow& account, const std::vector<std::string>& ids) {
  const Roles roles = RolesOf(world, account);
  for (const std::string& id : ids) {
    const Role* role = roles.FindAssignable(id);
    if (role == nullptr) return roles.RefuseAssigning(id);
    ROSTER_TRY(AuthorizeAssignment(world, caller, account.account_id(), *role));
  }
  return absl::OkStatus();
}

// Authorizes and finds a service account. All that is done to one gives a way to act as it or takes
// power away, so the caller must be one that may give all that it holds.
absl::StatusOr<ServiceAccountRow> FindTarget(const World& world, const Caller& caller,
                                             const std::string& account_id,
                                             const std::string& service_account_id) {
  ROSTER_TRY(AuthorizePermissionOrOperator(world, caller, account_id, Permission::kServicesManage));
  const auto account = FindAccount(world, account_id);
  auto row = FindServiceAccount(world, account_id, service_account_id);
  if (!account || !row) return Refuse(Reason::kServiceAccountNotFound);
  ROSTER_TRY(AuthorizeActingOn(world, caller, *account, *row));
  return *std::move(row);
}

bool IsBound(const ServiceAccountRow& row, std::string_view name) {
  return std::any_of(row.certificates().begin(), row.certificates().end(),
                     [&](const auto& certificate) { return certificate.identity() == name; });
}

// Stores what `change` makes of a service account.
void Update(Overlay& world, const Commit& commit, const std::string& service_account_id,
            absl::FunctionRef<void(ServiceAccountRow&)> change) {
  UpdateRow<ServiceAccountRow>(world, Table::kServiceAccounts,
                               ServiceAccountRowKey(commit.account_id(), service_account_id),
                               change);
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const CreateServiceAccount& command,
                              const Caller& caller) {
  ROSTER_TRY(AuthorizePermissionOrOperator(world, caller, command.account_id,
                                           Permission::kServicesManage));
  const auto account = FindAccount(world, command.account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);
  if (command.name.empty()) return RefuseFields({{"name", Reason::kMissingField}});
  if (std::string what = WrongText(command.name, kMaxNameCodePoints); !what.empty()) {
    return RefuseFields({{"name", Reason::kInvalidValue, std::move(what)}});
  }
  if (command.roles.size() > kMaxRolesHeld) return RefuseLimit("roles", kMaxRolesHeld);
  ROSTER_TRY(CheckRoles(world, caller, *account, command.roles));
  if (world.Get(Table::kSearch, ServiceAccountNameKey(command.account_id, command.name))) {
    return Refuse(Reason::kNameTaken);
  }
  Events events(1);
  auto* created = events[0].mutable_service_account_created();
  created->set_service_account_id(command.service_account_id);
  created->set_name(command.name);
  for (const std::string& role : command.roles) created->add_roles(role);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const DisableServiceAccount& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto row,
                FindTarget(world, caller, command.account_id, command.service_account_id));
  if (row.disabled()) return Events{};
  Events events(1);
  events[0].mutable_service_account_disabled()->set_service_account_id(command.service_account_id);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const IssueServiceToken& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto row,
                FindTarget(world, caller, command.account_id, command.service_account_id));
  if (row.disabled()) return Refuse(Reason::kServiceAccountDisabled);
  if (row.tokens_size() >= kMaxTokens) return RefuseLimit("tokens", kMaxTokens);
  Events events(1);
  auto* issued = events[0].mutable_service_token_issued();
  issued->set_service_account_id(command.service_account_id);
  issued->set_token_id(command.token_id);
  issued->set_token_hash(command.token_hash);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const RevokeServiceToken& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto row,
                FindTarget(world, caller, command.account_id, command.service_account_id));
  for (const auto& token : row.tokens()) {
    if (token.token_id() != command.token_id) continue;
    Events events(1);
    auto* revoked = events[0].mutable_service_token_revoked();
    revoked->set_service_account_id(command.service_account_id);
    revoked->set_token_id(command.token_id);
    revoked->set_token_hash(token.token_hash());
    return events;
  }
  return Refuse(Reason::kTokenNotFound);
}

absl::StatusOr<Events> Decide(const World& world, const BindCertificate& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto row,
                FindTarget(world, caller, command.account_id, command.service_account_id));
  if (row.disabled()) return Refuse(Reason::kServiceAccountDisabled);
  if (command.identity.empty()) return RefuseFields({{"identity", Reason::kMissingField}});
  const auto name = CertificateName(command.identity);
  if (!name) return RefuseFields({{"identity", Reason::kInvalidValue, wrong::NoCertificateName()}});
  if (IsBound(row, *name)) return Events{};
  if (row.certificates_size() >= kMaxCertificates)
    return RefuseLimit("certificates", kMaxCertificates);
  ROSTER_TRY(AuthorizeBinding(world, caller, command.account_id, *name));
  Events events(1);
  auto* bound = events[0].mutable_certificate_bound();
  bound->set_service_account_id(command.service_account_id);
  bound->set_identity(*name);
  return events;
}

absl::StatusOr<Events> Decide(const World& world, const UnbindCertificate& command,
                              const Caller& caller) {
  ROSTER_ASSIGN(const auto row,
                FindTarget(world, caller, command.account_id, command.service_account_id));
  const auto name = CertificateName(command.identity);
  if (!name || !IsBound(row, *name)) return Refuse(Reason::kCertificateNotFound);
  Events events(1);
  auto* unbound = events[0].mutable_certificate_unbound();
  unbound->set_service_account_id(command.service_account_id);
  unbound->set_identity(*name);
  return events;
}

void Fold(Overlay& world, const Commit& commit, const event::v1::OperatorTokenIssued& event) {
  TokenRow row;
  *row.mutable_issued_at() = commit.time();
  world.Put(Table::kTokens, event.token_hash(), Encode(row));
}

void Fold(Overlay& world, const Commit& /*commit*/, const event::v1::OperatorTokenRevoked& event) {
  world.Delete(Table::kTokens, event.token_hash());
}

void Fold(Overlay& world, const Commit& commit, const event::v1::ServiceAccountCreated& event) {
  ServiceAccountRow row;
  row.set_service_account_id(event.service_account_id());
  row.set_name(event.name());
  *row.mutable_roles() = event.roles();
  *row.mutable_created_at() = commit.time();
  world.Put(Table::kSearch, ServiceAccountNameKey(commit.account_id(), event.name()),
            event.service_account_id());
  InsertRow(world, Table::kServiceAccounts,
            ServiceAccountRowKey(commit.account_id(), event.service_account_id()), row);
}

void Fold(Overlay& world, const Commit& commit, const event::v1::ServiceAccountDisabled& event) {
  Update(world, commit, event.service_account_id(), [&](ServiceAccountRow& row) {
    row.set_disabled(true);
    EndCredentials(world, row);
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::ServiceTokenIssued& event) {
  Update(world, commit, event.service_account_id(), [&](ServiceAccountRow& row) {
    auto* token = row.add_tokens();
    token->set_token_id(event.token_id());
    token->set_token_hash(event.token_hash());
    *token->mutable_issued_at() = commit.time();
    TokenRow found;
    found.set_account_id(commit.account_id());
    found.set_service_account_id(event.service_account_id());
    found.set_token_id(event.token_id());
    *found.mutable_issued_at() = commit.time();
    world.Put(Table::kTokens, event.token_hash(), Encode(found));
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::ServiceTokenRevoked& event) {
  Update(world, commit, event.service_account_id(), [&](ServiceAccountRow& row) {
    world.Delete(Table::kTokens, event.token_hash());
    auto* tokens = row.mutable_tokens();
    tokens->erase(std::remove_if(tokens->begin(), tokens->end(),
                                 [&](const ServiceAccountRow::Token& token) {
                                   return token.token_id() == event.token_id();
                                 }),
                  tokens->end());
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::CertificateBound& event) {
  Update(world, commit, event.service_account_id(), [&](ServiceAccountRow& row) {
    auto* certificate = row.add_certificates();
    certificate->set_identity(event.identity());
    *certificate->mutable_bound_at() = commit.time();
    CertificateRow found;
    found.set_account_id(commit.account_id());
    found.set_service_account_id(event.service_account_id());
    world.Put(Table::kCertificates, event.identity(), Encode(found));
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::CertificateUnbound& event) {
  Update(world, commit, event.service_account_id(), [&](ServiceAccountRow& row) {
    world.Delete(Table::kCertificates, event.identity());
    auto* certificates = row.mutable_certificates();
    certificates->erase(std::remove_if(certificates->begin(), certificates->end(),
                                       [&](const ServiceAccountRow::Certificate& certificate) {
                                         return certificate.identity() == event.identity();
                                       }),
                        certificates->end());
  });
}

}  // namespace roster::domain
