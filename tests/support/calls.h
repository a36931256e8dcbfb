// Requests of the API, short to write in tests.

#ifndef ROSTER_TESTS_SUPPORT_CALLS_H_
#define ROSTER_TESTS_SUPPORT_CALLS_H_

#include <string>
#include <vector>

#include "roster/access/v1/check.pb.h"
#include "roster/access/v1/role.pb.h"
#include "roster/audit/v1/event.pb.h"
#include "roster/identity/v1/account.pb.h"
#include "roster/identity/v1/service_account.pb.h"
#include "roster/identity/v1/user.pb.h"
#include "tests/support/client.h"

namespace roster::api_test {

#define ROSTER_TEST_CALL(area, Name)           \
  template <>                                  \
  struct ResponseOf<area::v1::Name##Request> { \
    using Type = area::v1::Name##Response;     \
  };

ROSTER_TEST_CALL(identity, CreateAccount)
ROSTER_TEST_CALL(identity, GetAccount)
ROSTER_TEST_CALL(identity, ListAccounts)
ROSTER_TEST_CALL(identity, UpdateAccountPolicy)
ROSTER_TEST_CALL(identity, SetCertificatePrefixes)
ROSTER_TEST_CALL(identity, CreateUser)
ROSTER_TEST_CALL(identity, GetUser)
ROSTER_TEST_CALL(identity, BatchGetUsers)
ROSTER_TEST_CALL(identity, ListUsers)
ROSTER_TEST_CALL(identity, CountUsers)
ROSTER_TEST_CALL(identity, UpdateUser)
ROSTER_TEST_CALL(identity, EnableUser)
ROSTER_TEST_CALL(identity, DisableUser)
ROSTER_TEST_CALL(identity, ApproveUser)
ROSTER_TEST_CALL(identity, RevokeApproval)
ROSTER_TEST_CALL(identity, DeleteUser)
ROSTER_TEST_CALL(identity, EraseUser)
ROSTER_TEST_CALL(identity, RestoreUser)
ROSTER_TEST_CALL(identity, CreateServiceAccount)
ROSTER_TEST_CALL(identity, ListServiceAccounts)
ROSTER_TEST_CALL(identity, DisableServiceAccount)
ROSTER_TEST_CALL(identity, IssueServiceToken)
ROSTER_TEST_CALL(identity, RevokeServiceToken)
ROSTER_TEST_CALL(identity, BindCertificate)
ROSTER_TEST_CALL(identity, UnbindCertificate)
ROSTER_TEST_CALL(access, ListRoles)
ROSTER_TEST_CALL(access, ChangeUserRole)
ROSTER_TEST_CALL(access, Check)
ROSTER_TEST_CALL(access, BatchCheck)
ROSTER_TEST_CALL(access, GetCallerCapabilities)
ROSTER_TEST_CALL(audit, ListEvents)

#undef ROSTER_TEST_CALL

using event::v1::Preset;

// A request about a user.
template <typename Request>
Request About(const std::string& account_id, const std::string& user_id) {
  Request request;
  request.set_account_id(account_id);
  request.set_user_id(user_id);
  return request;
}

// A request about an account.
template <typename Request>
Request In(const std::string& account_id) {
  Request request;
  request.set_account_id(account_id);
  return request;
}

// Everything that any preset requires of a person, made from one name.
identity::v1::UserProfile Person(const std::string& name);

// A user with the profile of Person(name).
identity::v1::CreateUserRequest NewUser(const std::string& account_id, const std::string& name,
                                        const std::vector<std::string>& roles = {});

identity::v1::CreateAccountRequest NewAccount(Preset preset);

access::v1::ChangeUserRoleRequest RoleChange(const std::string& account_id,
                                             const std::string& user_id, const std::string& role);

// A change of one field of the profile.
identity::v1::UpdateUserRequest Update(const std::string& account_id, const std::string& user_id,
                                       const std::string& field, const std::string& value);

access::v1::CheckRequest Question(const std::string& account_id, const std::string& user_id,
                                  const std::string& permission);

identity::v1::ListUsersRequest List(const std::string& account_id, const std::string& filter = "");

// The names in an answer of ListUsers, in its order.
std::vector<std::string> NamesOf(const identity::v1::ListUsersResponse& response);

// What a check came to: "ALLOW ROLE viewer", "DENY NO_GRANT".
std::string TextOf(const access::v1::CheckResult& result);

// The name of a status without its prefix: "PENDING".
std::string StatusOf(const identity::v1::User& user);

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_SUPPORT_CALLS_H_
