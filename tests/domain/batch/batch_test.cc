// A batch of commands of several kinds: each sees those before it, and a refused one leaves no
// trace.

#include "domain/batch/batch.h"

#include <gtest/gtest.h>

#include "domain/user/user.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

std::string KindsOf(const Events& events) {
  std::string kinds;
  for (const event::v1::Event& event : events) {
    const auto* kind = event::v1::Event::GetReflection()->GetOneofFieldDescriptor(
        event, event::v1::Event::descriptor()->FindOneofByName("kind"));
    kinds += kind->name() + " ";
  }
  return kinds;
}

TEST(BatchTest, EachCommandSeesThoseBeforeIt) {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer").User("bob", "viewer");
  const Caller admin = Service("super_admin");
  Batch batch(given.world(), kAccount);
  const auto add = [&](const auto& command) { batch.Add(Decide(batch.world(), command, admin)); };
  add(DisableUser{Ref("ann")});
  add(DisableUser{Ref("ann")});                // changes nothing
  add(EnableUser{Ref("nobody")});              // refused
  add(ChangeUserRole{Ref("ann"), "creator"});  // refused: disabled by now
  add(EnableUser{Ref("ann")});
  add(ChangeUserRole{Ref("ann"), "creator"});  // and enabled again
  add(DeleteUser{Ref("bob")});
  add(UpdateUser{Ref("bob"), {"title"}, {}});  // refused: deleted by now
  const BatchResult result = batch.Take();
  EXPECT_EQ(KindsOf(result.events), "user_disabled user_enabled role_changed user_deleted ");
  ASSERT_EQ(result.statuses.size(), 8U);
  const char* expected[] = {"OK", "OK", "USER_NOT_FOUND", "USER_DISABLED", "OK",
                            "OK", "OK", "USER_DELETED"};
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(Describe(result.statuses[i]), expected[i]) << i;
  EXPECT_EQ(given.user("ann").status(), event::v1::USER_STATUS_PENDING) << "the world is unchanged";
}

TEST(BatchTest, OfNothing) {
  const Scenario given(kMatrix);
  Batch batch(given.world(), kAccount);
  const BatchResult result = batch.Take();
  EXPECT_TRUE(result.events.empty());
  EXPECT_TRUE(result.statuses.empty());
}

}  // namespace
}  // namespace roster::domain
