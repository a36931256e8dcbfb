// What a refusal says of each wrong field: a sentence of its own.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::CreateUserRequest;

class RefusalsTest : public testing::Test {
 protected:
  CreateUserRequest Ann() const { return NewUser(home_.id, "ann", {"viewer"}); }

  // What is said of a field, or how the call ended where nothing is.
  template <typename Request>
  std::string Said(const Request& request, const std::string& field) const {
    return SaidBy(home_.client, request, field);
  }
  template <typename Request>
  static std::string SaidBy(const Client& client, const Request& request,
                            const std::string& field) {
    const Result result = client.Call(request).result;
    const auto found = result.descriptions.find(field);
    return found == result.descriptions.end() ? result.Text() : found->second;
  }
  std::string SaidOfName(const std::string& name) const {
    auto request = Ann();
    request.mutable_profile()->set_full_name(name);
    return Said(request, "profile.full_name");
  }
  std::string SaidOfUserName(const std::string& name) const {
    auto request = Ann();
    request.mutable_profile()->set_user_name(name);
    return Said(request, "profile.user_name");
  }
  std::string SaidOfEmail(const std::string& email) const {
    auto request = Ann();
    request.mutable_profile()->set_email(email);
    return Said(request, "profile.email");
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

TEST_F(RefusalsTest, TextsC15C32C42) {
  EXPECT_EQ(SaidOfName(std::string(257, 'x')), "the text is longer than 256 characters");
  EXPECT_EQ(SaidOfName("Ann\u200eSmith"),
            "the text has a character that nobody sees, U+200E, as its character 4");
  EXPECT_EQ(SaidOfName("Ren\ufffd"),
            "a letter was lost on the way to this text: its character 4 is U+FFFD");
  EXPECT_EQ(SaidOfUserName("иван-it"),
            "the text mixes scripts, so it could pass for another one: Cyrillic, Latin");
  EXPECT_EQ(SaidOfUserName("\u0301ann"),
            "the text begins with a mark that belongs on a letter, U+0301");
  EXPECT_EQ(SaidOfUserName("葛\U000e0100城"),
            "the text has a variation selector, U+E0100, as its character 2");
  EXPECT_EQ(SaidOfUserName("r\ufffdn"),
            "a letter was lost on the way to this text: its character 2 is U+FFFD");
}

TEST_F(RefusalsTest, EmailsC30) {
  EXPECT_EQ(SaidOfEmail("ann"), "an email address has one @, with text on both sides of it");
  EXPECT_EQ(SaidOfEmail("c@example.com”"), "the domain has a character that no domain has, U+201D");
  EXPECT_EQ(SaidOfEmail("c@a–b.com"), "the domain has a character that no domain has, U+2013");
  EXPECT_EQ(SaidOfEmail("c@10.0.0.1"), "the last label of a domain is no number");
  EXPECT_EQ(SaidOfEmail("c@example"),
            "after the @ stands a domain: two or more labels of letters, digits and hyphens, at "
            "most 63 bytes each");
  EXPECT_EQ(SaidOfEmail("a b@example.com"),
            "an email address has no blanks and no variation selectors");
  EXPECT_EQ(SaidOfEmail("a..b@example.com"),
            "before the @ stand letters, digits, the characters !#$%&'*+/=?^_`{|}~- and single "
            "dots between them");
  EXPECT_EQ(SaidOfEmail(std::string(65, 'a') + "@example.com"),
            "an email address has at most 254 bytes, 64 of them before the @");
  EXPECT_EQ(SaidOfEmail("p\u0430ul@example.com"),
            "the text mixes scripts, so it could pass for another one: Latin, Cyrillic");
}

TEST_F(RefusalsTest, NumbersTimesAndChoices) {
  auto list = List(home_.id);
  list.set_page_size(-1);
  EXPECT_EQ(Said(list, "page_size"), "the value must be 0 to 1000");
  list.set_page_size(0);
  list.mutable_as_of()->mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 900);
  EXPECT_EQ(Said(list, "as_of.time"), "the time is ahead of the clock of the server");
  auto ann = Ann();
  ann.set_request_id("7");
  EXPECT_EQ(Said(ann, "request_id"), "the value is no UUID");
  auto policy = In<identity::v1::UpdateAccountPolicyRequest>(home_.id);
  policy.mutable_update_mask()->add_paths("restore_window");
  policy.mutable_policy()->mutable_restore_window()->set_seconds(-1);
  EXPECT_EQ(Said(policy, "policy.restore_window"), "the value must be 0 to 31536000 whole seconds");
  policy.mutable_update_mask()->set_paths(0, "colour");
  EXPECT_EQ(Said(policy, "update_mask.paths.0"),
            "the mask names \"colour\", which is not there, or can't be updated");
  identity::v1::CreateAccountRequest account;
  account.set_display_name("Example");
  EXPECT_EQ(SaidBy(home_.server->op(), account, "preset"),
            "the value must be one of: PRESET_CLIENT_PORTAL, PRESET_ROLE_MATRIX, "
            "PRESET_PROJECT_TEAMS, PRESET_WORKFORCE, PRESET_APPLICATIONS");
  EXPECT_EQ(SaidBy(home_.server->op(), account, "administrator.email"), "a value is required");
}

TEST_F(RefusalsTest, ColumnsC5) {
  auto header = FourColumns(home_.id);
  header.set_has_header(true);
  header.mutable_mapping(0)->set_name("Full name");
  header.mutable_mapping(1)->set_number(9);
  const Result result = ImportFile(home_.client, header, "Name,E-mail,Username\n").result;
  EXPECT_EQ(result.descriptions.at("header.mapping.0.column"),
            "the file has no column Full name, but: Name, E-mail, Username");
  EXPECT_EQ(result.descriptions.at("header.mapping.1.column"), "the value must be 1 to 3");
}

// Roles are among all wrong fields at once; alone they have their own reason.
TEST_F(RefusalsTest, AllAtOnce_R2) {
  auto request = Ann();
  request.add_roles("boss");
  request.mutable_profile()->clear_email();
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: MISSING_FIELD, roles.1: "
            "ROLE_NOT_FOUND]");
}

TEST_F(RefusalsTest, C60ADeletedOwnerCanBeErasedWhenTheWindowIsOver) {
  const std::string ann = home_.Create("ann", {"viewer"});
  ASSERT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, ann)), "OK");
  const Result result = home_.client.Call(Ann()).result;
  EXPECT_EQ(result.reason, "BELONGS_TO_DELETED_USER");
  EXPECT_EQ(result.message,
            "the email or user name belongs to a deleted user: restore that user before "
            "restorable_until, erase that user, or choose another value");
}

TEST_F(RefusalsTest, C63ARoleIsHeldOnce) {
  const Home workforce(event::v1::PRESET_WORKFORCE);
  const std::string ann = workforce.Create("ann", {"auditor", "lifecycle_user", "auditor"});
  const auto roles = workforce.Get(ann).roles();
  EXPECT_EQ(std::vector<std::string>(roles.begin(), roles.end()),
            (std::vector<std::string>{"auditor", "lifecycle_user"}));
}

}  // namespace
}  // namespace roster::api_test
