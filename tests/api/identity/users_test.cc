// Users through the server: every rule once when it lets through and once when it refuses.
// (R1-R5, R32-R34, R36-R39, R48, R57-R60, R81, R101, G1)

#include <gtest/gtest.h>

#include <barrier>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::DeleteUserRequest;
using identity::v1::DisableUserRequest;
using identity::v1::EnableUserRequest;
using identity::v1::GetUserRequest;
using identity::v1::RestoreUserRequest;

using Names = std::vector<std::string>;

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

class UsersApiTest : public testing::Test {
 protected:
  template <typename Request>
  std::string Do(const std::string& user_id) const {
    return Try(home_.client, About<Request>(home_.id, user_id));
  }
  std::string Status(const std::string& user_id) const { return StatusOf(home_.Get(user_id)); }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const std::string ann_ = home_.Create("ann", {"viewer"});
};

TEST_F(UsersApiTest, OnlyWhoMayCreates_R1) {
  EXPECT_EQ(Try(home_.As({"viewer"}), NewUser(home_.id, "bob", {"viewer"})),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.create}");
  EXPECT_EQ(Try(home_.As({"admin"}), NewUser(home_.id, "bob", {"viewer"})), "OK");
}

TEST_F(UsersApiTest, AllWrongFieldsAtOnce_R2_R59) {
  auto request = NewUser(home_.id, "bob", {"viewer"});
  request.mutable_profile()->Clear();
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: MISSING_FIELD, profile.full_name: "
            "MISSING_FIELD]");
  request.mutable_profile()->set_full_name("bob\x01");
  request.mutable_profile()->set_email("not an email");
  request.mutable_profile()->set_title(std::string(300, 'x'));
  request.set_user_type(event::v1::USER_TYPE_ADMIN);
  EXPECT_EQ(Try(home_.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: INVALID_EMAIL, profile.full_name: "
            "INVALID_VALUE, "
            "profile.title: INVALID_VALUE, user_type: INVALID_VALUE]");
}

TEST_F(UsersApiTest, UserNameDefaultsToTheEmail_R2) {
  auto request = NewUser(home_.id, "bob", {"viewer"});
  request.mutable_profile()->clear_user_name();
  request.mutable_profile()->clear_full_name();
  request.mutable_profile()->set_email("  Bob@Example.org ");
  const auto bob = home_.Get(home_.Create(request));
  EXPECT_EQ(bob.profile().user_name(), "Bob@Example.org");
  EXPECT_EQ(bob.profile().full_name(), "bob Tester");
  EXPECT_EQ(StatusOf(bob), "PENDING");
}

TEST_F(UsersApiTest, EmailAndUserNameAreUnique_R3_R81) {
  auto request = NewUser(home_.id, "bob", {"viewer"});
  request.mutable_profile()->set_email("ANN@example.org");
  EXPECT_EQ(Try(home_.client, request), "ALREADY_EXISTS EMAIL_TAKEN {user_id: " + ann_ + "}");
  request = NewUser(home_.id, "Ann", {"viewer"});
  request.mutable_profile()->set_email("other@example.org");
  EXPECT_EQ(Try(home_.client, request), "ALREADY_EXISTS USERNAME_TAKEN {user_id: " + ann_ + "}");
  // Another account has names of its own.
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  EXPECT_EQ(Try(other.client, NewUser(other.id, "ann", {"viewer"})), "OK");
}

TEST_F(UsersApiTest, NamesOfADeletedUserStayReserved_R4) {
  ASSERT_EQ(Do<DeleteUserRequest>(ann_), "OK");
  const auto refused = home_.client.Call(NewUser(home_.id, "ann", {"viewer"}));
  EXPECT_EQ(refused.result.code, "ALREADY_EXISTS");
  EXPECT_EQ(refused.result.reason, "BELONGS_TO_DELETED_USER");
  EXPECT_EQ(refused.result.metadata.at("user_id"), ann_);
  absl::Time until;
  std::string error;
  ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, refused.result.metadata.at("restorable_until"),
                              &until, &error))
      << error;
  EXPECT_EQ(until, TimeOf(home_.Get(ann_).restorable_until()));
  auto picked = NewUser(home_.id, "ann2", {"viewer"});
  picked.mutable_profile()->set_user_name("ann");
  EXPECT_EQ(home_.client.Call(picked).result.reason, "BELONGS_TO_DELETED_USER");
  EXPECT_EQ(Do<RestoreUserRequest>(ann_), "OK");
  EXPECT_EQ(home_.client.Call(picked).result.reason, "USERNAME_TAKEN");
}

TEST_F(UsersApiTest, DeletedOnceAndConfirmed_R32) {
  auto request = About<DeleteUserRequest>(home_.id, ann_);
  request.set_expected_revision(9);
  EXPECT_EQ(Try(home_.client, request), "ABORTED REVISION_MISMATCH {revision: 1}");
  request.set_expected_revision(1);
  EXPECT_EQ(Try(home_.client, request), "OK");
  EXPECT_EQ(Do<DeleteUserRequest>(ann_), "FAILED_PRECONDITION USER_DELETED");
  EXPECT_EQ(Do<DisableUserRequest>(ann_), "FAILED_PRECONDITION USER_DELETED");
  EXPECT_EQ(Do<EnableUserRequest>(ann_), "FAILED_PRECONDITION USER_DELETED");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "title", "x")),
            "FAILED_PRECONDITION USER_DELETED");
  EXPECT_EQ(Do<DeleteUserRequest>("nobody"), "NOT_FOUND USER_NOT_FOUND");
}

TEST(RestoreWindowTest, UntilButNotIncludingTheDeadline_R33) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  const std::string ann = home.Create("ann", {"viewer"});
  const std::string bob = home.Create("bob", {"viewer"});
  const auto restore = [&](const std::string& id) {
    return Try(home.client, About<RestoreUserRequest>(home.id, id));
  };
  EXPECT_EQ(restore(ann), "FAILED_PRECONDITION USER_NOT_DELETED");
  for (const std::string& id : {ann, bob}) {
    ASSERT_EQ(Try(home.client, About<DeleteUserRequest>(home.id, id)), "OK");
  }
  const auto deleted = home.Get(ann);
  EXPECT_EQ(TimeOf(deleted.restorable_until()) - TimeOf(deleted.delete_time()),
            absl::Hours(30 * 24));
  // A shorter window from now on does not move a deadline that is written.
  auto policy = In<identity::v1::UpdateAccountPolicyRequest>(home.id);
  policy.mutable_policy()->mutable_restore_window()->set_seconds(3600);
  policy.mutable_update_mask()->add_paths("restore_window");
  ASSERT_EQ(Try(home.client, policy), "OK");
  server.Advance(absl::Hours(30 * 24) - absl::Minutes(5));
  EXPECT_EQ(restore(ann), "OK");
  server.Advance(absl::Hours(30 * 24) + absl::Minutes(5));
  EXPECT_EQ(restore(bob), "FAILED_PRECONDITION RESTORE_WINDOW_EXPIRED");
  EXPECT_EQ(StatusOf(home.Get(bob)), "DELETED");
}

TEST_F(UsersApiTest, DeletedUsersAreFoundByAFilter_R34) {
  ASSERT_EQ(Do<DeleteUserRequest>(ann_), "OK");
  EXPECT_EQ(home_.Names(), (Names{"first"}));
  EXPECT_EQ(home_.Names("status = DELETED"), (Names{"ann"}));
  EXPECT_EQ(home_.Get(ann_).profile().email(), "ann@example.org");
}

TEST_F(UsersApiTest, RestoredWithEverything_R35_R36) {
  const auto before = home_.Get(ann_);
  ASSERT_EQ(Do<DisableUserRequest>(ann_), "OK");
  ASSERT_EQ(Do<DeleteUserRequest>(ann_), "OK");
  ASSERT_EQ(Do<RestoreUserRequest>(ann_), "OK");
  const auto after = home_.Get(ann_);
  // The user never signed in: pending again, although disabled before.
  EXPECT_EQ(StatusOf(after), "PENDING");
  EXPECT_EQ(after.status_reason(), event::v1::STATUS_REASON_UNSPECIFIED);
  EXPECT_EQ(after.profile().SerializeAsString(), before.profile().SerializeAsString());
  EXPECT_EQ(after.roles(0), "viewer");
  EXPECT_EQ(after.revision(), 4U);
  EXPECT_FALSE(after.has_delete_time());
  EXPECT_FALSE(after.has_restorable_until());
  EXPECT_EQ(home_.Check(ann_, "content.view"), "ALLOW ROLE viewer");
}

TEST_F(UsersApiTest, DisabledAndEnabled_R37_R39_R101) {
  EXPECT_EQ(Do<EnableUserRequest>(ann_), "OK unchanged");
  EXPECT_EQ(Do<DisableUserRequest>(ann_), "OK");
  const auto disabled = home_.Get(ann_);
  EXPECT_EQ(StatusOf(disabled), "DISABLED");
  EXPECT_EQ(disabled.status_reason(), event::v1::STATUS_REASON_MANUAL);
  EXPECT_EQ(Do<DisableUserRequest>(ann_), "OK unchanged");
  EXPECT_EQ(Do<EnableUserRequest>(ann_), "OK");
  EXPECT_EQ(Status(ann_), "PENDING");  // the user never signed in
  EXPECT_EQ(home_.Get(ann_).revision(), 3U);
  EXPECT_EQ(Do<EnableUserRequest>(ann_), "OK unchanged");
  EXPECT_EQ(home_.Get(ann_).revision(), 3U);
}

TEST_F(UsersApiTest, DisabledIsNotEdited_R38) {
  ASSERT_EQ(Do<DisableUserRequest>(ann_), "OK");
  const std::string refused = "FAILED_PRECONDITION USER_DISABLED";
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "title", "Chief")), refused);
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann_, "creator")), refused);
  ASSERT_EQ(Do<EnableUserRequest>(ann_), "OK");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "title", "Chief")), "OK");
  EXPECT_EQ(home_.Get(ann_).profile().title(), "Chief");
}

TEST_F(UsersApiTest, WhatNeverChanges_R57_R58) {
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "user_name", "anna")),
            "INVALID_ARGUMENT IMMUTABLE_FIELD {field: user_name}");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "auth_method", "SSO")),
            "INVALID_ARGUMENT IMMUTABLE_FIELD {field: auth_method}");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "shoe_size", "44")),
            "INVALID_ARGUMENT INVALID_FIELDS [update_mask.paths.0: UNKNOWN_FIELD]");
  EXPECT_EQ(Try(home_.client, About<identity::v1::UpdateUserRequest>(home_.id, ann_)),
            "INVALID_ARGUMENT INVALID_FIELDS [update_mask: MISSING_FIELD]");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "email", "")),
            "INVALID_ARGUMENT INVALID_FIELDS [profile.email: MISSING_FIELD]");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "email", "first@EXAMPLE.org")),
            "ALREADY_EXISTS EMAIL_TAKEN {user_id: " + home_.administrator_id + "}");
  EXPECT_EQ(Try(home_.client, Update(home_.id, ann_, "email", "new@example.org")), "OK");
  EXPECT_EQ(home_.Get(ann_).profile().user_name(), "ann");
}

// Only what the mask names is replaced, and the old email is free at once.
TEST_F(UsersApiTest, UpdatesWhatTheMaskNames_R30) {
  auto request = Update(home_.id, ann_, "email", "anna@example.org");
  request.mutable_profile()->set_full_name("Not Named");
  ASSERT_EQ(Try(home_.client, request), "OK");
  EXPECT_EQ(home_.Get(ann_).profile().full_name(), "ann Tester");
  EXPECT_EQ(Try(home_.client, request), "OK unchanged");
  auto next = NewUser(home_.id, "ann2", {"viewer"});
  next.mutable_profile()->set_email("ann@example.org");
  EXPECT_EQ(Try(home_.client, next), "OK");
}

TEST_F(UsersApiTest, DisabledHasNoAccess_R60) {
  EXPECT_EQ(home_.Check(ann_, "content.view"), "ALLOW ROLE viewer");
  EXPECT_EQ(home_.Check(ann_, "content.create"), "DENY NO_GRANT");
  ASSERT_EQ(Do<DisableUserRequest>(ann_), "OK");
  EXPECT_EQ(home_.Check(ann_, "content.view"), "DENY USER_DISABLED");
  EXPECT_EQ(home_.Names("status = DISABLED"), (Names{"ann"}));
  EXPECT_EQ(home_.Names(), (Names{"ann", "first"}));  // this preset shows them
  ASSERT_EQ(Do<DeleteUserRequest>(ann_), "OK");
  EXPECT_EQ(home_.Check(ann_, "content.view"), "DENY USER_DELETED");
  EXPECT_EQ(home_.Check("nobody", "content.view"), "DENY USER_NOT_FOUND");
  EXPECT_EQ(home_.Check(ann_, "content.bless"),
            "INVALID_ARGUMENT UNKNOWN_PERMISSION {permission: content.bless}");
}

TEST_F(UsersApiTest, FoundByIdEmailAndUserName) {
  auto request = In<GetUserRequest>(home_.id);
  EXPECT_EQ(home_.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [user_id: MISSING_FIELD]");
  request.set_email("ANN@example.org");
  EXPECT_EQ(home_.client.Call(request)->user().user_id(), ann_);
  request.set_user_name(" Ann ");
  EXPECT_EQ(home_.client.Call(request)->user().user_id(), ann_);
  request.set_email("nobody@example.org");
  EXPECT_EQ(home_.client.Call(request).Text(), "NOT_FOUND USER_NOT_FOUND");
}

// A batch says all at one position, in order, and gives an unknown permission an answer of its own.
TEST_F(UsersApiTest, BatchCheckKeepsOrder) {
  auto request = In<access::v1::BatchCheckRequest>(home_.id);
  for (const char* permission : {"content.view", "content.create", "no.such", "users.view"}) {
    auto& item = *request.add_items();
    item.set_user_id(ann_);
    item.set_permission(permission);
  }
  const auto answer = home_.client.Call(request);
  ASSERT_EQ(answer.Text(), "OK");
  Names texts;
  for (const auto& result : answer->results()) texts.push_back(TextOf(result));
  EXPECT_EQ(texts, (Names{"ALLOW ROLE viewer", "DENY NO_GRANT", "DENY UNKNOWN_PERMISSION",
                          "ALLOW ROLE viewer"}));
  EXPECT_GT(answer->results(0).deciding_position(), 0U);
  for (int i = 4; i <= 1000; ++i) *request.add_items() = request.items(0);
  EXPECT_EQ(home_.client.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [items: INVALID_VALUE]");
}

// G1: no retry anywhere: a list right after a create has the new user, on another connection too.
TEST_F(UsersApiTest, ReadYourWrites_G1) {
  const Client other = Connect(home_.server->server().port(), home_.client.token());
  for (int i = 0; i < 50; ++i) {
    const std::string name = absl::StrCat("user", i);
    const auto created = home_.client.Call(NewUser(home_.id, name, {"viewer"}));
    ASSERT_EQ(created.Text(), "OK");
    const auto listed = other.Call(List(home_.id));
    ASSERT_EQ(NamesOf(listed.response).back(), name);
    EXPECT_GE(listed->position(), created->position());
  }
}

// R3 under contention: of many creates of one email exactly one wins, and all others say so.
TEST_F(UsersApiTest, OneOfManyConcurrentCreatesWins_R3) {
  constexpr int kThreads = 16;
  for (int round = 0; round < 5; ++round) {
    std::barrier start(kThreads);
    Names outcomes(kThreads);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        const Client client = Connect(home_.server->server().port(), home_.client.token());
        auto request = NewUser(home_.id, absl::StrCat("racer", round, "-", i), {"viewer"});
        request.mutable_profile()->set_email(absl::StrCat("same", round, "@example.org"));
        start.arrive_and_wait();
        const auto answer = client.Call(request);
        outcomes[i] = answer.ok() ? "OK" : answer.result.reason;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "OK"), 1);
    EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), "EMAIL_TAKEN"), kThreads - 1);
  }
}

// R48 under contention: two callers remove the last two administrators at once, again and again.
TEST(LastAdministratorRaceTest, OneIsAlwaysLeft_R48) {
  constexpr int kRaces = 200;
  const Home home(event::v1::PRESET_ROLE_MATRIX);
  const std::string users[] = {home.administrator_id, home.Create("second", {"super_admin"})};
  const Client callers[] = {home.As({"super_admin"}), home.As({"super_admin"})};
  std::string outcomes[2];
  std::barrier step(3);
  std::vector<std::thread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      for (int race = 0; race < kRaces; ++race) {
        step.arrive_and_wait();
        outcomes[i] = Try(callers[i], About<DeleteUserRequest>(home.id, users[i]));
        step.arrive_and_wait();
      }
    });
  }
  int won[2] = {0, 0};
  for (int race = 0; race < kRaces; ++race) {
    step.arrive_and_wait();
    step.arrive_and_wait();
    const int winner = outcomes[0] == "OK" ? 0 : 1;
    ++won[winner];
    EXPECT_EQ(outcomes[winner], "OK");
    EXPECT_EQ(outcomes[1 - winner],
              "FAILED_PRECONDITION LAST_ADMINISTRATOR {permission: account.manage}");
    EXPECT_EQ(Try(home.client, About<RestoreUserRequest>(home.id, users[winner])), "OK");
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("races: %d and %d won\n", won[0], won[1]);
}

}  // namespace
}  // namespace roster::api_test
