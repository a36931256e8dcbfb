// Requests that are remembered, and for how long.

#include "domain/request/request.h"

#include <gtest/gtest.h>

#include "domain/fold.h"
#include "domain/rows/codec.h"
#include "tests/domain/history.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

const absl::Time kMidnight = absl::FromUnixSeconds(20'000 * 86'400);
constexpr absl::Duration kInstant = absl::Nanoseconds(1);

event::v1::Actor Actor(const std::string& id,
                       event::v1::Actor::Kind kind = event::v1::Actor::KIND_SERVICE_ACCOUNT) {
  event::v1::Actor actor;
  actor.set_kind(kind);
  actor.set_id(id);
  return actor;
}

Request RequestOf(const std::string& id, const std::string& account_id = kAccount,
                  const event::v1::Actor& actor = Actor("backend")) {
  return {account_id, actor, id};
}

class RequestTest : public testing::Test {
 protected:
  // A commit that carries the request.
  void Accept(const Request& request, absl::Time at, Events events = {}) {
    event::v1::Commit commit;
    commit.set_position(world_.position() + 1);
    commit.set_account_id(request.account_id);
    *commit.mutable_actor() = request.actor;
    *commit.mutable_time() = ToTimestamp(at);
    commit.set_request_id(request.id);
    commit.set_request_hash("hash of " + request.id);
    commit.mutable_receipt()->add_ids("made for " + request.id);
    for (const event::v1::Event& event : events) *commit.add_events() = event;
    FoldInto(world_, commit);
  }

  // Position of the commit that had the request; 0: it is not known.
  Position Find(const Request& request, absl::Time at) const {
    const auto row = FindRequest(world_, request, at);
    return row ? row->position() : 0;
  }

  size_t Kept() const {
    size_t rows = 0;
    world_.Scan(Table::kRequests, "", "", [&](std::string_view, std::string_view) {
      ++rows;
      return true;
    });
    return rows;
  }

  MemoryWorld world_;
};

TEST_F(RequestTest, IsRememberedAsItWas) {
  Events events(1);
  events[0].mutable_user_enabled()->set_user_id("nobody");
  Accept(RequestOf("nothing"), kMidnight);
  Accept(RequestOf("something"), kMidnight, events);
  const auto row = FindRequest(world_, RequestOf("something"), kMidnight);
  ASSERT_TRUE(row);
  EXPECT_EQ(Text(*row),
            "position: 2 changed: true request_hash: 'hash of something' receipt { ids: 'made for "
            "something' }");
  EXPECT_FALSE(FindRequest(world_, RequestOf("nothing"), kMidnight)->changed());
  EXPECT_EQ(Find(RequestOf("other"), kMidnight), 0u);
}

// For the day and the one after it, by the time of the log; so for 24 hours at least.
TEST_F(RequestTest, IsFoundTheSameDayAndTheNext) {
  for (const absl::Time at : {kMidnight, kMidnight + kDay - kInstant}) {
    const Request request = RequestOf(absl::FormatTime(at, absl::UTCTimeZone()));
    Accept(request, at);
    EXPECT_NE(Find(request, at), 0u);
    EXPECT_NE(Find(request, at + kDay), 0u);
    EXPECT_NE(Find(request, kMidnight + 2 * kDay - kInstant), 0u);
    EXPECT_EQ(Find(request, kMidnight + 2 * kDay), 0u) << "the day after the next";
  }
}

TEST_F(RequestTest, GoesWhenTheNextDayIsOver) {
  Accept(RequestOf("monday"), kMidnight);
  Accept(RequestOf("tuesday"), kMidnight + kDay);
  EXPECT_EQ(Kept(), 2u);
  Accept(RequestOf("tuesday late"), kMidnight + 2 * kDay - kInstant);
  EXPECT_EQ(Kept(), 3u);
  Accept(RequestOf("wednesday"), kMidnight + 2 * kDay);
  EXPECT_EQ(Kept(), 3u);  // monday's is gone
  EXPECT_EQ(Find(RequestOf("monday"), kMidnight), 0u);
  EXPECT_EQ(Find(RequestOf("tuesday"), kMidnight + 2 * kDay), 2u);
  Accept(RequestOf("much later"), kMidnight + 100 * kDay);
  EXPECT_EQ(Kept(), 1u);
  EXPECT_EQ(Find(RequestOf("much later"), kMidnight + 101 * kDay), 5u);
}

// An id that was used two days ago is a new one.
TEST_F(RequestTest, MayComeAgainLater) {
  Accept(RequestOf("daily"), kMidnight);
  Accept(RequestOf("daily"), kMidnight + 2 * kDay);
  EXPECT_EQ(Find(RequestOf("daily"), kMidnight + 2 * kDay), 2u);
  EXPECT_EQ(Kept(), 1u);
}

TEST_F(RequestTest, IsThatOfOneCallerInOneAccount) {
  Accept(RequestOf("1"), kMidnight);
  const Request others[] = {
      RequestOf("1", kOtherAccount),
      RequestOf("1", ""),
      RequestOf("1", kAccount, Actor("frontend")),
      RequestOf("1", kAccount, Actor("backend", event::v1::Actor::KIND_USER)),
      RequestOf("1", kAccount, Actor("", event::v1::Actor::KIND_OPERATOR)),
  };
  for (const Request& other : others) EXPECT_EQ(Find(other, kMidnight), 0u);
  for (const Request& other : others) Accept(other, kMidnight);
  Position position = 2;
  for (const Request& other : others) EXPECT_EQ(Find(other, kMidnight), position++);
  EXPECT_EQ(Find(RequestOf("1"), kMidnight), 1u);
}

// Who creates an account can't name it, so its repeat doesn't either.
TEST_F(RequestTest, OfAnAccountsCreationNamesNone) {
  const event::v1::Actor operator_actor = Actor("", event::v1::Actor::KIND_OPERATOR);
  Events events(2);
  events[0].mutable_account_created()->set_account_id("new");
  events[1].mutable_user_created()->set_user_id("root");
  Accept(RequestOf("create", "new", operator_actor), kMidnight, events);
  EXPECT_EQ(Find(RequestOf("create", "", operator_actor), kMidnight), 1u);
  EXPECT_EQ(Find(RequestOf("create", "new", operator_actor), kMidnight), 0u);
}

TEST_F(RequestTest, IsNotRememberedWithoutAnId) {
  Accept(RequestOf(""), kMidnight);
  EXPECT_EQ(Kept(), 0u);
  EXPECT_EQ(world_.position(), 1u);
}

}  // namespace
}  // namespace roster::domain
