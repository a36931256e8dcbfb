// IdentityService: users.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "domain/refusal.h"
#include "domain/rows.h"
#include "domain/text/text.h"
#include "domain/user/user.h"
#include "roster/identity/v1/user.pb.h"
#include "services/convert.h"
#include "services/handlers.h"
#include "services/page.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;
using domain::Table;
using event::v1::UserStatus;

template <typename Request>
domain::UserReference Reference(const Request& request) {
  return {.account_id = request.account_id(),
          .user_id = request.user_id(),
          .expected_revision = request.expected_revision()};
}

// The change of a command about one user, answered with that user.
template <typename Command, typename Response>
Change ChangeUser(Command command, Response& response, std::string account_id,
                  std::string user_id) {
  return MakeChange(std::move(command), response,
                    [&response, account_id = std::move(account_id),
                     user_id = std::move(user_id)](const domain::World& world) {
                      *response.mutable_user() =
                          ToUser(world, account_id, *FindUser(world, account_id, user_id));
                    });
}

// A command that has nothing but the user whom it is about.
template <typename Command, typename Request, typename Response>
absl::StatusOr<Change> OfReference(const Invocation& /*invocation*/, const Request& request,
                                   Response& response) {
  return ChangeUser(Command{Reference(request)}, response, request.account_id(), request.user_id());
}

absl::StatusOr<Change> CreateUser(const Invocation& invocation,
                                  const identity::v1::CreateUserRequest& request,
                                  identity::v1::CreateUserResponse& response) {
  const domain::CreateUser command{.account_id = request.account_id(),
                                   .user_id = invocation.ids.Next(),
                                   .personal = ParseProfile(request.profile()),
                                   .auth_method = request.auth_method(),
                                   .user_type = request.user_type(),
                                   .roles = {request.roles().begin(), request.roles().end()}};
  return ChangeUser(command, response, command.account_id, command.user_id);
}

absl::StatusOr<Change> UpdateUser(const Invocation& /*invocation*/,
                                  const identity::v1::UpdateUserRequest& request,
                                  identity::v1::UpdateUserResponse& response) {
  const auto& paths = request.update_mask().paths();
  const domain::UpdateUser command{.user = Reference(request),
                                   .fields = {paths.begin(), paths.end()},
                                   .values = ParseProfile(request.profile())};
  return ChangeUser(command, response, request.account_id(), request.user_id());
}

absl::Status GetUser(const Query& query, const identity::v1::GetUserRequest& request,
                     identity::v1::GetUserResponse& response) {
  using Request = identity::v1::GetUserRequest;
  const std::string& account_id = request.account_id();
  std::optional<view::v1::UserRow> row;
  switch (request.key_case()) {
    case Request::kUserId:
      row = domain::FindUser(query.world, account_id, request.user_id());
      break;
    case Request::kEmail:
      row = domain::FindUserByEmail(query.world, account_id, request.email());
      break;
    case Request::kUserName:
      row = domain::FindUserByName(query.world, account_id, request.user_name());
      break;
    case Request::KEY_NOT_SET:
      return domain::RefuseFields({{"user_id", Reason::kMissingField}});
  }
  if (!row || row->status() == event::v1::USER_STATUS_ERASED) {
    return Refuse(Reason::kUserNotFound);
  }
  *response.mutable_user() = ToUser(query.world, account_id, *row);
  response.set_position(query.world.position());
  return absl::OkStatus();
}

// The status that a filter asks for; nothing for an empty filter.
absl::StatusOr<std::optional<UserStatus>> ParseFilter(const std::string& filter) {
  const std::string text = domain::Trim(filter);
  if (text.empty()) return std::nullopt;
  const size_t equals = text.find('=');
  if (equals != std::string::npos && domain::Trim(text.substr(0, equals)) == "status") {
    const std::string name = "USER_STATUS_" + domain::Trim(text.substr(equals + 1));
    UserStatus status = event::v1::USER_STATUS_UNSPECIFIED;
    if (event::v1::UserStatus_Parse(name, &status) &&
        status != event::v1::USER_STATUS_UNSPECIFIED && status != event::v1::USER_STATUS_ERASED) {
      return status;
    }
  }
  return domain::RefuseFields({{"filter", Reason::kInvalidValue}});
}

bool IsListed(const view::v1::UserRow& user, std::optional<UserStatus> wanted,
              const event::v1::AccountPolicy& policy) {
  if (wanted) return user.status() == *wanted;
  if (user.status() == event::v1::USER_STATUS_DISABLED) return !policy.hide_disabled();
  return user.status() == event::v1::USER_STATUS_PENDING ||
         user.status() == event::v1::USER_STATUS_ACTIVE;
}

absl::Status ListUsers(const Query& query, const identity::v1::ListUsersRequest& request,
                       identity::v1::ListUsersResponse& response) {
  const std::string& account_id = request.account_id();
  const auto wanted = ParseFilter(request.filter());
  if (!wanted.ok()) return wanted.status();
  const auto page =
      Page::Read(query, absl::StrCat("users\n", account_id, "\n", wanted->value_or(UserStatus())),
                 request.page_size(), request.page_token());
  if (!page.ok()) return page.status();
  const domain::PastWorld world = page->World();
  const auto account = domain::FindAccount(world, account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);
  response.set_next_page_token(
      page->Scan(world, Table::kUsers, domain::Prefix(account_id), [&](std::string_view value) {
        view::v1::UserRow row;
        domain::Decode(value, row);
        if (!IsListed(row, *wanted, account->policy())) return false;
        *response.add_users() = ToUser(world, account_id, row);
        return true;
      }));
  response.set_position(page->position());
  return absl::OkStatus();
}

}  // namespace

Handlers UserHandlers() {
  using namespace identity::v1;  // NOLINT: the requests and responses of the table below
  return {
      {"CreateUser", OfCommand(CreateUser)},
      {"GetUser", OfPastQuery(GetUser)},
      {"ListUsers", OfPastQuery(ListUsers)},
      {"UpdateUser", OfCommand(UpdateUser)},
      {"EnableUser",
       OfCommand(OfReference<domain::EnableUser, EnableUserRequest, EnableUserResponse>)},
      {"DisableUser",
       OfCommand(OfReference<domain::DisableUser, DisableUserRequest, DisableUserResponse>)},
      {"DeleteUser",
       OfCommand(OfReference<domain::DeleteUser, DeleteUserRequest, DeleteUserResponse>)},
      {"EraseUser", OfCommand(OfReference<domain::EraseUser, EraseUserRequest, EraseUserResponse>)},
      {"RestoreUser",
       OfCommand(OfReference<domain::RestoreUser, RestoreUserRequest, RestoreUserResponse>)},
  };
}

}  // namespace roster::services
