// What a restored store leaves of the credentials that it had at the backup.

#include "domain/service_account/credentials.h"

#include <gtest/gtest.h>

#include <string>

#include "domain/rows/service_account_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr char kUri[] = "spiffe://example.org/backend";

Events OperatorToken(const std::string& hash) {
  Events events(1);
  events[0].mutable_operator_token_issued()->set_token_hash(hash);
  return events;
}

Events ServiceToken(const std::string& id, const std::string& hash) {
  Events events(1);
  auto* issued = events[0].mutable_service_token_issued();
  issued->set_service_account_id(id);
  issued->set_token_id("id of " + hash);
  issued->set_token_hash(hash);
  return events;
}

Events Certificate(const std::string& id) {
  Events events(1);
  auto* bound = events[0].mutable_certificate_bound();
  bound->set_service_account_id(id);
  bound->set_identity(kUri);
  return events;
}

Events Prefix() {
  Events events(1);
  auto* changed = events[0].mutable_certificate_prefixes_changed();
  changed->set_account_id(kAccount);
  changed->add_to("spiffe://example.org/");
  return events;
}

// As `rosterd restore` writes it: the new token of the operator comes after the end of the old.
Events Restored(bool credentials_kept) {
  Events events(1);
  events[0].mutable_store_restored()->set_credentials_kept(credentials_kept);
  if (!credentials_kept) events.push_back(OperatorToken("new")[0]);
  return events;
}

class RestoredCredentialsTest : public testing::Test {
 protected:
  RestoredCredentialsTest() {
    given_.Happened(OperatorToken("old"), kDay0, "")
        .Happened(ServiceToken("viewer", "first"))
        .Happened(ServiceToken("viewer", "second"))
        .Happened(ServiceToken("super_admin", "elsewhere"), kDay0, kOtherAccount)
        .Happened(Prefix())
        .Happened(Certificate("auditor"));
  }

  view::v1::ServiceAccountRow Account(const std::string& id) const {
    return FindServiceAccount(given_.world(), kAccount, id).value();
  }

  Scenario given_{kMatrix};
};

TEST_F(RestoredCredentialsTest, EndUnlessTheyAreKept) {
  ASSERT_TRUE(FindToken(given_.world(), "elsewhere"));
  const uint64_t untouched = Account("admin").revision();
  given_.Happened(Restored(false), kDay0, "");
  for (const char* hash : {"old", "first", "second", "elsewhere"}) {
    EXPECT_FALSE(FindToken(given_.world(), hash)) << hash;
  }
  EXPECT_TRUE(FindToken(given_.world(), "new"));
  EXPECT_FALSE(FindCertificate(given_.world(), kUri));
  EXPECT_TRUE(FindCertificatePrefix(given_.world(), kUri)) << "a prefix proves nobody";
  EXPECT_EQ(Account("viewer").tokens_size(), 0);
  EXPECT_EQ(Account("auditor").certificates_size(), 0);
  EXPECT_FALSE(Account("viewer").disabled());
  EXPECT_EQ(Account("admin").revision(), untouched);
  // Both can be had again.
  given_.Happened(ServiceToken("viewer", "first")).Happened(Certificate("viewer"));
  EXPECT_TRUE(FindToken(given_.world(), "first"));
  EXPECT_TRUE(FindCertificate(given_.world(), kUri));
}

TEST_F(RestoredCredentialsTest, StayWhereTheyAreKept) {
  given_.Happened(Restored(true), kDay0, "");
  for (const char* hash : {"old", "first", "second", "elsewhere"}) {
    EXPECT_TRUE(FindToken(given_.world(), hash)) << hash;
  }
  EXPECT_TRUE(FindCertificate(given_.world(), kUri));
  EXPECT_EQ(Account("viewer").tokens_size(), 2);
}

}  // namespace
}  // namespace roster::domain
