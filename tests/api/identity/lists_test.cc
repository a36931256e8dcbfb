// Lists of users: filtered, searched and sorted; counted; read by many ids and in part.
// (R30, R31, R34, R39, R41, R49, R60, R88, R104, R110)

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::BatchGetUsersRequest;
using identity::v1::CountUsersRequest;
using identity::v1::DeleteUserRequest;
using identity::v1::DisableUserRequest;
using identity::v1::EnableUserRequest;
using identity::v1::EraseUserRequest;
using identity::v1::GetUserRequest;
using identity::v1::ListUsersRequest;
using identity::v1::RestoreUserRequest;
using Names = std::vector<std::string>;

Names Listed(const Home& home, const std::string& filter, const std::string& order_by = "") {
  ListUsersRequest request = List(home.id, filter);
  request.set_order_by(order_by);
  const auto answer = home.client.Call(request);
  EXPECT_EQ(answer.Text(), "OK") << filter << " by " << order_by;
  return NamesOf(answer.response);
}

std::string Counts(const Home& home) {
  const auto counted = home.client.Call(In<CountUsersRequest>(home.id));
  EXPECT_EQ(counted.Text(), "OK");
  return absl::StrCat(counted->pending(), " pending, ", counted->active(), " active, ",
                      counted->disabled(), " disabled, ", counted->deleted(), " deleted, ",
                      counted->total(), " in all, ", counted->pending_approvals(), " unapproved");
}

// "first", the administrator, ann (viewer, disabled), bob (admin), cid (viewer, deleted) and dan.
class ListsApiTest : public testing::Test {
 protected:
  ListsApiTest() {
    EXPECT_EQ(Try(home_.client, About<DisableUserRequest>(home_.id, ann_)), "OK");
    EXPECT_EQ(Try(home_.client, About<DeleteUserRequest>(home_.id, cid_)), "OK");
    EXPECT_EQ(Try(home_.client, Update(home_.id, dan_, "full_name", "\u00c4nne Smith-Jones")),
              "OK");
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string bob_ = home_.Create("bob", {"admin"});
  const std::string ann_ = home_.Create("ann", {"viewer"});
  const std::string cid_ = home_.Create("cid", {"viewer"});
  const std::string dan_ = home_.Create("dan", {"viewer"});
};

TEST_F(ListsApiTest, Filters_R30_R34_R49_R60) {
  EXPECT_EQ(Listed(home_, ""), (Names{"first", "bob", "ann", "dan"}));
  EXPECT_EQ(Listed(home_, "status = DELETED"), (Names{"cid"}));
  EXPECT_EQ(Listed(home_, "role = viewer"), (Names{"ann", "dan"}));
  EXPECT_EQ(Listed(home_, "role = viewer AND status != ACTIVE"), (Names{"ann", "cid", "dan"}));
  EXPECT_EQ(Listed(home_, "NOT role = viewer"), (Names{"first", "bob"}));
  EXPECT_EQ(Listed(home_, "email = 'ANN@*' OR user_name = bob"), (Names{"bob", "ann"}));
  EXPECT_EQ(Listed(home_, "email : '@example.org' AND full_name : tester"),
            (Names{"first", "bob", "ann"}));
  EXPECT_EQ(Listed(home_, "create_time > 2020-01-01 AND delete_time > 2020-01-01"), Names());
  EXPECT_EQ(Listed(home_, "status = DELETED AND delete_time > 2020-01-01"), (Names{"cid"}));
  EXPECT_EQ(Listed(home_, "last_active_time > 2020-01-01"), Names());
}

TEST_F(ListsApiTest, RolesAreKnownByIdAndName_C53) {
  EXPECT_EQ(Listed(home_, "role = Viewer"), (Names{"ann", "dan"}));
  EXPECT_EQ(Listed(home_, "role : 'super admin' OR role = ADMIN"), (Names{"first", "bob"}));
  EXPECT_EQ(Listed(home_, "role = ''"), Names());
  const auto refused = home_.client.Call(List(home_.id, "status = ACTIVE AND role != 'viewr'"));
  EXPECT_EQ(refused.Text(), "INVALID_ARGUMENT INVALID_FIELDS [filter: INVALID_VALUE]");
  EXPECT_EQ(
      refused.result.descriptions.at("filter"),
      "column 29: the account has no such role; there are super_admin, admin, creator, viewer, "
      "ecommerce_viewer, auditor, service_checker");
}

TEST_F(ListsApiTest, SearchesEmailUserNameAndWords_R30) {
  EXPECT_EQ(Listed(home_, "'smi'"), (Names{"dan"}));
  EXPECT_EQ(Listed(home_, "'JON'"), (Names{"dan"}));
  EXPECT_EQ(Listed(home_, "'bob@exam'"), (Names{"bob"}));
  EXPECT_EQ(Listed(home_, "'tester'"),
            (Names{"first", "bob", "ann", "dan"}));  // dan by the family name
  EXPECT_EQ(Listed(home_, "'tester' AND status = DELETED"), (Names{"cid"}));
  EXPECT_EQ(Listed(home_, "'d'"), (Names{"dan"}));
  EXPECT_EQ(Listed(home_, "'d' AND role = admin"), Names());
  ASSERT_EQ(Try(home_.client, Update(home_.id, dan_, "full_name", "Dan Tester")), "OK");
  EXPECT_EQ(Listed(home_, "'smi'"), Names());
}

TEST_F(ListsApiTest, SortsByEachColumn_R49) {
  EXPECT_EQ(Listed(home_, "", "create_time"), (Names{"first", "bob", "ann", "dan"}));
  EXPECT_EQ(Listed(home_, "", "create_time desc"), (Names{"dan", "ann", "bob", "first"}));
  EXPECT_EQ(Listed(home_, "", "last_active_time desc"), (Names{"dan", "ann", "bob", "first"}));
  EXPECT_EQ(Listed(home_, "", "full_name"), (Names{"ann", "dan", "bob", "first"}));
  EXPECT_EQ(Listed(home_, "", "full_name desc"), (Names{"first", "bob", "dan", "ann"}));
  EXPECT_EQ(Listed(home_, "", "email"), (Names{"ann", "bob", "dan", "first"}));
  EXPECT_EQ(Listed(home_, "", "email desc"), (Names{"first", "dan", "bob", "ann"}));
  EXPECT_EQ(Listed(home_, "", "status"), (Names{"first", "bob", "dan", "ann"}));
  EXPECT_EQ(Listed(home_, "status != ACTIVE", "status desc"),
            (Names{"cid", "ann", "dan", "bob", "first"}));
  EXPECT_EQ(Listed(home_, "", "role"), (Names{"bob", "first", "ann", "dan"}));
  EXPECT_EQ(Listed(home_, "", "role desc"), (Names{"dan", "ann", "first", "bob"}));
  EXPECT_EQ(Listed(home_, "role = viewer", "full_name desc"), (Names{"dan", "ann"}));
}

TEST_F(ListsApiTest, WrongOrders_R49) {
  for (const char* order_by : {"name", "email asc", "email, status", "profile.email", "desc"}) {
    ListUsersRequest request = List(home_.id);
    request.set_order_by(order_by);
    EXPECT_EQ(home_.client.Call(request).Text(),
              "INVALID_ARGUMENT INVALID_FIELDS [order_by: INVALID_VALUE]")
        << order_by;
  }
}

TEST_F(ListsApiTest, TokensBelongToFilterAndOrder) {
  ListUsersRequest request = List(home_.id, "role = viewer");
  request.set_order_by("email");
  request.set_page_size(1);
  request.set_page_token(home_.client.Call(request)->next_page_token());
  ASSERT_EQ(NamesOf(home_.client.Call(request).response), (Names{"dan"}));
  request.mutable_read_mask()->add_paths("status");  // shows something else of the same list
  ASSERT_EQ(home_.client.Call(request)->users_size(), 1);
  for (const auto& [filter, order_by] : std::vector<std::pair<std::string, std::string>>{
           {"role = viewer", "email desc"}, {"role = viewer", ""}, {"", "email"}}) {
    request.set_filter(filter);
    request.set_order_by(order_by);
    EXPECT_EQ(home_.client.Call(request).Text(), "INVALID_ARGUMENT INVALID_PAGE_TOKEN");
  }
}

// R60: PROJECT_TEAMS hides disabled users from who does not ask for them.
TEST(HiddenListsTest, DisabledAreHiddenUnlessAskedFor_R60) {
  const Home home(event::v1::PRESET_PROJECT_TEAMS);
  const std::string ann = home.Create("ann");
  home.Create("bob");
  ASSERT_EQ(Try(home.client, About<DisableUserRequest>(home.id, ann)), "OK");
  for (const char* order_by : {"", "email", "status", "role", "full_name"}) {
    EXPECT_EQ(Listed(home, "", order_by).size(), 2U) << order_by;
    EXPECT_EQ(Listed(home, "'ann'", order_by), Names()) << order_by;
    EXPECT_EQ(Listed(home, "'ann' AND status != DELETED", order_by), (Names{"ann"})) << order_by;
    EXPECT_EQ(Listed(home, "status = DISABLED", order_by), (Names{"ann"})) << order_by;
  }
}

TEST_F(ListsApiTest, ErasedUsersAreInNoList_R121) {
  const uint64_t before = home_.server->Position();
  ASSERT_EQ(Try(home_.client, About<EnableUserRequest>(home_.id, ann_)), "OK");
  ASSERT_EQ(Try(home_.client, Update(home_.id, ann_, "full_name", "Ann Since")), "OK");
  auto erase = About<EraseUserRequest>(home_.id, ann_);
  erase.set_expected_revision(home_.Get(ann_).revision());
  ASSERT_EQ(Try(home_.client, erase), "OK");
  for (const char* order_by : {"", "email", "status", "role", "full_name", "create_time desc"}) {
    EXPECT_EQ(Listed(home_, "status != DELETED", order_by).size(), 3U) << order_by;
    EXPECT_EQ(Listed(home_, "'ann tester'", order_by), Names()) << order_by;
  }
  // Lists of the past show an erased user without a name, and lists by name do not show it.
  ListUsersRequest request = List(home_.id);
  request.mutable_as_of()->set_position(before);
  EXPECT_EQ(NamesOf(home_.client.Call(request).response), (Names{"first", "bob", "", "dan"}));
  request.set_order_by("full_name");
  EXPECT_EQ(NamesOf(home_.client.Call(request).response), (Names{"dan", "bob", "first"}));
  request.set_filter("'ann tester'");
  EXPECT_EQ(NamesOf(home_.client.Call(request).response), Names());
}

TEST_F(ListsApiTest, CountsByStatus_R39_R88) {
  EXPECT_EQ(Counts(home_), "3 pending, 0 active, 1 disabled, 1 deleted, 4 in all, 0 unapproved");
  ASSERT_EQ(Try(home_.client, About<RestoreUserRequest>(home_.id, cid_)), "OK");
  EXPECT_EQ(Counts(home_), "4 pending, 0 active, 1 disabled, 0 deleted, 5 in all, 0 unapproved");
  const auto imported = ImportFile(home_.client, FourColumns(home_.id), Rows("n", 300, "viewer"));
  ASSERT_EQ(imported.summary.created(), 300U);
  EXPECT_EQ(Counts(home_),
            "304 pending, 0 active, 1 disabled, 0 deleted, 305 in all, 0 unapproved");
  const auto missing = home_.client.Call(In<CountUsersRequest>("missing"));
  EXPECT_EQ(missing.Text(), "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.view}");
}

// R110: the number of pending approvals is that of their list, whatever is pending otherwise.
TEST(ApprovalCountTest, IsTheLengthOfTheirList_R104_R110) {
  const Home home(event::v1::PRESET_APPLICATIONS);
  for (const char* name : {"ann", "bob", "cid"}) home.Create(name);
  EXPECT_EQ(Counts(home), "4 pending, 0 active, 0 disabled, 0 deleted, 4 in all, 3 unapproved");
  EXPECT_EQ(Listed(home, "approved = false"), (Names{"ann", "bob", "cid"}));
  EXPECT_EQ(Listed(home, "approved = true"), (Names{"first"}));
  const auto bob = home.client.Call(List(home.id, "user_name = bob"))->users(0).user_id();
  ASSERT_EQ(Try(home.client, About<DisableUserRequest>(home.id, bob)), "OK");
  EXPECT_EQ(Listed(home, "approved = false").size(), 3U);
  EXPECT_EQ(Counts(home), "3 pending, 0 active, 1 disabled, 0 deleted, 4 in all, 3 unapproved");
}

TEST_F(ListsApiTest, BatchKeepsTheOrderOfTheIds_R31) {
  auto request = In<BatchGetUsersRequest>(home_.id);
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  const Names ids = {cid_, "missing", ann_, other.administrator_id, ann_, ""};
  *request.mutable_user_ids() = {ids.begin(), ids.end()};
  const auto answer = home_.client.Call(request);
  ASSERT_EQ(answer.Text(), "OK");
  ASSERT_EQ(answer->results_size(), 6);
  for (int i = 0; i < 6; ++i) {
    const auto& result = answer->results(i);
    EXPECT_EQ(result.user_id(), ids[static_cast<size_t>(i)]);
    const bool known = result.user_id() == cid_ || result.user_id() == ann_;
    ASSERT_EQ(result.has_user(), known) << i;
    if (known) {
      EXPECT_EQ(result.user().DebugString(), home_.Get(result.user_id()).DebugString());
    }
  }
  EXPECT_EQ(answer->position(), home_.server->Position());
}

TEST_F(ListsApiTest, BatchOfThePastAndItsLimits) {
  auto request = In<BatchGetUsersRequest>(home_.id);
  EXPECT_EQ(home_.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [user_ids: MISSING_FIELD]");
  request.add_user_ids(cid_);
  auto erase = About<EraseUserRequest>(home_.id, cid_);
  erase.set_expected_revision(2);
  ASSERT_EQ(Try(home_.client, erase), "OK");
  EXPECT_FALSE(home_.client.Call(request)->results(0).has_user());
  request.mutable_as_of()->set_position(home_.server->Position() - 1);
  EXPECT_EQ(StatusOf(home_.client.Call(request)->results(0).user()), "DELETED");
  EXPECT_FALSE(home_.client.Call(request)->results(0).user().has_profile());
  while (request.user_ids_size() < 1000) request.add_user_ids(bob_);
  EXPECT_EQ(home_.client.Call(request)->results(999).user().user_id(), bob_);
  request.add_user_ids(bob_);
  EXPECT_EQ(home_.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [user_ids: INVALID_VALUE]");
}

// R41: a caller that may view users sees all of them, and their details.
TEST_F(ListsApiTest, EveryRoleViewsUsers_R31_R41) {
  for (const char* role : {"super_admin", "admin", "creator", "viewer", "ecommerce_viewer"}) {
    const Client client = home_.As({role});
    EXPECT_EQ(client.Call(List(home_.id))->users_size(), 4) << role;
    EXPECT_EQ(client.Call(In<CountUsersRequest>(home_.id))->total(), 4U) << role;
    auto batch = In<BatchGetUsersRequest>(home_.id);
    batch.add_user_ids(ann_);
    EXPECT_EQ(client.Call(batch)->results(0).user().profile().email(), "ann@example.org") << role;
  }
}

TEST_F(ListsApiTest, ReadMasks) {
  auto get = About<GetUserRequest>(home_.id, ann_);
  auto& mask = *get.mutable_read_mask();
  const auto read = [&](const Names& paths) {
    *mask.mutable_paths() = {paths.begin(), paths.end()};
    const auto answer = home_.client.Call(get);
    return answer.ok() ? answer->user().ShortDebugString() : answer.Text();
  };
  const std::string whole = home_.Get(ann_).ShortDebugString();
  EXPECT_EQ(read({}), whole);
  EXPECT_EQ(read({"*"}), whole);
  EXPECT_EQ(read({"status", "*"}), whole);
  EXPECT_EQ(read({"status"}), "status: USER_STATUS_DISABLED");
  EXPECT_EQ(read({"profile.email"}), "profile { email: \"ann@example.org\" }");
  EXPECT_EQ(read({"profile.email", "roles", "profile.email", "revision"}),
            "profile { email: \"ann@example.org\" } roles: \"viewer\" revision: 2");
  EXPECT_EQ(read({"profile", "profile.email"}).substr(0, 33),
            "profile { full_name: \"ann Tester\"");
  EXPECT_EQ(read({"delete_time"}), "");
  EXPECT_EQ(read({"name", "status", "profile.mail", ""}),
            "INVALID_ARGUMENT INVALID_FIELDS [read_mask.paths.0: UNKNOWN_FIELD, "
            "read_mask.paths.2: UNKNOWN_FIELD, read_mask.paths.3: UNKNOWN_FIELD]");
}

TEST_F(ListsApiTest, ReadMasksOfLists) {
  ListUsersRequest list = List(home_.id, "'ann@'");
  list.mutable_read_mask()->add_paths("user_id");
  EXPECT_EQ(home_.client.Call(list)->users(0).ShortDebugString(), "user_id: \"" + ann_ + "\"");
  auto batch = In<BatchGetUsersRequest>(home_.id);
  batch.add_user_ids(bob_);
  batch.mutable_read_mask()->add_paths("profile.user_name");
  EXPECT_EQ(home_.client.Call(batch)->results(0).user().ShortDebugString(),
            "profile { user_name: \"bob\" }");
  list.mutable_read_mask()->add_paths("users");
  EXPECT_EQ(home_.client.Call(list).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [read_mask.paths.1: UNKNOWN_FIELD]");
  batch.mutable_read_mask()->add_paths("profile.email.x");
  EXPECT_EQ(home_.client.Call(batch).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [read_mask.paths.1: UNKNOWN_FIELD]");
}

}  // namespace
}  // namespace roster::api_test
