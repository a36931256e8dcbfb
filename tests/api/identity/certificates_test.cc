// Service accounts that prove themselves by client certificates (reliability T3, T6).

#include "tests/support/certificates.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::BindCertificateRequest;
using identity::v1::GetAccountRequest;
using identity::v1::UnbindCertificateRequest;

constexpr const char* kUri = "spiffe://example.org/billing";
constexpr const char* kNotProven = "PERMISSION_DENIED CERTIFICATE_NOT_PROVEN";
constexpr const char* kNobody = "UNAUTHENTICATED UNAUTHENTICATED";
constexpr const char* kTwoCallers =
    "UNAUTHENTICATED UNAUTHENTICATED {why: the credentials are those of two callers}";

class CertificateTest : public testing::Test {
 protected:
  CertificateTest() {
    service_ = home_.NewService({"super_admin"});
    other_ = home_.NewService({"super_admin"});
  }

  services::TlsIdentity Issue(const std::string& names) const {
    return authority_.Issue({.names = names, .usage = "clientAuth"});
  }
  services::Options ServerOptions() const {
    const services::TlsIdentity identity = authority_.Issue({});
    services::Options options;
    options.tls = services::TlsFiles{
        .certificate = files_.Write("cert", identity.certificate_pem + authority_.pem(), 0644),
        .key = files_.Write("key", identity.key_pem, 0600),
        .client_ca = files_.Write("client_ca", authority_.pem(), 0644)};
    return options;
  }

  // Who shows a certificate with these names, and no token.
  Client Showing(const std::string& names) {
    return Connect(server_.server().port(), "", authority_.pem(), Issue(names));
  }
  std::string Ask(const Client& client, const CallOptions& options = {}) const {
    return client.Call(In<GetAccountRequest>(home_.id), options).Text();
  }

  template <typename Request>
  std::string Try(const Client& client, const Service& service, const std::string& identity) const {
    auto request = In<Request>(home_.id);
    request.set_service_account_id(service.service_account_id);
    request.set_identity(identity);
    return api_test::Try(client, request);
  }
  std::string BindBy(const Client& client, const std::string& identity) const {
    return Try<BindCertificateRequest>(client, service_, identity);
  }
  // By the operator, who needs no proof.
  std::string Bind(const Service& service, const std::string& identity) const {
    return Try<BindCertificateRequest>(server_.op(), service, identity);
  }
  std::string Unbind(const Service& service, const std::string& identity) const {
    return Try<UnbindCertificateRequest>(home_.client, service, identity);
  }
  std::string Delegate(const Home& home, const std::vector<std::string>& prefixes) const {
    auto request = In<identity::v1::SetCertificatePrefixesRequest>(home.id);
    *request.mutable_prefixes() = {prefixes.begin(), prefixes.end()};
    return api_test::Try(server_.op(), request);
  }

  const services::TempDirectory files_;
  const services::CertificateAuthority authority_;
  TestServer server_{ServerOptions(), Issue("DNS:operator.example.org")};
  const Home home_{event::v1::PRESET_ROLE_MATRIX, server_};
  Service service_;
  Service other_;
};

TEST_F(CertificateTest, ProvesFromBindToUnbind) {
  const Client client = Showing(std::string("URI:") + kUri);
  EXPECT_EQ(Ask(client), kNobody);
  EXPECT_EQ(Bind(service_, kUri), "OK");
  EXPECT_EQ(Bind(service_, kUri), "OK unchanged");
  EXPECT_EQ(Ask(client), "OK");
  EXPECT_EQ(Ask(Showing("URI:spiffe://example.org/billing/x")), kNobody);
  EXPECT_EQ(Ask(Showing("URI:spiffe://example.org/Billing")), kNobody);

  // What the certificate's holder does is done by the service account.
  const auto created = client.Call(NewUser(home_.id, "ann", {"viewer"}));
  ASSERT_EQ(created.Text(), "OK");
  EXPECT_EQ(created->user().created_by().id(), service_.service_account_id);
  EXPECT_EQ(ImportFile(client, FourColumns(home_.id), Rows("user", 3, "viewer")).summary.created(),
            3U);
  const auto shown = home_.client.Call(In<identity::v1::ListServiceAccountsRequest>(home_.id));
  ASSERT_EQ(shown->service_accounts(1).certificates_size(), 1);
  EXPECT_EQ(shown->service_accounts(1).certificates(0).identity(), kUri);

  server_.Restart();
  EXPECT_EQ(Ask(Showing(std::string("URI:") + kUri)), "OK");
  const Client op = server_.op();
  auto unbind = In<UnbindCertificateRequest>(home_.id);
  unbind.set_service_account_id(service_.service_account_id);
  unbind.set_identity(kUri);
  EXPECT_EQ(api_test::Try(op, unbind), "OK");
  EXPECT_EQ(api_test::Try(op, unbind), "NOT_FOUND CERTIFICATE_NOT_FOUND");
  EXPECT_EQ(Ask(Showing(std::string("URI:") + kUri)), kNobody);
}

TEST_F(CertificateTest, StandsForOneInTheInstallation) {
  EXPECT_EQ(Bind(service_, kUri), "OK");
  EXPECT_EQ(Bind(other_, kUri), "ALREADY_EXISTS CERTIFICATE_TAKEN");
  const Home elsewhere(event::v1::PRESET_WORKFORCE, server_);
  auto request = In<BindCertificateRequest>(elsewhere.id);
  request.set_service_account_id(elsewhere.NewService({}).service_account_id);
  request.set_identity(kUri);
  EXPECT_EQ(api_test::Try(server_.op(), request), "ALREADY_EXISTS CERTIFICATE_TAKEN");
  EXPECT_EQ(Unbind(other_, kUri), "NOT_FOUND CERTIFICATE_NOT_FOUND");
  auto disable = In<identity::v1::DisableServiceAccountRequest>(home_.id);
  disable.set_service_account_id(service_.service_account_id);
  EXPECT_EQ(api_test::Try(home_.client, disable), "OK");
  EXPECT_EQ(Ask(Showing(std::string("URI:") + kUri)), kNobody);
  EXPECT_EQ(Bind(other_, kUri), "OK");
}

TEST_F(CertificateTest, NamesOfHostsAreFoundInAnyCase) {
  EXPECT_EQ(Bind(service_, "Billing.Example.org"), "OK");
  EXPECT_EQ(Ask(Showing("DNS:billing.example.ORG")), "OK");
  EXPECT_EQ(Ask(Showing("DNS:*.example.org")), kNobody);
  EXPECT_EQ(Ask(Showing("email:billing.example.org@example.org")), kNobody);
  EXPECT_EQ(Ask(Showing("DNS:first.example.org,DNS:billing.example.org")), "OK");
}

// The kind of a name counts: an authority that may name hosts may not name services by URI.
TEST_F(CertificateTest, ANameOfAHostIsNoUri_T6) {
  EXPECT_EQ(Bind(service_, kUri), "OK");
  EXPECT_EQ(Ask(Showing(std::string("DNS:") + kUri)), kNobody);
  EXPECT_EQ(Bind(other_, "billing.example.org"), "OK");
  EXPECT_EQ(Ask(Showing("URI:billing.example.org")), kNobody);
}

TEST_F(CertificateTest, NamesOfTwoServiceAccountsAreNobodys_T6) {
  EXPECT_EQ(Bind(service_, kUri), "OK");
  EXPECT_EQ(Bind(other_, "billing.example.org"), "OK");
  EXPECT_EQ(Ask(Showing(std::string("DNS:billing.example.org,URI:") + kUri)), kTwoCallers);
}

TEST_F(CertificateTest, ATokenSaysWhoActs) {
  EXPECT_EQ(Bind(service_, kUri), "OK");
  const Client bound = Showing(std::string("URI:") + kUri);
  EXPECT_EQ(Ask(bound.As(service_.client.token())), "OK");
  EXPECT_EQ(Ask(bound.As(other_.client.token())), kTwoCallers);
  EXPECT_EQ(Ask(bound.As("roster_sa_forged")), kNobody);
  EXPECT_EQ(bound.As(server_.op().token()).Call(identity::v1::ListAccountsRequest()).Text(),
            kTwoCallers);
  const Client unbound = Showing("URI:spiffe://example.org/other");
  EXPECT_EQ(Ask(unbound.As(other_.client.token())), "OK");
}

TEST_F(CertificateTest, NoMetadataCarriesAName_T6) {
  EXPECT_EQ(Bind(service_, kUri), "OK");
  const Client unbound = Showing("URI:spiffe://example.org/other");
  for (const char* key :
       {"x-forwarded-client-cert", "peer_uri", "peer_spiffe_id", "x-spiffe-id",
        "x509_subject_alternative_name", "ssl-client-cert", "x-service-account"}) {
    EXPECT_EQ(Ask(unbound, {.metadata = {{key, kUri}}}), kNobody) << key;
  }
}

TEST_F(CertificateTest, MalformedNamesAreRefused) {
  for (const char* identity : {"*.example.org", "spiffe://", "://x", "spiffe:///billing",
                               "spiffe://a b", "a..b", "-a", "a_b", "a/b", "a:b"}) {
    EXPECT_EQ(Bind(service_, identity), "INVALID_ARGUMENT INVALID_FIELDS [identity: INVALID_VALUE]")
        << identity;
  }
  EXPECT_EQ(Bind(service_, " "), "INVALID_ARGUMENT INVALID_FIELDS [identity: MISSING_FIELD]");
}

// A name is bound by an administrator whose call shows it. The refusal of any other tells nothing
// of who has the name.
TEST_F(CertificateTest, AH5_ANameIsBoundByProof) {
  const std::string uri = std::string("URI:") + kUri;
  const Client prover = Showing(uri).As(home_.client.token());
  EXPECT_EQ(BindBy(home_.client, kUri), kNotProven);
  EXPECT_EQ(BindBy(Showing(std::string("DNS:") + kUri).As(home_.client.token()), kUri), kNotProven);
  EXPECT_EQ(BindBy(Showing(uri + "/x").As(home_.client.token()), kUri), kNotProven);
  EXPECT_EQ(BindBy(prover.As(server_.op().token()), kUri), "OK");
  EXPECT_EQ(Unbind(service_, kUri), "OK");
  EXPECT_EQ(BindBy(prover, kUri), "OK");
  EXPECT_EQ(Ask(Showing(uri)), "OK");
  EXPECT_EQ(Ask(Showing("URI:spiffe://example.org/other,DNS:a.example.org")), kNobody);
}

TEST_F(CertificateTest, AH5_NobodyTakesTheNameOfAnother) {
  const std::string uri = std::string("URI:") + kUri;
  const Home victim(event::v1::PRESET_ROLE_MATRIX, server_);
  const Service service = victim.NewService({"super_admin"});
  const Client client = Showing(uri).As(service.client.token());
  const auto ask = [&] { return client.Call(In<GetAccountRequest>(victim.id)).Text(); };
  // The victim shows a name that is not bound yet; then it is.
  EXPECT_EQ(ask(), "OK");
  EXPECT_EQ(BindBy(home_.client, kUri), kNotProven);
  EXPECT_EQ(ask(), "OK");
  auto bind = In<BindCertificateRequest>(victim.id);
  bind.set_service_account_id(service.service_account_id);
  bind.set_identity(kUri);
  EXPECT_EQ(api_test::Try(client, bind), "OK");
  EXPECT_EQ(BindBy(home_.client, kUri), kNotProven);
  // With the certificate itself a token of another account is refused before.
  EXPECT_EQ(BindBy(Showing(uri).As(home_.client.token()), kUri), kTwoCallers);
  EXPECT_EQ(ask(), "OK");
}

TEST_F(CertificateTest, AH5_APrefixIsDelegated) {
  const std::string prefix = "spiffe://example.org/ns/a/";
  const Home elsewhere(event::v1::PRESET_WORKFORCE, server_);
  auto request = In<identity::v1::SetCertificatePrefixesRequest>(home_.id);
  EXPECT_EQ(api_test::Try(home_.client, request),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: operator}");
  EXPECT_EQ(Delegate(home_, {prefix}), "OK");
  EXPECT_EQ(Delegate(home_, {prefix}), "OK unchanged");
  EXPECT_EQ(Delegate(elsewhere, {prefix + "x/"}),
            "ALREADY_EXISTS CERTIFICATE_TAKEN {prefix: " + prefix + "x/}");
  const auto read = home_.client.Call(In<GetAccountRequest>(home_.id));
  ASSERT_EQ(read->account().certificate_prefixes_size(), 1);
  EXPECT_EQ(read->account().certificate_prefixes(0), prefix);
  EXPECT_EQ(BindBy(home_.client, prefix + "x"), "OK");
  EXPECT_EQ(BindBy(home_.client, "spiffe://example.org/ns/ab"), kNotProven);
  EXPECT_EQ(BindBy(home_.client, prefix), kNotProven);
  auto bind = In<BindCertificateRequest>(elsewhere.id);
  bind.set_service_account_id(elsewhere.NewService({}).service_account_id);
  bind.set_identity(prefix + "y");
  EXPECT_EQ(api_test::Try(server_.op(), bind), "ALREADY_EXISTS CERTIFICATE_TAKEN");
  EXPECT_EQ(api_test::Try(elsewhere.client, bind), kNotProven);

  EXPECT_EQ(Delegate(home_, {}), "OK");
  EXPECT_EQ(BindBy(home_.client, prefix + "z"), kNotProven);
  EXPECT_EQ(Ask(Showing("URI:" + prefix + "x")), "OK") << "what is bound stays bound";
}

}  // namespace
}  // namespace roster::api_test
