// ImportUsers at the level of decisions (R80-R83): each row stands alone and sees the rows before
// it.

#include "domain/import/import_users.h"

#include "absl/strings/str_cat.h"
#include "domain/fold.h"
#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

ImportRow Row(const std::string& full_name, const std::string& email, const std::string& user_name,
              const std::string& role, int number = 1) {
  ImportRow row;
  row.user_id = "row" + std::to_string(number);
  row.personal.set_full_name(full_name);
  row.personal.set_email(email);
  row.personal.set_user_name(user_name);
  row.roles = RolesOfCell(role);
  return row;
}

struct ImportCase {
  std::string name;
  Scenario given;
  ImportRow row;
  std::string then;  // the status of the row
};
void PrintTo(const ImportCase& row, std::ostream* out) { *out << row.name; }

absl::StatusOr<BatchResult> Import(const World& world, std::vector<ImportRow> rows,
                                   const Caller& caller = Service("super_admin")) {
  return Decide(world, ImportUsers{kAccount, std::move(rows)}, caller);
}

class ImportTest : public testing::TestWithParam<ImportCase> {};

TEST_P(ImportTest, Row) {
  const auto result = Import(GetParam().given.world(), {GetParam().row});
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->statuses.size(), 1);
  EXPECT_EQ(Describe(result->statuses[0]), GetParam().then);
  EXPECT_EQ(result->events.size(), GetParam().then == "OK" ? 1 : 0);
}

std::vector<ImportCase> Rows() {
  const Scenario matrix =
      Scenario(kMatrix).User("ann", "viewer").User("old", "viewer").Deleted("old");
  const Scenario portal(kPortal);
  const Scenario workforce(kWorkforce);
  const Scenario teams(kTeams);
  const Scenario applications(kApplications);
  const auto role = [](const std::string& name) { return Row("New", "n@x.org", "new", name); };
  const auto unknown = [](const std::string& name) {
    return "INVALID_FIELDS {role: " + name + "} [role: ROLE_NOT_FOUND]";
  };
  return {
      {"Good_R80", matrix, Row("New", "n@x.org", "new", "viewer"), "OK"},
      {"NoName_R80", matrix, Row("", "n@x.org", "new", "viewer"),
       "INVALID_FIELDS [full_name: MISSING_FIELD]"},
      {"NoEmail_R80", matrix, Row("New", "", "new", "viewer"),
       "INVALID_FIELDS [email: MISSING_FIELD]"},
      // CreateUser would fill it in; a file names its users.
      {"NoUserName_R80", matrix, Row("New", "n@x.org", "", "viewer"),
       "INVALID_FIELDS [user_name: MISSING_FIELD]"},
      {"NoGivenNameInPortal_R80", portal, Row("New", "n@x.org", "new", "basic"),
       "INVALID_FIELDS [family_name: MISSING_FIELD, given_name: MISSING_FIELD]"},
      {"AllFaults_R80", matrix, Row("", "nonsense", "", "boss"),
       "INVALID_FIELDS {role: boss} [email: INVALID_EMAIL, full_name: MISSING_FIELD, role: "
       "ROLE_NOT_FOUND, user_name: MISSING_FIELD]"},
      {"BadEmail_R80", matrix, Row("New", "nonsense", "new", "viewer"),
       "INVALID_FIELDS [email: INVALID_EMAIL]"},
      {"BadName_R80", matrix, Row("a\nb", "n@x.org", "new", "viewer"),
       "INVALID_FIELDS [full_name: INVALID_VALUE]"},
      {"RoleRequired_R80", matrix, role(""), "INVALID_FIELDS [role: ROLE_REQUIRED]"},
      {"RoleNotRequired_R87", workforce, role(""), "OK"},
      {"EmailTaken_R82", matrix, Row("New", "ANN@example.com", "new", "viewer"),
       "EMAIL_TAKEN {user_id: ann}"},
      {"UserNameTaken_R82", matrix, Row("New", "n@x.org", "Ann", "viewer"),
       "USERNAME_TAKEN {user_id: ann}"},
      {"DeletedUsers_R4", matrix, Row("New", "old@example.com", "new", "viewer"),
       absl::StrCat("BELONGS_TO_DELETED_USER {restorable_until: ", kRestorableUntil,
                    ", user_id: old}")},
      {"RoleById_R83", matrix, role("ecommerce_viewer"), "OK"},
      {"RoleByDisplayName_R83", matrix, role("Ecommerce Viewer"), "OK"},
      {"RoleInOtherCase_R83", matrix, role(" ECOMMERCE viewer "), "OK"},
      {"UnknownRole_R83", matrix, role("Boss"), unknown("Boss")},
      {"ApplicationRole_R116", applications, role("Content Editor"), unknown("Content Editor")},
      {"CollaborationRole_R102", workforce, role("Collaboration User"),
       unknown("Collaboration User")},
      {"UserType_R54", teams, role("Admin"), "INVALID_FIELDS [role: ROLE_BY_USER_TYPE]"},
      {"RoleByType_R54", teams, role("Auditor"), "INVALID_FIELDS [role: ROLE_BY_USER_TYPE]"},
      {"NoRoleByType_R54", teams, role(""), "OK"},
  };
}
INSTANTIATE_TEST_SUITE_P(Rows, ImportTest, testing::ValuesIn(Rows()),
                         [](const auto& info) { return info.param.name; });

// As a whole it is refused for want of permission alone: users.import and users.create.
TEST(ImportUsersTest, Callers_R53_R80) {
  const Scenario given(kMatrix);
  const auto as = [&](const Caller& caller) {
    return Describe(Import(given.world(), {Row("N", "n@x.org", "new", "viewer")}, caller).status());
  };
  EXPECT_EQ(as(Service("super_admin")), "OK");
  EXPECT_EQ(as(Service("admin")), "PERMISSION_REQUIRED {permission: users.import}");
  EXPECT_EQ(as(Stranger()), "PERMISSION_REQUIRED {permission: users.import}");
  EXPECT_EQ(as(Operator()), "PERMISSION_REQUIRED {permission: users.import}");
  EXPECT_EQ(Describe(Import(given.world(), {}).status()), "OK");
}

// R44 holds for each row: the administrator of a portal makes no super admin by file.
TEST(ImportUsersTest, Escalation_R44) {
  const Scenario given(kPortal);
  ImportRow weak = Row("A", "a@x.org", "a", "administrator", 1);
  ImportRow strong = Row("B", "b@x.org", "b", "super_admin", 2);
  for (ImportRow* row : {&weak, &strong}) {
    row->personal.set_given_name("G");
    row->personal.set_family_name("F");
  }
  const auto result = Import(given.world(), {weak, strong}, Service("administrator"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(Describe(result->statuses[0]), "OK");
  EXPECT_EQ(Describe(result->statuses[1]), "ESCALATION {role: super_admin}");
}

// R82: rows see the rows before them; those that fail leave nothing behind; the rest go in.
TEST(ImportUsersTest, RowsSeeEarlierRows_R82) {
  Scenario given(kMatrix);
  const auto result = Import(given.world(), {
                                                Row("A", "a@x.org", "a", "viewer", 1),
                                                Row("B", "A@X.org", "b", "viewer", 2),
                                                Row("C", "c@x.org", " A", "viewer", 3),
                                                Row("D", "d@x.org", "d", "boss", 4),
                                                Row("E", "d@x.org", "d", "viewer", 5),
                                                Row("F", "f@x.org", "f", "Viewer", 6),
                                            });
  ASSERT_TRUE(result.ok());
  std::vector<std::string> rows;
  for (const absl::Status& row : result->statuses) rows.push_back(Describe(row));
  EXPECT_EQ(rows, (std::vector<std::string>{
                      "OK", "EMAIL_TAKEN {user_id: row1}", "USERNAME_TAKEN {user_id: row1}",
                      "INVALID_FIELDS {role: boss} [role: ROLE_NOT_FOUND]", "OK", "OK"}));
  ASSERT_EQ(result->events.size(), 3);
  EXPECT_EQ(result->events[0].user_created().user_id(), "row1");
  EXPECT_EQ(result->events[1].user_created().user_id(), "row5");
  EXPECT_EQ(Describe(result->events[2]),
            "user_created { user_id: 'row6' auth_method: AUTH_METHOD_PASSWORD roles: 'viewer' "
            "approved: true } personal { full_name: 'F' email: 'f@x.org' user_name: 'f' }");

  // One commit: all at its position (R86, read your writes, follows from the fold).
  const auto before = Dump(given.world());
  EXPECT_EQ(Dump(given.world()), before) << "deciding changes nothing";
  given.Happened(result->events);
  for (const char* id : {"row1", "row5", "row6"}) {
    EXPECT_EQ(given.user(id).created_position(), given.world().position());
    EXPECT_EQ(given.user(id).revision(), 1);
    EXPECT_EQ(given.StatusOf(id), "PENDING");
  }
  EXPECT_FALSE(FindUser(given.world(), kAccount, "row2").has_value());
}

// The same file again adds nothing.
TEST(ImportUsersTest, Twice_R82) {
  Scenario given(kMatrix);
  std::vector<ImportRow> rows = {Row("A", "a@x.org", "a", "viewer", 1),
                                 Row("B", "b@x.org", "b", "viewer", 2)};
  given.Happened(Import(given.world(), rows)->events);
  const auto again = Import(given.world(), rows);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->events.empty());
  EXPECT_EQ(Describe(again->statuses[0]), "EMAIL_TAKEN {user_id: row1}");
  EXPECT_EQ(Describe(again->statuses[1]), "EMAIL_TAKEN {user_id: row2}");
}

}  // namespace
}  // namespace roster::domain
