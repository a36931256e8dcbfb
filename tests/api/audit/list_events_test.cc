// ListEvents: what happened to a user, and the actor; personal data only for callers that may see
// it. (R50)

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "domain/fold.h"
#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "google/protobuf/text_format.h"
#include "services/audit/handlers.h"
#include "storage/log/memory_log.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using audit::v1::ListEventsRequest;
using audit::v1::ListEventsResponse;
using Names = std::vector<std::string>;

Names TypesOf(const ListEventsResponse& response) {
  Names types;
  for (const auto& event : response.events()) types.push_back(event.type());
  return types;
}

class AuditTest : public testing::Test {
 protected:
  ListEventsRequest EventsOf(const std::string& subject_id) const {
    auto request = In<ListEventsRequest>(home_.id);
    request.set_subject_id(subject_id);
    return request;
  }

  // The life of a user.
  std::string Life() const {
    std::string ann = home_.Create("ann", {"viewer"});
    EXPECT_EQ(Try(home_.client, Update(home_.id, ann, "title", "Chief")), "OK");
    EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann, "creator")), "OK");
    EXPECT_EQ(Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, ann)), "OK");
    EXPECT_EQ(Try(home_.client, About<identity::v1::EnableUserRequest>(home_.id, ann)), "OK");
    EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, ann)), "OK");
    EXPECT_EQ(Try(home_.client, About<identity::v1::RestoreUserRequest>(home_.id, ann)), "OK");
    return ann;
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
  const Client auditor_ = home_.As({"auditor"});
};

TEST_F(AuditTest, TheLifeOfAUser) {
  const std::string ann = Life();
  home_.Create("bob", {"viewer"});
  // What changes nothing leaves no event.
  EXPECT_EQ(Try(home_.client, RoleChange(home_.id, ann, "creator")), "OK unchanged");
  const auto listed = auditor_.Call(EventsOf(ann));
  ASSERT_EQ(listed.Text(), "OK");
  EXPECT_EQ(TypesOf(listed.response),
            (Names{"UserCreated", "UserUpdated", "RoleChanged", "UserDisabled", "UserEnabled",
                   "UserDeleted", "UserRestored"}));
  const auto self = home_.client.Call(access::v1::GetCallerCapabilitiesRequest());
  uint64_t position = 0;
  for (const auto& event : listed->events()) {
    EXPECT_GT(event.position(), position);
    position = event.position();
    EXPECT_EQ(event.index(), 0U);
    EXPECT_GT(event.time().seconds(), 0);
    EXPECT_EQ(event.actor().kind(), event::v1::Actor::KIND_SERVICE_ACCOUNT);
    EXPECT_EQ(event.actor().id(), self->service_account_id());
  }
  EXPECT_GE(listed->position(), position);
  EXPECT_EQ(listed->events(0).cause(), "roster.identity.v1.IdentityService/CreateUser");
  const auto& change = listed->events(2);
  EXPECT_EQ(change.cause(), "roster.access.v1.AccessService/ChangeUserRole");
  EXPECT_EQ(change.event().role_changed().from(), "viewer");
  EXPECT_EQ(change.event().role_changed().to(), "creator");
}

TEST_F(AuditTest, TheWholeAccount) {
  const std::string ann = home_.Create("ann", {"viewer"});
  const auto listed = auditor_.Call(EventsOf(home_.id));
  ASSERT_EQ(listed.Text(), "OK");
  EXPECT_EQ(TypesOf(listed.response),
            (Names{"AccountCreated", "UserCreated", "ServiceAccountCreated", "ServiceTokenIssued",
                   "ServiceAccountCreated", "ServiceTokenIssued", "UserCreated"}));
  // One commit made the account and its first administrator.
  EXPECT_EQ(listed->events(0).position(), listed->events(1).position());
  EXPECT_EQ(listed->events(1).index(), 1U);
  EXPECT_EQ(listed->events(0).actor().kind(), event::v1::Actor::KIND_OPERATOR);
  EXPECT_EQ(listed->events(6).event().user_created().user_id(), ann);
}

TEST_F(AuditTest, AServiceAccount) {
  const Service service = home_.NewService({"auditor"});
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home_.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  ASSERT_EQ(Try(home_.client, revoke), "OK");
  const auto listed = auditor_.Call(EventsOf(service.service_account_id));
  EXPECT_EQ(TypesOf(listed.response),
            (Names{"ServiceAccountCreated", "ServiceTokenIssued", "ServiceTokenRevoked"}));
}

// An import is one commit a group; the history of one of its users holds the event of that user
// alone.
TEST_F(AuditTest, OneRowOfAnImport) {
  const auto imported =
      ImportFile(home_.client, FourColumns(home_.id), Rows("user", 250, "viewer"));
  ASSERT_EQ(imported.summary.created(), 250U);
  const std::string& id = imported.rows[17].user_id();
  const auto listed = auditor_.Call(EventsOf(id));
  ASSERT_EQ(TypesOf(listed.response), (Names{"UserCreated"}));
  EXPECT_EQ(listed->events(0).index(), 17U);
  EXPECT_EQ(listed->events(0).event().user_created().user_id(), id);
  EXPECT_EQ(listed->events(0).cause(), "roster.identity.v1.IdentityService/ImportUsers");
  EXPECT_EQ(auditor_.Call(EventsOf(home_.id))->events_size(), 256);
}

// Every built-in role with audit.read holds users.view too, and sees personal data. Who holds
// neither is refused.
TEST_F(AuditTest, PersonalData) {
  const std::string ann = Life();
  const auto listed = auditor_.Call(EventsOf(ann));
  ASSERT_EQ(listed->events_size(), 7);
  EXPECT_EQ(listed->events(0).event().personal().email(), "ann@example.org");
  EXPECT_EQ(listed->events(1).event().personal().title(), "Chief");
  EXPECT_FALSE(listed->events(2).event().has_personal());
  for (const Client& client :
       {home_.As({"viewer"}), home_.As({"admin"}), home_.As({}), home_.server->op()}) {
    EXPECT_EQ(client.Call(EventsOf(ann)).Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: audit.read}");
  }
}

// Hashes stay in the log: whatever the kind of the event, no bytes are told.
TEST_F(AuditTest, AL_NoHashIsTold) {
  const Service service = home_.NewService({"auditor"});
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home_.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  ASSERT_EQ(Try(home_.client, revoke), "OK");
  const auto listed = auditor_.Call(EventsOf(service.service_account_id));
  ASSERT_EQ(listed->events_size(), 3);
  EXPECT_EQ(listed->events(1).event().service_token_issued().token_id(), service.token_id);
  EXPECT_EQ(listed->events(1).event().service_token_issued().token_hash(), "");
  EXPECT_EQ(listed->events(2).event().service_token_revoked().token_id(), service.token_id);
  EXPECT_EQ(listed->events(2).event().service_token_revoked().token_hash(), "");
}

// What stands between the two no built-in role can show through the server, so the handler is asked
// itself, for a caller who holds users.view and for one who does not.
TEST(AuditHandlerTest, PersonalDataNeedsUsersView) {
  event::v1::Commit commit;
  commit.set_account_id("acme");
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "account_id: 'acme' "
      "events { account_created { account_id: 'acme' preset: PRESET_ROLE_MATRIX } } "
      "events { user_created { user_id: 'ann' } personal { email: 'ann@example.org' } } "
      "events { service_account_created { service_account_id: 'sees' roles: 'auditor' } } "
      "events { service_account_created { service_account_id: 'blind' } }",
      &commit));
  event::v1::Event& created = *commit.mutable_events(1);
  *created.mutable_sealed() = domain::SealPlainly(created.personal());
  created.clear_personal();
  storage::MemoryLog log;
  std::vector<event::v1::Commit> commits = {commit};
  ASSERT_TRUE(log.Append(0, commits).ok());
  domain::MemoryWorld world;
  domain::Changes changes;
  domain::Overlay overlay(world, changes);
  domain::Fold(overlay, log.Read(1, 1)->front());
  world.Apply(changes);
  const auto events = services::AuditHandlers().at("ListEvents");
  const storage::SecretKey page_key = storage::SecretKey::Random();
  for (const std::string id : {"sees", "blind"}) {
    domain::Caller caller;
    caller.actor.set_kind(event::v1::Actor::KIND_SERVICE_ACCOUNT);
    caller.actor.set_id(id);
    caller.actor_account_id = "acme";
    auto request = In<ListEventsRequest>("acme");
    request.set_subject_id("ann");
    ListEventsResponse response;
    ASSERT_TRUE(events.query({world, log, caller, page_key}, request, response).ok());
    ASSERT_EQ(TypesOf(response), (Names{"UserCreated"}));
    EXPECT_EQ(response.events(0).event().user_created().user_id(), "ann");
    EXPECT_EQ(response.events(0).event().personal().email(), id == "sees" ? "ann@example.org" : "");
  }
}

// No event shows a token or anything that it could be tried against without a guess of 256 bits.
TEST_F(AuditTest, NoSecret) {
  const std::string all = auditor_.Call(EventsOf(home_.id))->SerializeAsString();
  EXPECT_NE(all.find("first@example.org"), std::string::npos);
  EXPECT_EQ(all.find(home_.client.token()), std::string::npos);
  EXPECT_EQ(all.find("roster_sa_"), std::string::npos);
}

TEST_F(AuditTest, Pages) {
  const std::string ann = Life();
  auto request = EventsOf(ann);
  request.set_page_size(2);
  Names types;
  int pages = 0;
  do {
    ASSERT_LT(pages, 50);
    const auto page = auditor_.Call(request);
    ASSERT_EQ(page.Text(), "OK");
    EXPECT_LE(page->events_size(), 2);
    for (const auto& type : TypesOf(page.response)) types.push_back(type);
    request.set_page_token(page->next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(types, TypesOf(auditor_.Call(EventsOf(ann)).response));
  request.set_page_size(-1);
  EXPECT_EQ(auditor_.Call(request).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [page_size: INVALID_VALUE]");
  request = EventsOf(home_.id);
  request.set_page_size(1);
  const std::string token = auditor_.Call(request)->next_page_token();
  request = EventsOf(ann);
  request.set_page_token(token);
  EXPECT_EQ(auditor_.Call(request).Text(), "INVALID_ARGUMENT INVALID_PAGE_TOKEN");
}

TEST_F(AuditTest, SubjectsOfOthers) {
  EXPECT_EQ(auditor_.Call(EventsOf("")).Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [subject_id: MISSING_FIELD]");
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  const std::string there = other.Create("ann", {"viewer"});
  for (const std::string& subject : {there, other.id, std::string("nobody")}) {
    const auto listed = auditor_.Call(EventsOf(subject));
    EXPECT_EQ(listed.Text(), "OK");
    EXPECT_EQ(listed->events_size(), 0);
  }
  auto request = In<ListEventsRequest>(other.id);
  request.set_subject_id(there);
  EXPECT_EQ(auditor_.Call(request).Text(),
            "PERMISSION_DENIED PERMISSION_REQUIRED {permission: audit.read}");
}

}  // namespace
}  // namespace roster::api_test
