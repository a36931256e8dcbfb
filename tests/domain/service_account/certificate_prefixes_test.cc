// Who may bind a name in client certificates, and prefixes of such names.

#include "domain/service_account/certificate_prefixes.h"

#include "domain/rows/service_account_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr char kPrefix[] = "spiffe://example.org/ns/a/";
constexpr char kBelow[] = "spiffe://example.org/ns/a/x";
constexpr char kBeside[] = "spiffe://example.org/ns/ab";

Events Delegated(const std::string& account_id, const std::vector<std::string>& from,
                 const std::vector<std::string>& to) {
  Events events(1);
  auto* changed = events[0].mutable_certificate_prefixes_changed();
  changed->set_account_id(account_id);
  *changed->mutable_from() = {from.begin(), from.end()};
  *changed->mutable_to() = {to.begin(), to.end()};
  return events;
}

Events Bound(const std::string& id, const std::string& identity) {
  Events events(1);
  events[0].mutable_certificate_bound()->set_service_account_id(id);
  events[0].mutable_certificate_bound()->set_identity(identity);
  return events;
}

BindCertificate Bind(const std::string& identity) { return {kAccount, "viewer", identity}; }

SetCertificatePrefixes Set(std::vector<std::string> prefixes, uint64_t expected_revision = 0) {
  return {kAccount, expected_revision, std::move(prefixes)};
}

Caller Showing(const std::string& name) {
  Caller caller = Service("super_admin");
  caller.proof.certificate_names = {"other", name};
  return caller;
}

class CertificatePrefixesTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(CertificatePrefixesTest, Decides) { Verify(GetParam()); }

std::string BoundTo(const std::string& identity) {
  return "certificate_bound { service_account_id: 'viewer' identity: '" + identity + "' }";
}

// A caller without proof is told the same of names that are free, and that are bound: here, in
// another account, or below a prefix of another account.
std::vector<DecisionCase> Bindings() {
  const Scenario free(kMatrix);
  const Scenario own = Scenario(free).Happened(Delegated(kAccount, {}, {kPrefix}));
  const Scenario others =
      Scenario(free).Happened(Delegated(kOtherAccount, {}, {kPrefix}), kDay0, kOtherAccount);
  const Scenario here = Scenario(free).Happened(Bound("auditor", kBelow));
  const Scenario elsewhere =
      Scenario(free).Happened(Bound("super_admin", kBelow), kDay0, kOtherAccount);
  const Caller caller = Service("super_admin");
  const std::string not_proven = "CERTIFICATE_NOT_PROVEN";
  return {
      {"Free_AH5", free, caller, Bind(kBelow), not_proven},
      {"BoundHere_AH5", here, caller, Bind(kBelow), not_proven},
      {"BoundElsewhere_AH5", elsewhere, caller, Bind(kBelow), not_proven},
      {"PrefixOfAnother_AH5", others, caller, Bind(kBelow), not_proven},
      {"Proven_AH5", free, Showing(kBelow), Bind(kBelow), BoundTo(kBelow)},
      {"AnotherProven_AH5", free, Showing(kBeside), Bind(kBelow), not_proven},
      {"ProvenAndBoundHere_AH5", here, Showing(kBelow), Bind(kBelow), "CERTIFICATE_TAKEN"},
      {"ProvenAndBoundElsewhere_AH5", elsewhere, Showing(kBelow), Bind(kBelow),
       "CERTIFICATE_TAKEN"},
      {"ProvenBelowAPrefixOfAnother_AH5", others, Showing(kBelow), Bind(kBelow),
       "CERTIFICATE_TAKEN"},
      {"OperatorBelowAPrefixOfAnother_AH5", others, Operator(), Bind(kBelow), "CERTIFICATE_TAKEN"},
      {"BelowOwnPrefix_AH5", own, caller, Bind(kBelow), BoundTo(kBelow)},
      {"FarBelowOwnPrefix_AH5", own, caller, Bind(std::string(kBelow) + "/y/z"),
       BoundTo(std::string(kBelow) + "/y/z")},
      {"ThePrefixItself_AH5", own, caller, Bind(kPrefix), not_proven},
      {"BesideOwnPrefix_AH5", own, caller, Bind(kBeside), not_proven},
      {"AboveOwnPrefix_AH5", own, caller, Bind("spiffe://example.org/ns/a"), not_proven},
      {"TakenBelowOwnPrefix_AH5", Scenario(own).Happened(Bound("auditor", kBelow)), caller,
       Bind(kBelow), "CERTIFICATE_TAKEN"},
      {"TakenBack_AH5", Scenario(own).Happened(Delegated(kAccount, {kPrefix}, {})), caller,
       Bind(kBelow), not_proven},
      {"StrangerBelowIt_AH5", own, Stranger(), Bind(kBelow),
       "PERMISSION_REQUIRED {permission: services.manage}"},
  };
}
INSTANTIATE_TEST_SUITE_P(Bindings, CertificatePrefixesTest, testing::ValuesIn(Bindings()),
                         CaseName);

std::vector<DecisionCase> Prefixes() {
  const Scenario given(kMatrix);
  const Scenario own = Scenario(given).Happened(Delegated(kAccount, {}, {kPrefix}));
  const Scenario others =
      Scenario(given).Happened(Delegated(kOtherAccount, {}, {kPrefix}), kDay0, kOtherAccount);
  const Scenario bound =
      Scenario(given).Happened(Bound("super_admin", kBelow), kDay0, kOtherAccount);
  const std::string changed = "certificate_prefixes_changed { account_id: 'acme' ";
  const std::string taken = "CERTIFICATE_TAKEN {prefix: ";
  SetCertificatePrefixes nowhere = Set({kPrefix});
  nowhere.account_id = "nowhere";
  return {
      {"Operator", given, Operator(), Set({kPrefix}), changed + "to: '" + kPrefix + "' }"},
      {"SuperAdmin", given, Service("super_admin"), Set({kPrefix}),
       "PERMISSION_REQUIRED {permission: operator}"},
      {"Same", own, Operator(), Set({kPrefix}), "nothing"},
      {"TakenBack", own, Operator(), Set({}), changed + "from: '" + kPrefix + "' }"},
      {"Wider", own, Operator(), Set({"spiffe://example.org/"}),
       changed + "from: '" + kPrefix + "' to: 'spiffe://example.org/' }"},
      {"OtherRevision", own, Operator(), Set({}, 1), "REVISION_MISMATCH {revision: 2}"},
      {"UnknownAccount", given, Operator(), nowhere, "ACCOUNT_NOT_FOUND"},
      {"OfAnother", others, Operator(), Set({kPrefix}), taken + kPrefix + "}"},
      {"AboveOneOfAnother", others, Operator(), Set({"spiffe://example.org/"}),
       taken + "spiffe://example.org/}"},
      {"BelowOneOfAnother", others, Operator(), Set({std::string(kBelow) + "/"}),
       taken + kBelow + "/}"},
      {"BesideOneOfAnother", others, Operator(), Set({std::string(kBeside) + "/"}),
       changed + "to: '" + kBeside + "/' }"},
      {"AboveANameOfAnother", bound, Operator(), Set({kPrefix}), taken + kPrefix + "}"},
  };
}
INSTANTIATE_TEST_SUITE_P(Prefixes, CertificatePrefixesTest, testing::ValuesIn(Prefixes()),
                         CaseName);

std::vector<DecisionCase> WrongPrefixes() {
  const Scenario given(kMatrix);
  const std::vector<std::string> many(17, kPrefix);
  const auto wrong = [&](const std::string& name, const std::vector<std::string>& prefixes,
                         const std::string& field) {
    return DecisionCase{name, given, Operator(), Set(prefixes),
                        "INVALID_FIELDS [" + field + ": INVALID_VALUE]"};
  };
  return {
      {"TooMany", given, Operator(), Set(many), "LIMIT_EXCEEDED {limit: prefixes, value: 16}"},
      wrong("WithoutASlash", {kBeside}, "prefixes.0"),
      wrong("NoUri", {"example.org/"}, "prefixes.0"),
      wrong("NoAuthority", {"spiffe://"}, "prefixes.0"),
      wrong("Empty", {""}, "prefixes.0"),
      wrong("Twice", {kPrefix, kPrefix}, "prefixes.1"),
      wrong("OneAboveAnother", {kPrefix, "spiffe://example.org/"}, "prefixes.1"),
  };
}
INSTANTIATE_TEST_SUITE_P(WrongPrefixes, CertificatePrefixesTest, testing::ValuesIn(WrongPrefixes()),
                         CaseName);

TEST(CertificatePrefixesFoldTest, DelegatesAndTakesBack) {
  Scenario given(kMatrix);
  given.Happened(Delegated(kAccount, {}, {"a://b/", kPrefix, "z://b/"}));
  EXPECT_EQ(given.account().certificate_prefixes_size(), 3);
  EXPECT_EQ(given.account().revision(), 2);
  EXPECT_EQ(FindCertificatePrefix(given.world(), kBelow)->account_id(), kAccount);
  EXPECT_FALSE(FindCertificatePrefix(given.world(), kPrefix).has_value());
  EXPECT_FALSE(FindCertificatePrefix(given.world(), kBeside).has_value());
  EXPECT_FALSE(FindCertificate(given.world(), kPrefix).has_value());
  given.Happened(Delegated(kAccount, {"a://b/", kPrefix, "z://b/"}, {"z://b/"}));
  EXPECT_FALSE(FindCertificatePrefix(given.world(), kBelow).has_value());
  EXPECT_TRUE(FindCertificatePrefix(given.world(), "z://b/c").has_value());
}

}  // namespace
}  // namespace roster::domain
