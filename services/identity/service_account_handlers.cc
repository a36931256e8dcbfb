// IdentityService: service accounts, their tokens and certificates.

#include <string>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/service_account_rows.h"
#include "domain/service_account/service_account.h"
#include "domain/text/text.h"
#include "roster/identity/v1/service_account.pb.h"
#include "services/call/page.h"
#include "services/identity/handlers.h"
#include "services/identity/messages.h"
#include "services/method/ids.h"
#include "storage/crypto/sha256.h"

namespace roster::services {
namespace {

// Puts the service account into the response of a command about it.
template <typename Response>
auto FillServiceAccount(Response& response, std::string account_id, std::string id) {
  return [&response, account_id = std::move(account_id),
          id = std::move(id)](const domain::World& world) {
    *response.mutable_service_account() =
        ToServiceAccount(account_id, *FindServiceAccount(world, account_id, id));
  };
}

absl::StatusOr<PreparedCommand> CreateServiceAccount(
    const CommandContext& context, const identity::v1::CreateServiceAccountRequest& request,
    identity::v1::CreateServiceAccountResponse& response) {
  const domain::CreateServiceAccount command{
      .account_id = request.account_id(),
      .service_account_id = context.ids.Next(),
      .name = domain::Trim(request.name()),
      .roles = {request.roles().begin(), request.roles().end()}};
  return Prepare(command, response,
                 FillServiceAccount(response, command.account_id, command.service_account_id));
}

absl::StatusOr<PreparedCommand> DisableServiceAccount(
    const CommandContext& /*context*/, const identity::v1::DisableServiceAccountRequest& request,
    identity::v1::DisableServiceAccountResponse& response) {
  const domain::DisableServiceAccount command{.account_id = request.account_id(),
                                              .service_account_id = request.service_account_id()};
  return Prepare(command, response,
                 FillServiceAccount(response, command.account_id, command.service_account_id));
}

absl::StatusOr<PreparedCommand> IssueServiceToken(
    const CommandContext& context, const identity::v1::IssueServiceTokenRequest& request,
    identity::v1::IssueServiceTokenResponse& response) {
  const std::string token = NewToken(kServiceToken);
  const domain::IssueServiceToken command{.account_id = request.account_id(),
                                          .service_account_id = request.service_account_id(),
                                          .token_id = context.ids.Next(),
                                          .token_hash = storage::Sha256(token)};
  return Prepare(
      command, response,
      [&response, command, token = context.shows_secrets ? token : "",
       fill = FillServiceAccount(response, command.account_id, command.service_account_id)](
          const domain::World& world) {
        fill(world);
        response.set_token_id(command.token_id);
        response.set_token(token);
      });
}

absl::StatusOr<PreparedCommand> RevokeServiceToken(
    const CommandContext& /*context*/, const identity::v1::RevokeServiceTokenRequest& request,
    identity::v1::RevokeServiceTokenResponse& response) {
  const domain::RevokeServiceToken command{.account_id = request.account_id(),
                                           .service_account_id = request.service_account_id(),
                                           .token_id = request.token_id()};
  return Prepare(command, response,
                 FillServiceAccount(response, command.account_id, command.service_account_id));
}

absl::StatusOr<PreparedCommand> BindCertificate(const CommandContext& /*context*/,
                                                const identity::v1::BindCertificateRequest& request,
                                                identity::v1::BindCertificateResponse& response) {
  const domain::BindCertificate command{.account_id = request.account_id(),
                                        .service_account_id = request.service_account_id(),
                                        .identity = domain::Trim(request.identity())};
  return Prepare(command, response,
                 FillServiceAccount(response, command.account_id, command.service_account_id));
}

absl::StatusOr<PreparedCommand> UnbindCertificate(
    const CommandContext& /*context*/, const identity::v1::UnbindCertificateRequest& request,
    identity::v1::UnbindCertificateResponse& response) {
  const domain::UnbindCertificate command{.account_id = request.account_id(),
                                          .service_account_id = request.service_account_id(),
                                          .identity = domain::Trim(request.identity())};
  return Prepare(command, response,
                 FillServiceAccount(response, command.account_id, command.service_account_id));
}

absl::Status ListServiceAccounts(const QueryContext& query,
                                 const identity::v1::ListServiceAccountsRequest& request,
                                 identity::v1::ListServiceAccountsResponse& response) {
  const std::string& account_id = request.account_id();
  if (!domain::FindAccount(query.world, account_id)) {
    return domain::Refuse(domain::Reason::kAccountNotFound);
  }
  const std::string list = "service_accounts\n" + account_id;
  ROSTER_ASSIGN(const auto page,
                Page::Read(query, list, request.page_size(), request.page_token()));
  response.set_next_page_token(page.Scan(
      page.World(), {domain::Table::kServiceAccounts, {domain::AccountPrefix(account_id)}},
      [&](std::string_view, std::string_view value) {
        view::v1::ServiceAccountRow row;
        domain::Decode(value, row);
        *response.add_service_accounts() = ToServiceAccount(account_id, row);
        return true;
      }));
  response.set_position(page.position());
  return absl::OkStatus();
}

}  // namespace

Handlers ServiceAccountHandlers() {
  return {{"CreateServiceAccount", OfCommand(CreateServiceAccount)},
          {"ListServiceAccounts", OfQuery(ListServiceAccounts)},
          {"DisableServiceAccount", OfCommand(DisableServiceAccount)},
          {"IssueServiceToken", OfCommand(IssueServiceToken)},
          {"RevokeServiceToken", OfCommand(RevokeServiceToken)},
          {"BindCertificate", OfCommand(BindCertificate)},
          {"UnbindCertificate", OfCommand(UnbindCertificate)}};
}

}  // namespace roster::services
