// Erasing for good (R48, R112, R121, R122).

#include <gtest/gtest.h>

#include "domain/rows/codec.h"
#include "domain/rows/person_key_rows.h"
#include "domain/rows/user_rows.h"
#include "domain/user/list/search.h"
#include "domain/world/past.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr char kErasedAnn[] = "user_erased { user_id: 'ann' key_id: 1 }";

EraseUser Erase(UserReference user) { return {std::move(user)}; }

Events ErasedEvents(const std::string& id, KeyId key_id = 1) {
  Events events(1);
  events[0].mutable_user_erased()->set_user_id(id);
  events[0].mutable_user_erased()->set_key_id(key_id);
  return events;
}

class EraseUserTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(EraseUserTest, Decides) { Verify(GetParam()); }

std::vector<DecisionCase> Beginnings() {
  const Scenario ann = Scenario(kMatrix).User("ann", "viewer");
  const Scenario gone = Scenario(ann).Happened(ErasedEvents("ann"));
  const Caller caller = Service("super_admin");
  const std::string no_erase = "PERMISSION_REQUIRED {permission: users.erase}";
  const std::string no_revision = "INVALID_FIELDS [expected_revision: MISSING_FIELD]";
  return {
      {"Erases_R121", ann, caller, Erase(Ref("ann", 1)), kErasedAnn},
      {"AdminMayNot_R121", ann, Service("admin"), Erase(Ref("ann", 1)), no_erase},
      {"Viewer_R121", ann, Service("viewer"), Erase(Ref("ann", 1)), no_erase},
      {"Operator_R53", ann, Operator(), Erase(Ref("ann", 1)), no_erase},
      {"Stranger_R53", ann, Stranger(), Erase(Ref("ann", 1)), no_erase},
      {"PermissionBeforeExistence", ann, Service("admin"), Erase(Ref("nobody", 1)), no_erase},
      {"PermissionBeforeRevision", ann, Service("admin"), Erase(Ref("ann")), no_erase},
      {"Unknown", ann, caller, Erase(Ref("nobody", 1)), "USER_NOT_FOUND"},
      {"UnknownWithoutRevision", ann, caller, Erase(Ref("nobody")), "USER_NOT_FOUND"},
      {"UserOfAnotherAccount", ann, caller, Erase(Ref("eve", 1)), "USER_NOT_FOUND"},
      {"RevisionRequired_R121", ann, caller, Erase(Ref("ann")), no_revision},
      {"OtherRevision_R121", ann, caller, Erase(Ref("ann", 2)), "REVISION_MISMATCH {revision: 1}"},
      {"Twice_R121", gone, caller, Erase(Ref("ann", 2)), "USER_NOT_FOUND"},
      {"TwiceWithoutRevision_R121", gone, caller, Erase(Ref("ann")), "USER_NOT_FOUND"},
  };
}
INSTANTIATE_TEST_SUITE_P(Beginnings, EraseUserTest, testing::ValuesIn(Beginnings()), CaseName);

// Whatever the status is; but never oneself, nor the last administrator.
std::vector<DecisionCase> Whom() {
  const Scenario ann = Scenario(kMatrix).User("ann", "viewer");
  const Scenario root = Scenario(ann).User("root", "super_admin");
  const Scenario two = Scenario(root).User("two", "super_admin");
  const Caller caller = Service("super_admin");
  const std::string last = "LAST_ADMINISTRATOR {permission: account.manage}";
  return {
      {"Active_R121", Scenario(ann).SignedIn("ann"), caller, Erase(Ref("ann", 1)), kErasedAnn},
      {"Disabled_R121", Scenario(ann).Disabled("ann"), caller, Erase(Ref("ann", 2)), kErasedAnn},
      {"Deleted_R121", Scenario(ann).Deleted("ann"), caller, Erase(Ref("ann", 2)), kErasedAnn},
      {"DeletedLongAgo_R121", Scenario(ann).Deleted("ann"), caller, Erase(Ref("ann", 2)),
       kErasedAnn, kDay0 + 400 * kDay},
      {"ByAUser_R121", root, UserCaller("root"), Erase(Ref("ann", 1)), kErasedAnn},
      {"Self_R112", two, UserCaller("root"), Erase(Ref("root", 1)), "SELF_FORBIDDEN"},
      {"SelfAsTheLast_R112", root, UserCaller("root"), Erase(Ref("root", 1)), "SELF_FORBIDDEN"},
      {"Last_R48", root, caller, Erase(Ref("root", 1)), last},
      {"OneOfTwo_R48", two, caller, Erase(Ref("root", 1)),
       "user_erased { user_id: 'root' key_id: 1 }"},
      {"OtherErased_R48", Scenario(two).Happened(ErasedEvents("two")), caller,
       Erase(Ref("root", 1)), last},
      {"LastAlreadyDisabled_R48", Scenario(two).Disabled("root"), caller, Erase(Ref("root", 2)),
       "user_erased { user_id: 'root' key_id: 1 }"},
  };
}
INSTANTIATE_TEST_SUITE_P(Whom, EraseUserTest, testing::ValuesIn(Whom()), CaseName);

// Nothing else finds the user any more; the id stays taken, email and name don't (R122).
std::vector<DecisionCase> Afterwards() {
  const Scenario gone = Scenario(kMatrix).User("ann", "viewer").Happened(ErasedEvents("ann"));
  const Caller caller = Service("super_admin");
  const UpdateUser update{Ref("ann"), {"full_name"}, Person("ann")};
  const CreateUser successor{kAccount, "new", Person("ann"), {}, {}, {"viewer"}};
  return {
      {"Updated_R121", gone, caller, update, "USER_NOT_FOUND"},
      {"Enabled_R121", gone, caller, EnableUser{Ref("ann")}, "USER_NOT_FOUND"},
      {"Disabled_R121", gone, caller, DisableUser{Ref("ann")}, "USER_NOT_FOUND"},
      {"Deleted_R121", gone, caller, DeleteUser{Ref("ann")}, "USER_NOT_FOUND"},
      {"Restored_R121", gone, caller, RestoreUser{Ref("ann")}, "USER_NOT_FOUND"},
      {"RoleChanged_R121", gone, caller, ChangeUserRole{Ref("ann"), "admin"}, "USER_NOT_FOUND"},
      {"ASuccessorTakesEmailAndName_R122", gone, caller, successor,
       "user_created { user_id: 'new' auth_method: AUTH_METHOD_PASSWORD roles: 'viewer' approved: "
       "true } personal { full_name: 'Full ann' email: 'ann@example.com' user_name: 'ann' }"},
  };
}
INSTANTIATE_TEST_SUITE_P(Afterwards, EraseUserTest, testing::ValuesIn(Afterwards()), CaseName);

// Where there is no window to restore in, deleting is erasing (R121).
std::vector<DecisionCase> WithoutWindow() {
  const Scenario ann = Scenario(kMatrix)
                           .Policy([](event::v1::AccountPolicy& policy) {
                             policy.mutable_restore_window()->set_seconds(0);
                           })
                           .User("ann", "viewer");
  return {
      {"NeedsThePermissionToErase_AM7", ann, Service("admin"), DeleteUser{Ref("ann")},
       "PERMISSION_REQUIRED {permission: users.erase}"},
      {"DeletesAndErases_R121", ann, Service("super_admin"), DeleteUser{Ref("ann")},
       "user_deleted { user_id: 'ann' restorable_until { seconds: 1700000000 } }; "
       "user_erased { user_id: 'ann' key_id: 1 }"},
      {"LastAdministrator_R48", Scenario(ann).User("root", "super_admin"), Service("super_admin"),
       DeleteUser{Ref("root")}, "LAST_ADMINISTRATOR {permission: account.manage}"},
      {"Self_R112", Scenario(ann).User("root", "super_admin"), UserCaller("root"),
       DeleteUser{Ref("root")}, "SELF_FORBIDDEN"},
  };
}
INSTANTIATE_TEST_SUITE_P(WithoutWindow, EraseUserTest, testing::ValuesIn(WithoutWindow()),
                         CaseName);

// What is left of the user: when and by which actor it was created, and that it was erased.
TEST(EraseUserFoldTest, LeavesNothingPersonal_R121) {
  const Scenario before = Scenario(kMatrix).User("ann", "viewer").Deleted("ann");
  const Scenario gone = Scenario(before).Happened(ErasedEvents("ann"), kDay0 + kDay);
  const view::v1::UserRow row = gone.user("ann");
  EXPECT_EQ(Text(row),
            "user_id: 'ann' status: USER_STATUS_ERASED auth_method: AUTH_METHOD_PASSWORD approved: "
            "true revision: 3 created_at { seconds: 1700000000 } created_by { kind: KIND_OPERATOR }"
            " updated_at { seconds: 1700086400 } status_position: " +
                std::to_string(gone.world().position()) +
                " role_position: " + std::to_string(row.created_position()) +
                " created_position: " + std::to_string(row.created_position()));
  EXPECT_EQ(PersonalOf(gone.world(), kAccount, row), std::nullopt);
  EXPECT_FALSE(FindUserByEmail(gone.world(), kAccount, "ann@example.com"));
  EXPECT_FALSE(FindUserByUserName(gone.world(), kAccount, "ann"));

  view::v1::ErasureRow erasure;
  const auto bytes = gone.world().Get(Table::kErasures, ErasureKey(1));
  ASSERT_TRUE(bytes);
  Decode(*bytes, erasure);
  EXPECT_EQ(Text(erasure), "account_id: 'acme' user_id: 'ann' position: " +
                               std::to_string(gone.world().position()));
}

// The rows that a purge leaves of all tables of personal data which hold the text, in key or value.
int PersonalRowsWith(const World& world, const std::string& text) {
  int rows = 0;
  for (const Table table : kTables) {
    if (!IsPersonal(table)) continue;
    for (const auto& [key, row] : PurgedRows(world, table)) {
      if (key.find(text) != key.npos || row.find(text) != row.npos) ++rows;
    }
  }
  return rows;
}

// Two users had the same email, one after the other: only the erased one's rows go.
TEST(EraseUserFoldTest, TakesNothingFromASuccessor_R121) {
  const auto person = [](const std::string& email, const std::string& name) {
    event::v1::PersonalData personal;
    personal.set_full_name("Full");
    personal.set_email(email);
    personal.set_user_name(name);
    return personal;
  };
  const auto updated = [&](const std::string& id, const event::v1::PersonalData& personal) {
    Events events(1);
    events[0].mutable_user_updated()->set_user_id(id);
    *events[0].mutable_personal() = personal;
    return events;
  };
  Scenario given(kMatrix);
  given.Joined({"first", {"viewer"}}, person("shared@x.org", "first"));
  const Position had_it = given.world().position();
  given.Happened(updated("first", person("other@x.org", "first")));
  given.Joined({"second", {"viewer"}}, person("shared@x.org", "second"));
  const Position passed_on = given.world().position();
  given.Happened(updated("second", person("own@x.org", "second")));

  const std::string key = EmailKey(kAccount, "shared@x.org");
  const auto owner = [&](const Scenario& then, Position position) {
    const MemoryWorld purged = Purged(then.world());
    return PastWorld(purged, position).Get(Table::kSearch, key).value_or("nobody");
  };
  EXPECT_EQ(owner(given, had_it), "first");
  EXPECT_EQ(owner(given, passed_on), "second");

  const Scenario first_gone = Scenario(given).Happened(ErasedEvents("first"));
  EXPECT_EQ(owner(first_gone, had_it), "nobody");
  EXPECT_EQ(owner(first_gone, passed_on), "second");
  EXPECT_EQ(PersonalRowsWith(first_gone.world(), "first"), 0);
  EXPECT_EQ(PersonalRowsWith(first_gone.world(), "other@"), 0);
  EXPECT_EQ(FindUserByEmail(first_gone.world(), kAccount, "own@x.org")->user_id(), "second");

  const Scenario second_gone = Scenario(given).Happened(ErasedEvents("second"));
  EXPECT_EQ(owner(second_gone, had_it), "first");
  EXPECT_EQ(owner(second_gone, passed_on), "nobody");
  EXPECT_EQ(PersonalRowsWith(second_gone.world(), "second"), 0);
  EXPECT_EQ(FindUserByUserName(second_gone.world(), kAccount, "first")->user_id(), "first");

  const Scenario both = Scenario(first_gone).Happened(ErasedEvents("second", 2));
  EXPECT_EQ(PersonalRowsWith(both.world(), "shared@"), 0);
}

}  // namespace
}  // namespace roster::domain
