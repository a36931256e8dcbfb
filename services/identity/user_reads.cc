// IdentityService: what reads users.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/list/read_mask.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/user_rows.h"
#include "domain/user/list/index.h"
#include "domain/user/list/list.h"
#include "roster/identity/v1/user.pb.h"
#include "services/call/page.h"
#include "services/identity/handlers.h"
#include "services/identity/messages.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;

std::optional<view::v1::UserRow> FindUnlessErased(const domain::World& world,
                                                  const std::string& account_id,
                                                  const std::string& user_id) {
  auto row = domain::FindUser(world, account_id, user_id);
  if (row && row->status() == event::v1::USER_STATUS_ERASED) return std::nullopt;
  return row;
}

absl::StatusOr<domain::ReadMask> ParseMask(const google::protobuf::FieldMask& mask) {
  return domain::ReadMask::Parse(*identity::v1::User::descriptor(), mask);
}

// Fills an empty message with what the mask shows of the user. Opens personal data only to show it.
void Show(const domain::UserCandidate& user, const domain::ReadMask& mask,
          identity::v1::User& shown) {
  FillUser(user.account_id(), user.row(), mask.Shows("profile") ? user.personal() : nullptr, shown);
  mask.Trim(shown);
}

absl::Status GetUser(const QueryContext& query, const identity::v1::GetUserRequest& request,
                     identity::v1::GetUserResponse& response) {
  using Request = identity::v1::GetUserRequest;
  const std::string& account_id = request.account_id();
  ROSTER_ASSIGN(const auto mask, ParseMask(request.read_mask()));
  std::optional<view::v1::UserRow> row;
  switch (request.key_case()) {
    case Request::kUserId:
      row = FindUnlessErased(query.world, account_id, request.user_id());
      break;
    case Request::kEmail:
      row = domain::FindUserByEmail(query.world, account_id, request.email());
      break;
    case Request::kUserName:
      row = domain::FindUserByUserName(query.world, account_id, request.user_name());
      break;
    case Request::KEY_NOT_SET:
      return domain::RefuseFields({{"user_id", Reason::kMissingField}});
  }
  if (!row) return Refuse(Reason::kUserNotFound);
  Show({query.world, account_id, *std::move(row)}, mask, *response.mutable_user());
  response.set_position(query.world.position());
  return absl::OkStatus();
}

absl::Status BatchGetUsers(const QueryContext& query,
                           const identity::v1::BatchGetUsersRequest& request,
                           identity::v1::BatchGetUsersResponse& response) {
  ROSTER_ASSIGN(const auto mask, ParseMask(request.read_mask()));
  if (request.user_ids().empty()) {
    return domain::RefuseFields({{"user_ids", Reason::kMissingField}});
  }
  for (const std::string& user_id : request.user_ids()) {
    identity::v1::BatchGetUsersResult& result = *response.add_results();
    result.set_user_id(user_id);
    auto row = FindUnlessErased(query.world, request.account_id(), user_id);
    if (!row) continue;
    Show({query.world, request.account_id(), *std::move(row)}, mask, *result.mutable_user());
  }
  response.set_position(query.world.position());
  return absl::OkStatus();
}

absl::StatusOr<domain::Filter> ParseFilter(const QueryContext& query,
                                           const identity::v1::ListUsersRequest& request) {
  const auto account = domain::FindAccount(query.world, request.account_id());
  if (!account) return Refuse(Reason::kAccountNotFound);
  return domain::ParseUserFilter(domain::RolesOf(query.world, *account), request.filter());
}

absl::Status ListUsers(const QueryContext& query, const identity::v1::ListUsersRequest& request,
                       identity::v1::ListUsersResponse& response) {
  ROSTER_ASSIGN(const auto filter, ParseFilter(query, request));
  ROSTER_ASSIGN(const auto order, domain::ParseUserOrder(request.order_by()));
  ROSTER_ASSIGN(const auto mask, ParseMask(request.read_mask()));
  ROSTER_ASSIGN(
      const auto page,
      Page::Read(query,
                 absl::StrCat("users\n", request.account_id(), "\n", request.filter().size(), "\n",
                              request.filter(), "\n", request.order_by()),
                 request.page_size(), request.page_token()));
  const domain::PastWorld world = page.World();
  const auto account = domain::FindAccount(world, request.account_id());
  if (!account) return Refuse(Reason::kAccountNotFound);
  const domain::UserList list(*account, filter, order);
  response.set_next_page_token(
      page.Scan(world, list.rows(), [&](std::string_view key, std::string_view value) {
        const auto user = list.UserAt(world, key, value);
        if (user) Show(*user, mask, *response.add_users());
        return user.has_value();
      }));
  response.set_position(page.position());
  return absl::OkStatus();
}

absl::Status CountUsers(const QueryContext& query, const identity::v1::CountUsersRequest& request,
                        identity::v1::CountUsersResponse& response) {
  const auto account = domain::FindAccount(query.world, request.account_id());
  if (!account) return Refuse(Reason::kAccountNotFound);
  const domain::UserCounts counts = domain::CountUsers(query.world, *account);
  response.set_pending(counts.pending);
  response.set_active(counts.active);
  response.set_disabled(counts.disabled);
  response.set_deleted(counts.deleted);
  response.set_total(counts.total());
  response.set_pending_approvals(counts.unapproved);
  response.set_position(query.world.position());
  return absl::OkStatus();
}

}  // namespace

Handlers UserQueryHandlers() {
  return {{"GetUser", Quick(OfPastQuery(GetUser))},
          {"BatchGetUsers", OfPastQuery(BatchGetUsers)},
          {"ListUsers", OfPastQuery(ListUsers)},
          {"CountUsers", Quick(OfQuery(CountUsers))}};
}

}  // namespace roster::services
