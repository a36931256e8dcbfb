// What is told of the rows of an import: roles, all wrong fields at once, the other row of a
// duplicate. Tests have the names of their cases.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::RowError;
using Names = std::vector<std::string>;

// "REASON {metadata} [field: REASON, …]"
std::string Text(const RowError& error) {
  std::string text = error.reason();
  const std::map<std::string, std::string> metadata(error.metadata().begin(),
                                                    error.metadata().end());
  for (const auto& [key, value] : metadata) absl::StrAppend(&text, " ", key, "=", value);
  for (const auto& wrong : error.wrong_fields()) {
    absl::StrAppend(&text, " [", wrong.field(), " ", wrong.reason(), "]");
  }
  return text;
}

Names Errors(const Imported& imported) {
  Names texts;
  EXPECT_EQ(imported.result.Text(), "OK");
  for (const auto& row : imported.rows) texts.push_back(Text(row.error()));
  return texts;
}

TEST(ImportRowsTest, C16_SeveralRolesInACell) {
  const Home home(event::v1::PRESET_WORKFORCE);
  const auto imported = ImportFile(home.client, FourColumns(home.id),
                                   "Ann,ann@x.org,ann,lifecycle_admin;lifecycle_user\n"
                                   "Bob,bob@x.org,bob,\"Lifecycle User, AUDITOR;;auditor ; \"\n"
                                   "Cid,cid@x.org,cid,auditor;Boss;Chief\n"
                                   "Dee,dee@x.org,dee,;\n");
  EXPECT_EQ(Errors(imported),
            (Names{"", "", "ROLE_NOT_FOUND role=Boss [role ROLE_NOT_FOUND]", ""}));
  const auto roles = [&](size_t row) {
    const auto user = home.Get(imported.rows[row].user_id());
    return Names(user.roles().begin(), user.roles().end());
  };
  EXPECT_EQ(roles(0), (Names{"lifecycle_admin", "lifecycle_user"}));
  EXPECT_EQ(roles(1), (Names{"lifecycle_user", "auditor"}));
  EXPECT_EQ(roles(3), Names{});
}

TEST(ImportRowsTest, C16_WhereOneRoleIsHeldOrNone) {
  const Home one(event::v1::PRESET_ROLE_MATRIX);
  EXPECT_EQ(Errors(ImportFile(one.client, FourColumns(one.id),
                              "A,a@x.org,a,viewer;admin\n"
                              "B,b@x.org,b,viewer;Viewer\n")),
            (Names{"MULTIPLE_ROLES", ""}));
  const Home none(event::v1::PRESET_PROJECT_TEAMS);
  const Names by_type = {"ROLE_BY_USER_TYPE [role ROLE_BY_USER_TYPE]",
                         "ROLE_BY_USER_TYPE [role ROLE_BY_USER_TYPE]", ""};
  EXPECT_EQ(Errors(ImportFile(none.client, FourColumns(none.id),
                              "A,a@x.org,a,Admin\n"
                              "B,b@x.org,b,auditor\n"
                              "C,c@x.org,c,\n")),
            by_type);
}

TEST(ImportRowsTest, C16_ACellOfVeryManyRoles) {
  const Home home(event::v1::PRESET_WORKFORCE);
  std::string roles = "\"auditor";
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&roles, ";Auditor");
  EXPECT_EQ(Errors(ImportFile(home.client, FourColumns(home.id), "A,a@x.org,a," + roles + "\"")),
            Names{""});
  // A long text of the file is told in part.
  const auto imported =
      ImportFile(home.client, FourColumns(home.id), "B,b@x.org,b," + std::string(100'000, 'x'));
  EXPECT_EQ(imported.rows[0].error().metadata().at("role"), std::string(256, 'x') + "…");
}

TEST(ImportRowsTest, C20_AllWrongFieldsAtOnce) {
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  const auto imported = ImportFile(home.client, FourColumns(home.id),
                                   ",bad,,Viewr\n"
                                   "A\u200Bnn,,ann,\n");
  EXPECT_EQ(Errors(imported),
            (Names{"MISSING_FIELD role=Viewr [full_name MISSING_FIELD] [email INVALID_EMAIL] "
                   "[user_name MISSING_FIELD] [role ROLE_NOT_FOUND]",
                   "INVALID_VALUE [full_name INVALID_VALUE] [email MISSING_FIELD] "
                   "[role ROLE_REQUIRED]"}));
  // The sentences are those of CreateUser.
  auto create = NewUser(home.id, "x", {"viewer"});
  create.mutable_profile()->set_full_name("A\u200Bnn");
  create.mutable_profile()->set_email("bad");
  const auto refusal = home.client.Call(create).result;
  const auto& first = imported.rows[0].error().wrong_fields();
  EXPECT_EQ(first[1].description(), refusal.descriptions.at("profile.email"));
  const RowError& second = imported.rows[1].error();
  EXPECT_EQ(second.wrong_fields(0).description(), refusal.descriptions.at("profile.full_name"));
  EXPECT_EQ(second.message(), second.wrong_fields(0).description());
  EXPECT_EQ(second.field(), "full_name");
}

TEST(ImportRowsTest, C20_TheMetadataOfCreateUser) {
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  const std::string ann = home.Create("ann", {"viewer"});
  const auto refusal = home.client.Call(NewUser(home.id, "ann", {"viewer"})).result;
  const auto imported =
      ImportFile(home.client, FourColumns(home.id), "Ann,ANN@example.org,other,viewer\n");
  EXPECT_EQ(Errors(imported), Names{"EMAIL_TAKEN user_id=" + ann});
  EXPECT_EQ(imported.rows[0].error().message(), refusal.message);
  EXPECT_EQ(refusal.metadata.at("user_id"), ann);
}

TEST(ImportRowsTest, C20_TheOtherRowOfADuplicate) {
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  auto header = FourColumns(home.id);
  const auto imported = ImportFile(home.client, header,
                                   "Ann,ann@x.org,ann,viewer\n"
                                   "\n"
                                   "Bob,bob@x.org,bob,viewer\n"
                                   "Cid,cid@x.org,BOB,viewer\n"
                                   "Ann,Ann@X.org,ann,viewer\n"
                                   "Ann,ann@x.org,annie,Boss\n");
  const std::string both = " [email DUPLICATE_IN_FILE] [user_name DUPLICATE_IN_FILE]";
  EXPECT_EQ(Errors(imported),
            (Names{"DUPLICATE_IN_FILE line=5 row=4" + both,
                   "DUPLICATE_IN_FILE line=4 row=3 [user_name DUPLICATE_IN_FILE]",
                   "DUPLICATE_IN_FILE line=3 row=2 [user_name DUPLICATE_IN_FILE]",
                   "DUPLICATE_IN_FILE line=1 row=1" + both,
                   "DUPLICATE_IN_FILE line=1 role=Boss row=1 [email DUPLICATE_IN_FILE] "
                   "[role ROLE_NOT_FOUND]"}));
  EXPECT_EQ(imported.rows[0].error().message(), "row 4 of the file, in line 5, has the same");
}

}  // namespace
}  // namespace roster::api_test
