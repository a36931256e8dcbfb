// Who may call what: every method of every service, by every kind of caller, in the own account, in
// another one and in none. The methods come from the descriptors, so a new one is in the matrix by
// itself; what a role permits is written down here a second time, from the table of roles of the
// design, and never asked of the code under test. (R1, R41-R44, R48, R53, R103)

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

using authorization::v1::Rule;
constexpr const char* kNobody = "00000000-0000-7000-8000-000000000000";

#define MANAGES_USERS                                                                 \
  "users.view users.create users.update users.set_status users.approve users.delete " \
  "users.restore users.invite users.reset_password users.reset_second_factor "        \
  "users.change_role "
#define GROUPS "groups.view groups.manage "
#define ACCESS "access.view access.manage access.check "
#define OF_ADMINISTRATOR                                                                   \
  MANAGES_USERS GROUPS ACCESS                                                              \
      "account.view account.manage users.import users.export applications.view "           \
      "applications.manage resources.view resources.manage projects.view projects.manage " \
      "projects.duplicate roles.view roles.manage billing.manage subscriptions.manage "    \
      "audit.read directory.sync "
#define OF_THE_ACCOUNT OF_ADMINISTRATOR "users.erase services.manage "
#define OF_PORTAL                                                                          \
  "procurement.request procurement.approve procurement.order catalog.view documents.view " \
  "spend.view collaboration.use "

// What a role that a service account can hold permits, in one preset.
struct RoleRow {
  Preset preset;
  const char* role;
  const char* permissions;
};

constexpr const char* kAuditor =
    "users.view groups.view projects.view roles.view access.view audit.read users.export";
constexpr const char* kChecker = "access.check users.view";

constexpr RoleRow kRoles[] = {
    {event::v1::PRESET_ROLE_MATRIX, "super_admin",
     OF_THE_ACCOUNT "content.create content.view store.view"},
    {event::v1::PRESET_ROLE_MATRIX, "admin",
     MANAGES_USERS GROUPS "roles.view access.view access.manage"},
    {event::v1::PRESET_ROLE_MATRIX, "creator", "users.view roles.view content.create"},
    {event::v1::PRESET_ROLE_MATRIX, "viewer", "users.view roles.view content.view"},
    {event::v1::PRESET_ROLE_MATRIX, "ecommerce_viewer", "users.view roles.view store.view"},
    {event::v1::PRESET_ROLE_MATRIX, "auditor", kAuditor},
    {event::v1::PRESET_ROLE_MATRIX, "service_checker", kChecker},
    {event::v1::PRESET_CLIENT_PORTAL, "super_admin", OF_THE_ACCOUNT OF_PORTAL},
    {event::v1::PRESET_CLIENT_PORTAL, "administrator", OF_ADMINISTRATOR OF_PORTAL},
    {event::v1::PRESET_CLIENT_PORTAL, "basic", ""},
    {event::v1::PRESET_CLIENT_PORTAL, "auditor", kAuditor},
    {event::v1::PRESET_CLIENT_PORTAL, "service_checker", kChecker},
    {event::v1::PRESET_PROJECT_TEAMS, "super_admin", OF_THE_ACCOUNT},
    {event::v1::PRESET_PROJECT_TEAMS, "auditor", kAuditor},
    {event::v1::PRESET_PROJECT_TEAMS, "service_checker", kChecker},
    {event::v1::PRESET_WORKFORCE, "super_admin", OF_THE_ACCOUNT "tasks.view"},
    {event::v1::PRESET_WORKFORCE, "lifecycle_admin", OF_THE_ACCOUNT "tasks.view"},
    {event::v1::PRESET_WORKFORCE, "lifecycle_user", "tasks.view"},
    {event::v1::PRESET_WORKFORCE, "auditor", kAuditor},
    {event::v1::PRESET_WORKFORCE, "service_checker", kChecker},
    {event::v1::PRESET_APPLICATIONS, "super_admin", OF_THE_ACCOUNT},
    {event::v1::PRESET_APPLICATIONS, "account_owner",
     "account.view account.manage billing.manage subscriptions.manage users.view roles.view"},
    {event::v1::PRESET_APPLICATIONS, "user_manager",
     MANAGES_USERS GROUPS ACCESS "users.erase applications.view applications.manage roles.view"},
    {event::v1::PRESET_APPLICATIONS, "auditor", kAuditor},
    {event::v1::PRESET_APPLICATIONS, "service_checker", kChecker},
};

std::set<std::string> Words(const char* text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

struct Caller {
  std::string name;
  Client client;
  enum { kUnknown, kOperator, kService } kind = kUnknown;
  std::string account_id = {};
  std::set<std::string> permissions = {};
};

// Where a call points to.
struct Target {
  std::string name;
  std::string account_id;
};

// Fills in ids wherever the request has one, also in the messages in it: the account's, and else
// one that is nowhere. Returns whether it names an account.
bool Address(Message& request, const std::string& account_id) {
  const auto& reflection = *request.GetReflection();
  bool addressed = false;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = request.GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    if (field->message_type() != nullptr && reflection.HasField(request, field)) {
      addressed |= Address(*reflection.MutableMessage(&request, field), account_id);
    } else if (field->name() == "account_id") {
      reflection.SetString(&request, field, account_id);
      addressed = true;
    } else if (IsId(*field) && field->name() != "request_id") {
      reflection.SetString(&request, field, kNobody);
    }
  }
  return addressed;
}

// The permission that a rule asks for; "operator" for the operator's methods; empty when every
// caller with a credential may.
std::string NeededBy(const Rule& rule) {
  switch (rule.form_case()) {
    case Rule::kPermission:
      return rule.permission();
    case Rule::kSelfOrPermission:
      return rule.self_or_permission();
    case Rule::kPermissionOrOperator:
      return rule.permission_or_operator();
    case Rule::kOperator:
      return "operator";
    default:
      return "";
  }
}

constexpr const char* kLetIn = "let in";

// What must come of it.
std::string Expected(const Rule& rule, const Caller& caller, const std::string& account_id) {
  if (rule.form_case() == Rule::FORM_NOT_SET) return "no rule";
  if (caller.kind == Caller::kUnknown) return "UNAUTHENTICATED UNAUTHENTICATED";
  const std::string needed = NeededBy(rule);
  if (needed.empty()) return kLetIn;
  if (caller.kind == Caller::kOperator) {
    if (rule.has_operator_() || rule.has_permission_or_operator()) return kLetIn;
  } else if (caller.account_id == account_id && caller.permissions.count(needed) == 1) {
    return kLetIn;
  }
  return "PERMISSION_DENIED PERMISSION_REQUIRED {permission: " + needed + "}";
}

// A refusal of the caller, or that the caller was let in, whatever the call then did.
std::string Outcome(const MethodDescriptor& method, const Caller& caller, const Message& request) {
  const Result result = Invoke(caller.client, method, request).result;
  const bool refused = result.code == "PERMISSION_DENIED" || result.code == "UNAUTHENTICATED";
  if (refused) return result.Text();
  // The method is there, and nothing broke.
  const bool broken = !result.ok() && result.domain != "roster";
  return broken ? result.Text() : kLetIn;
}

Caller Holder(const Home& home, const RoleRow& row) {
  return {absl::StrCat(event::v1::Preset_Name(row.preset), "/", row.role), home.As({row.role}),
          Caller::kService, home.id, Words(row.permissions)};
}

// A token that worked once.
Client Revoked(const Home& home) {
  const Service service = home.NewService({"super_admin"});
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  EXPECT_EQ(Try(home.server->op(), revoke), "OK");
  return service.client;
}

Client Disabled(const Home& home) {
  const Service service = home.NewService({"super_admin"});
  auto disable = In<identity::v1::DisableServiceAccountRequest>(home.id);
  disable.set_service_account_id(service.service_account_id);
  EXPECT_EQ(Try(home.server->op(), disable), "OK");
  return service.client;
}

class AuthorizationMatrixTest : public testing::Test {
 protected:
  AuthorizationMatrixTest() {
    for (const RoleRow& row : kRoles) homes_.try_emplace(row.preset, row.preset);
    const Home& own = homes_.at(event::v1::PRESET_ROLE_MATRIX);
    callers_ = {{"anonymous", SharedServer().Anonymous()},
                {"garbage", SharedServer().op().As("roster_sa_garbage")},
                {"revoked", Revoked(own)},
                {"disabled", Disabled(own)},
                {"operator", SharedServer().op(), Caller::kOperator},
                {"no role", own.As({}), Caller::kService, own.id}};
    for (const RoleRow& row : kRoles) callers_.push_back(Holder(homes_.at(row.preset), row));
    // The same roles in another account of the same kind.
    for (const RoleRow& row : kRoles) {
      if (row.preset == event::v1::PRESET_ROLE_MATRIX) callers_.push_back(Holder(other_, row));
    }
  }

  // The account that the caller belongs to, another, and none. Who belongs nowhere: any.
  std::vector<Target> TargetsOf(const Caller& caller) const {
    const std::string& matrix = homes_.at(event::v1::PRESET_ROLE_MATRIX).id;
    const std::string own = caller.account_id.empty() ? matrix : caller.account_id;
    return {{"own", own}, {"other", own == matrix ? other_.id : matrix}, {"missing", kNobody}};
  }

  const SampleAccount account_;
  std::map<Preset, Home> homes_;
  Home other_{event::v1::PRESET_ROLE_MATRIX};
  std::vector<Caller> callers_;
};

TEST_F(AuthorizationMatrixTest, EveryMethodEveryCallerEveryAccount) {
  const auto began = std::chrono::steady_clock::now();
  int cells = 0;
  int let_in = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    const Rule rule = RuleOf(*method);
    const auto request = Sample(*method, account_);
    const bool addressed = Address(*request, kNobody);
    const bool in_account = !NeededBy(rule).empty() && !rule.has_operator_();
    ASSERT_TRUE(addressed || !in_account)
        << "how is the account of a call named?  " << method->full_name();
    for (const Caller& caller : callers_) {
      for (const Target& target : TargetsOf(caller)) {
        Address(*request, target.account_id);
        const std::string expected = Expected(rule, caller, target.account_id);
        EXPECT_EQ(Outcome(*method, caller, *request), expected)
            << method->full_name() << " by " << caller.name << " in " << target.name;
        ++cells;
        let_in += expected == kLetIn ? 1 : 0;
        if (!addressed) break;  // names no account: one cell says it all
      }
    }
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  std::printf("authorization matrix: %d cells, %d let in, %lld ms\n", cells, let_in,
              static_cast<long long>(took.count()));
  EXPECT_GT(let_in, cells / 10);
  EXPECT_LT(let_in, cells / 2);
}

// Of Roster's own permissions those that a method asks for, and those of the services that stand on
// billing and subscriptions: a client that shows what it is told makes no false promise.
std::set<std::string> Shown(const std::set<std::string>& permissions) {
  std::set<std::string> hidden = Words(OF_THE_ACCOUNT);
  for (const MethodDescriptor* method : AllMethods()) hidden.erase(NeededBy(RuleOf(*method)));
  for (const char* of_others : {"billing.manage", "subscriptions.manage"}) hidden.erase(of_others);
  std::set<std::string> shown;
  for (const std::string& permission : permissions) {
    if (hidden.count(permission) == 0) shown.insert(permission);
  }
  return shown;
}

// R52: what the server says about a caller is the same table.
TEST_F(AuthorizationMatrixTest, CapabilitiesAreTheTable_R52) {
  for (const Caller& caller : callers_) {
    if (caller.kind != Caller::kService) continue;
    const auto answer = caller.client.Call(access::v1::GetCallerCapabilitiesRequest());
    ASSERT_EQ(answer.Text(), "OK") << caller.name;
    EXPECT_EQ(std::set<std::string>(answer->permissions().begin(), answer->permissions().end()),
              Shown(caller.permissions))
        << caller.name;
    EXPECT_EQ(answer->account_id(), caller.account_id) << caller.name;
    EXPECT_FALSE(answer->operator_()) << caller.name;
  }
}

TEST_F(AuthorizationMatrixTest, ListedRolesCanBeHeldAndTheirPermissionsUsed) {
  for (const auto& [preset, home] : homes_) {
    SCOPED_TRACE(event::v1::Preset_Name(preset));
    std::map<std::string, std::set<std::string>> wanted;
    for (const RoleRow& row : kRoles) {
      if (row.preset == preset) wanted[row.role] = Shown(Words(row.permissions));
    }
    const auto listed = home.client.Call(In<access::v1::ListRolesRequest>(home.id));
    ASSERT_EQ(listed.Text(), "OK");
    for (const auto& role : listed->roles()) {
      if (role.user_type() != event::v1::USER_TYPE_UNSPECIFIED) continue;  // comes with the type
      EXPECT_EQ(std::set<std::string>(role.permissions().begin(), role.permissions().end()),
                wanted[role.role_id()])
          << role.role_id();
      wanted.erase(role.role_id());
    }
    EXPECT_TRUE(wanted.empty()) << wanted.begin()->first;
  }
}

// What a caller may not see looks like what does not exist.
TEST_F(AuthorizationMatrixTest, ForbiddenLooksLikeMissing) {
  const Home& own = homes_.at(event::v1::PRESET_ROLE_MATRIX);
  const std::string there = other_.Create("ann", {"viewer"});
  const Client& client = own.client;
  for (const std::string& account_id : {other_.id, std::string(kNobody)}) {
    EXPECT_EQ(client.Call(About<identity::v1::GetUserRequest>(account_id, there)).Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.view}");
    EXPECT_EQ(client.Call(About<identity::v1::DeleteUserRequest>(account_id, there)).Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.delete}");
    EXPECT_EQ(client.Call(Question(account_id, there, "no.such")).Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: access.check}");
  }
  // A user of another account, asked for in the own one.
  EXPECT_EQ(client.Call(About<identity::v1::GetUserRequest>(own.id, there)).Text(),
            client.Call(About<identity::v1::GetUserRequest>(own.id, kNobody)).Text());
}

}  // namespace
}  // namespace roster::api_test
