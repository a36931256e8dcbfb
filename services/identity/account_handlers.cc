// IdentityService: accounts.

#include <string>
#include <utility>

#include "domain/account/account.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/service_account/certificate_prefixes.h"
#include "domain/text/text.h"
#include "roster/identity/v1/account.pb.h"
#include "services/call/page.h"
#include "services/identity/handlers.h"
#include "services/identity/messages.h"

namespace roster::services {
namespace {

using domain::Table;

// Puts the account into the response of a command about it.
template <typename Response>
auto FillAccount(Response& response, std::string account_id) {
  return [&response, account_id = std::move(account_id)](const domain::World& world) {
    *response.mutable_account() = ToAccount(*FindAccount(world, account_id));
  };
}

absl::StatusOr<PreparedCommand> CreateAccount(const CommandContext& context,
                                              const identity::v1::CreateAccountRequest& request,
                                              identity::v1::CreateAccountResponse& response) {
  const domain::CreateAccount command{.account_id = context.ids.Next(),
                                      .display_name = domain::Trim(request.display_name()),
                                      .preset = request.preset(),
                                      .administrator_id = context.ids.Next(),
                                      .administrator = ParseProfile(request.administrator())};
  PreparedCommand change =
      Prepare(command, response, [&response, command](const domain::World& world) {
        *response.mutable_account() = ToAccount(*FindAccount(world, command.account_id));
        response.set_administrator_id(command.administrator_id);
      });
  change.account_id = command.account_id;
  return change;
}

absl::Status GetAccount(const QueryContext& query, const identity::v1::GetAccountRequest& request,
                        identity::v1::GetAccountResponse& response) {
  const auto row = domain::FindAccount(query.world, request.account_id());
  if (!row) return domain::Refuse(domain::Reason::kAccountNotFound);
  *response.mutable_account() = ToAccount(*row);
  response.set_position(query.world.position());
  return absl::OkStatus();
}

absl::Status ListAccounts(const QueryContext& query,
                          const identity::v1::ListAccountsRequest& request,
                          identity::v1::ListAccountsResponse& response) {
  ROSTER_ASSIGN(const auto page,
                Page::Read(query, "accounts", request.page_size(), request.page_token()));
  response.set_next_page_token(page.Scan(page.World(), {Table::kAccounts, {""}},
                                         [&](std::string_view, std::string_view value) {
                                           view::v1::AccountRow row;
                                           domain::Decode(value, row);
                                           *response.add_accounts() = ToAccount(row);
                                           return true;
                                         }));
  response.set_position(page.position());
  return absl::OkStatus();
}

absl::StatusOr<PreparedCommand> UpdateAccountPolicy(
    const CommandContext& /*context*/, const identity::v1::UpdateAccountPolicyRequest& request,
    identity::v1::UpdateAccountPolicyResponse& response) {
  const domain::UpdateAccountPolicy command{
      .account_id = request.account_id(),
      .expected_revision = request.expected_revision(),
      .fields = {request.update_mask().paths().begin(), request.update_mask().paths().end()},
      .values = request.policy()};
  return Prepare(command, response, FillAccount(response, command.account_id));
}

absl::StatusOr<PreparedCommand> SetCertificatePrefixes(
    const CommandContext& /*context*/, const identity::v1::SetCertificatePrefixesRequest& request,
    identity::v1::SetCertificatePrefixesResponse& response) {
  const domain::SetCertificatePrefixes command{
      .account_id = request.account_id(),
      .expected_revision = request.expected_revision(),
      .prefixes = {request.prefixes().begin(), request.prefixes().end()}};
  return Prepare(command, response, FillAccount(response, command.account_id));
}

}  // namespace

Handlers AccountHandlers() {
  return {{"CreateAccount", OfCommand(CreateAccount)},
          {"GetAccount", Quick(OfQuery(GetAccount))},
          {"ListAccounts", OfQuery(ListAccounts)},
          {"UpdateAccountPolicy", OfCommand(UpdateAccountPolicy)},
          {"SetCertificatePrefixes", OfCommand(SetCertificatePrefixes)}};
}

}  // namespace roster::services
