// The roles of an account, found by id, name and user type.

#include "domain/role/roles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "domain/world/memory_world.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

Roles Of(event::v1::Preset preset) {
  view::v1::AccountRow account;
  account.set_preset(preset);
  return RolesOf(MemoryWorld(), account);
}

TEST(RolesTest, Find_R40_R83) {
  EXPECT_EQ(Of(kMatrix).Find("Viewer"), nullptr);
  EXPECT_EQ(Of(kMatrix).Find("basic"), nullptr);
  EXPECT_EQ(Of(kMatrix).FindAssignable("viewer"), Of(kMatrix).Find("viewer"));
  EXPECT_EQ(Of(kTeams).FindAssignable("user_type_admin"), nullptr);         // R54
  EXPECT_EQ(Of(kApplications).FindAssignable("reader"), nullptr);           // R116
  EXPECT_EQ(Of(kWorkforce).FindAssignable("collaboration_user"), nullptr);  // R102
  EXPECT_EQ(Of(kMatrix).FindAssignableByName(" super ADMIN "), Of(kMatrix).Find("super_admin"));
  EXPECT_EQ(Of(kMatrix).FindAssignableByName("SUPER_ADMIN"), Of(kMatrix).Find("super_admin"));
  EXPECT_EQ(Of(kMatrix).FindAssignableByName("superadmin"), nullptr);
  EXPECT_EQ(Of(kMatrix).FindAssignableByName(""), nullptr);
  EXPECT_EQ(Of(kTeams).FindUserType(event::v1::USER_TYPE_READ_ONLY)->id, "user_type_read_only");
  EXPECT_EQ(Of(kTeams).FindUserType(event::v1::USER_TYPE_UNSPECIFIED), nullptr);
  EXPECT_EQ(Of(kMatrix).FindUserType(event::v1::USER_TYPE_ADMIN), nullptr);
}

TEST(RolesTest, AreThoseOfThePreset) {
  const Roles teams = Of(kTeams);
  EXPECT_NE(teams.begin(), teams.end());
  EXPECT_TRUE(std::equal(teams.begin(), teams.end(), BuiltInRoles(kTeams).begin(),
                         BuiltInRoles(kTeams).end(),
                         [](const Role& a, const Role& b) { return a.id == b.id; }));
  EXPECT_EQ(Roles().begin(), Roles().end());
}

TEST(RolesTest, KnowThePermissionsOfThePreset) {
  EXPECT_EQ(Of(kWorkforce).FindPermission("tasks.view"), Permission::kTasksView);
  EXPECT_EQ(Of(kMatrix).FindPermission("tasks.view"), std::nullopt);
  EXPECT_EQ(Of(kApplications).FindPermission("content.create"),
            Permission::kApplicationContentCreate);
  EXPECT_EQ(Of(kMatrix).FindPermission("content.create"), Permission::kContentCreate);
  EXPECT_EQ(Roles().FindPermission("tasks.view"), std::nullopt);
}

}  // namespace
}  // namespace roster::domain
