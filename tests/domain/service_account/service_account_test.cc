// Service accounts: names, roles, tokens; who may do what to them (R44, R53).

#include "domain/service_account/service_account.h"

#include "domain/rows/codec.h"
#include "domain/rows/service_account_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

CreateServiceAccount Create(const std::string& name, std::vector<std::string> roles = {}) {
  return {kAccount, "svc", name, std::move(roles)};
}
DisableServiceAccount Disable(const std::string& id) { return {kAccount, id}; }
IssueServiceToken Issue(const std::string& id, const std::string& token) {
  return {kAccount, id, token, "hash of " + token};
}
RevokeServiceToken Revoke(const std::string& id, const std::string& token) {
  return {kAccount, id, token};
}

Events Issued(const std::string& id, const std::string& token) {
  Events events(1);
  auto* issued = events[0].mutable_service_token_issued();
  issued->set_service_account_id(id);
  issued->set_token_id(token);
  issued->set_token_hash("hash of " + token);
  return events;
}

BindCertificate Bind(const std::string& id, const std::string& identity) {
  return {kAccount, id, identity};
}
UnbindCertificate Unbind(const std::string& id, const std::string& identity) {
  return {kAccount, id, identity};
}

Events Bound(const std::string& id, const std::string& identity) {
  Events events(1);
  auto* bound = events[0].mutable_certificate_bound();
  bound->set_service_account_id(id);
  bound->set_identity(identity);
  return events;
}

Events Disabled(const std::string& id) {
  Events events(1);
  events[0].mutable_service_account_disabled()->set_service_account_id(id);
  return events;
}

// A service account of the scenario with `count` tokens t1, t2…
Scenario WithTokens(const std::string& id, int count) {
  Scenario given(kMatrix);
  for (int i = 1; i <= count; ++i) given.Happened(Issued(id, "t" + std::to_string(i)));
  return given;
}

class ServiceAccountTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(ServiceAccountTest, Decides) { Verify(GetParam()); }

std::vector<DecisionCase> Creations() {
  const Scenario given(kMatrix);
  const Scenario manager(kApplications);
  const Caller caller = Service("super_admin");
  const std::string created = "service_account_created { service_account_id: 'svc' name: 'CI'";
  const std::string refused = "PERMISSION_REQUIRED {permission: services.manage}";
  CreateServiceAccount elsewhere = Create("CI");
  elsewhere.account_id = "nowhere";
  return {
      {"Operator_R53", given, Operator(), Create("CI", {"super_admin"}),
       created + " roles: 'super_admin' }"},
      {"SuperAdmin_R53", given, caller, Create("CI", {"viewer", "auditor"}),
       created + " roles: 'viewer' roles: 'auditor' }"},
      {"NoRoles", given, caller, Create("CI"), created + " }"},
      {"Admin_R53", given, Service("admin"), Create("CI"), refused},
      {"Administrator_R53", Scenario(kPortal), Service("administrator"), Create("CI"), refused},
      {"Owner_R53", manager, Service("account_owner"), Create("CI"), refused},
      {"Stranger_R53", given, Stranger(), Create("CI"), refused},
      {"UnknownAccount", given, Operator(), elsewhere, "ACCOUNT_NOT_FOUND"},
      {"NoName", given, caller, Create(""), "INVALID_FIELDS [name: MISSING_FIELD]"},
      {"LongName", given, caller, Create(std::string(129, 'x')),
       "INVALID_FIELDS [name: INVALID_VALUE]"},
      {"LongestName", given, caller, Create(std::string(128, 'x')),
       "service_account_created { service_account_id: 'svc' name: '" + std::string(128, 'x') +
           "' }"},
      {"NameWithLines", given, caller, Create("a\nb"), "INVALID_FIELDS [name: INVALID_VALUE]"},
      {"NameTaken", given, caller, Create("Service viewer"), "NAME_TAKEN"},
      {"NameTakenInOtherCase", given, caller, Create(" SERVICE Viewer "), "NAME_TAKEN"},
      {"NameOfAUserIsFree", Scenario(given).User("ci", "viewer"), caller, Create("CI"),
       created + " }"},
      {"NameOfADisabledOne", Scenario(given).Happened(Disabled("viewer")), caller,
       Create("Service viewer"), "NAME_TAKEN"},
      {"UnknownRole_R40", given, caller, Create("CI", {"boss"}), "ROLE_NOT_FOUND {role: boss}"},
      {"ApplicationRole_R116", manager, Operator(), Create("CI", {"reader"}),
       "ROLE_NOT_FOUND {role: reader, why: it is given within an application or a project}"},
      {"TypeRole_R54", Scenario(kTeams), Operator(), Create("CI", {"user_type_admin"}),
       "ROLE_NOT_FOUND {role: user_type_admin, why: it comes with a user type, and "
       "can't be given by itself}"},
      {"TooManyRoles", given, caller, Create("CI", std::vector<std::string>(101, "viewer")),
       "LIMIT_EXCEEDED {limit: roles, value: 100}"},
  };
}
INSTANTIATE_TEST_SUITE_P(Creations, ServiceAccountTest, testing::ValuesIn(Creations()), CaseName);

// Tokens and the end of a service account. R44 guards tokens too; every built-in role with
// services.manage may assign all, so that refusal waits for custom roles.
std::vector<DecisionCase> Tokens() {
  const Scenario given = WithTokens("viewer", 1);
  const Caller caller = Service("super_admin");
  const std::string refused = "PERMISSION_REQUIRED {permission: services.manage}";
  const std::string issued =
      "service_token_issued { service_account_id: 'viewer' token_id: 't2' token_hash: 'hash of "
      "t2' }";
  const std::string revoked =
      "service_token_revoked { service_account_id: 'viewer' token_id: 't1' token_hash: 'hash of "
      "t1' }";
  const Scenario disabled = Scenario(given).Happened(Disabled("viewer"));
  return {
      {"Issue", given, caller, Issue("viewer", "t2"), issued},
      {"OperatorIssues_R53", given, Operator(), Issue("viewer", "t2"), issued},
      {"AdminIssues_R53", given, Service("admin"), Issue("viewer", "t2"), refused},
      {"StrangerIssues_R53", given, Stranger(), Issue("viewer", "t2"), refused},
      {"ForUnknown", given, caller, Issue("nobody", "t2"), "SERVICE_ACCOUNT_NOT_FOUND"},
      {"ForDisabled", disabled, caller, Issue("viewer", "t2"), "SERVICE_ACCOUNT_DISABLED"},
      {"TenTokens", WithTokens("viewer", 9), caller, Issue("viewer", "t2"), issued},
      {"ElevenTokens", WithTokens("viewer", 10), caller, Issue("viewer", "t2"),
       "LIMIT_EXCEEDED {limit: tokens, value: 10}"},
      {"Revoke", given, caller, Revoke("viewer", "t1"), revoked},
      {"OperatorRevokes_R53", given, Operator(), Revoke("viewer", "t1"), revoked},
      {"ViewerRevokes_R53", given, Service("viewer"), Revoke("viewer", "t1"), refused},
      {"RevokeUnknownToken", given, caller, Revoke("viewer", "t9"), "TOKEN_NOT_FOUND"},
      {"RevokeOfUnknown", given, caller, Revoke("nobody", "t1"), "SERVICE_ACCOUNT_NOT_FOUND"},
      {"RevokeOfDisabled", disabled, caller, Revoke("viewer", "t1"), "TOKEN_NOT_FOUND"},
      {"Disable", given, caller, Disable("viewer"),
       "service_account_disabled { service_account_id: 'viewer' }"},
      {"OperatorDisables_R53", given, Operator(), Disable("viewer"),
       "service_account_disabled { service_account_id: 'viewer' }"},
      {"DisableTwice", disabled, caller, Disable("viewer"), "nothing"},
      {"AdminDisables_R53", given, Service("admin"), Disable("viewer"), refused},
      {"DisableUnknown", given, caller, Disable("nobody"), "SERVICE_ACCOUNT_NOT_FOUND"},
  };
}
INSTANTIATE_TEST_SUITE_P(Tokens, ServiceAccountTest, testing::ValuesIn(Tokens()), CaseName);

std::vector<DecisionCase> Certificates() {
  const std::string uri = "spiffe://example.org/a";
  const Scenario given = Scenario(kMatrix).Happened(Bound("viewer", uri));
  const Caller caller = Service("super_admin");
  const std::string refused = "PERMISSION_REQUIRED {permission: services.manage}";
  const auto bound = [](const std::string& identity) {
    return "certificate_bound { service_account_id: 'viewer' identity: '" + identity + "' }";
  };
  const std::string malformed = "INVALID_FIELDS [identity: INVALID_VALUE]";
  const std::string longest = "a://" + std::string(2044, 'x');
  const std::string label(63, 'x');
  Scenario nine = given;
  for (int i = 1; i < 9; ++i) nine.Happened(Bound("viewer", "host" + std::to_string(i)));
  const Scenario ten = Scenario(nine).Happened(Bound("viewer", "host9"));
  return {
      {"Bind", given, Operator(), Bind("viewer", "host"), bound("host")},
      {"WithoutProof_AH5", given, caller, Bind("viewer", "host"), "CERTIFICATE_NOT_PROVEN"},
      {"AdminBinds_R53", given, Service("admin"), Bind("viewer", "host"), refused},
      {"StrangerBinds_R53", given, Stranger(), Bind("viewer", "host"), refused},
      {"BindUri", given, Operator(), Bind("viewer", uri + "/B"), bound(uri + "/B")},
      {"BindHost", given, Operator(), Bind("viewer", "A.Example.org"), bound("a.example.org")},
      {"BindLongest", given, Operator(), Bind("viewer", longest), bound(longest)},
      {"BindTooLong", given, Operator(), Bind("viewer", longest + "x"), malformed},
      {"BindLongLabel", given, Operator(), Bind("viewer", label), bound(label)},
      {"BindTooLongLabel", given, Operator(), Bind("viewer", label + "x"), malformed},
      {"BindWildcard", given, Operator(), Bind("viewer", "*.example.org"), malformed},
      {"BindNothing", given, Operator(), Bind("viewer", ""),
       "INVALID_FIELDS [identity: MISSING_FIELD]"},
      {"BindAgain", given, Operator(), Bind("viewer", uri), "nothing"},
      {"BindTaken", given, Operator(), Bind("auditor", uri), "CERTIFICATE_TAKEN"},
      {"BindForUnknown", given, Operator(), Bind("nobody", "host"), "SERVICE_ACCOUNT_NOT_FOUND"},
      {"BindForDisabled", Scenario(given).Happened(Disabled("viewer")), Operator(),
       Bind("viewer", "host"), "SERVICE_ACCOUNT_DISABLED"},
      {"BindFreed", Scenario(given).Happened(Disabled("viewer")), Operator(), Bind("auditor", uri),
       "certificate_bound { service_account_id: 'auditor' identity: '" + uri + "' }"},
      {"TenCertificates", nine, Operator(), Bind("viewer", "host"), bound("host")},
      {"ElevenCertificates", ten, Operator(), Bind("viewer", "host"),
       "LIMIT_EXCEEDED {limit: certificates, value: 10}"},
      {"Unbind", given, caller, Unbind("viewer", uri),
       "certificate_unbound { service_account_id: 'viewer' identity: '" + uri + "' }"},
      {"AdminUnbinds_R53", given, Service("admin"), Unbind("viewer", uri), refused},
      {"UnbindFromAnother", given, caller, Unbind("auditor", uri), "CERTIFICATE_NOT_FOUND"},
      {"UnbindMalformed", given, caller, Unbind("viewer", "*"), "CERTIFICATE_NOT_FOUND"},
      {"UnbindFromUnknown", given, caller, Unbind("nobody", uri), "SERVICE_ACCOUNT_NOT_FOUND"},
  };
}
INSTANTIATE_TEST_SUITE_P(Certificates, ServiceAccountTest, testing::ValuesIn(Certificates()),
                         CaseName);

TEST(ServiceCertificateFoldTest, BindUnbindDisable) {
  Scenario given(kMatrix);
  given.Happened(Bound("viewer", "a"))
      .Happened(Bound("viewer", "b"))
      .Happened(Bound("viewer", "c"));
  ASSERT_TRUE(FindCertificate(given.world(), "b").has_value());
  EXPECT_EQ(FindCertificate(given.world(), "b")->account_id(), kAccount);
  EXPECT_EQ(FindCertificate(given.world(), "b")->service_account_id(), "viewer");
  const auto unbind = Decide(given.world(), Unbind("viewer", "B"), Service("super_admin"));
  ASSERT_EQ(Describe(unbind.status()), "OK");
  given.Happened(*unbind);
  EXPECT_FALSE(FindCertificate(given.world(), "b").has_value());
  EXPECT_TRUE(FindCertificate(given.world(), "a").has_value());
  EXPECT_EQ(FindServiceAccount(given.world(), kAccount, "viewer")->certificates_size(), 2);
  given.Happened(Disabled("viewer"));
  EXPECT_FALSE(FindCertificate(given.world(), "a").has_value());
  EXPECT_FALSE(FindCertificate(given.world(), "c").has_value());
  EXPECT_EQ(FindServiceAccount(given.world(), kAccount, "viewer")->certificates_size(), 0);
}

// The tokens by which a request is let in.
TEST(ServiceTokenFoldTest, IssueRevokeDisable) {
  Scenario given = WithTokens("viewer", 3);
  auto token = FindToken(given.world(), "hash of t2");
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->account_id(), kAccount);
  EXPECT_EQ(token->service_account_id(), "viewer");
  EXPECT_EQ(token->token_id(), "t2");
  EXPECT_EQ(FromTimestamp(token->issued_at()), kDay0);

  const auto revoke = Decide(given.world(), Revoke("viewer", "t2"), Service("super_admin"));
  ASSERT_EQ(Describe(revoke.status()), "OK");
  given.Happened(*revoke);
  EXPECT_FALSE(FindToken(given.world(), "hash of t2").has_value());
  EXPECT_TRUE(FindToken(given.world(), "hash of t1").has_value());
  EXPECT_TRUE(FindToken(given.world(), "hash of t3").has_value());
  EXPECT_EQ(FindServiceAccount(given.world(), kAccount, "viewer")->tokens_size(), 2);

  given.Happened(Issued("admin", "other")).Happened(Disabled("viewer"));
  EXPECT_FALSE(FindToken(given.world(), "hash of t1").has_value());
  EXPECT_FALSE(FindToken(given.world(), "hash of t3").has_value());
  EXPECT_TRUE(FindToken(given.world(), "hash of other").has_value());
  const auto row = FindServiceAccount(given.world(), kAccount, "viewer");
  EXPECT_TRUE(row->disabled());
  EXPECT_EQ(row->tokens_size(), 0);
  EXPECT_EQ(row->revision(), 6);
}

TEST(ServiceTokenFoldTest, OperatorToken) {
  Scenario given(kMatrix);
  Events events(1);
  events[0].mutable_operator_token_issued()->set_token_hash("hash of operator");
  given.Happened(events, kDay0 + kDay, "");
  const auto token = FindToken(given.world(), "hash of operator");
  ASSERT_TRUE(token.has_value());
  EXPECT_EQ(token->account_id(), "");
  EXPECT_EQ(FromTimestamp(token->issued_at()), kDay0 + kDay);
}

TEST(ServiceTokenFoldTest, UnknownServiceAccountChangesNothing) {
  const Scenario before(kMatrix);
  Scenario given = before;
  given.Happened(Issued("nobody", "t1")).Happened(Disabled("nobody"));
  EXPECT_FALSE(FindToken(given.world(), "hash of t1").has_value());
  EXPECT_FALSE(FindServiceAccount(given.world(), kAccount, "nobody").has_value());
}

}  // namespace
}  // namespace roster::domain
