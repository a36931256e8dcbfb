// What all presets share: their policies, how a policy changes, and the creation of an account.

#include <gtest/gtest.h>

#include <string>

#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

// The policy that comes with each preset, as the table of the design has it.
struct PolicyRow {
  Preset preset;
  const char* policy;
};

const PolicyRow kPolicies[] = {
    {event::v1::PRESET_CLIENT_PORTAL,
     "deletion: DELETION_ANY restore_window { seconds: 2592000 } "
     "default_auth_method: AUTH_METHOD_PASSWORD names_required: true "
     "role_holding: ROLE_HOLDING_ONE"},
    {event::v1::PRESET_ROLE_MATRIX,
     "deletion: DELETION_ANY restore_window { seconds: 2592000 } "
     "default_auth_method: AUTH_METHOD_PASSWORD role_required: true "
     "role_holding: ROLE_HOLDING_ONE"},
    {event::v1::PRESET_PROJECT_TEAMS,
     "deletion: DELETION_PENDING_ONLY restore_window { seconds: 2592000 } "
     "edit_while_disabled: true default_auth_method: AUTH_METHOD_SSO user_name_required: true "
     "role_holding: ROLE_HOLDING_BY_USER_TYPE hide_disabled: true"},
    {event::v1::PRESET_WORKFORCE,
     "deletion: DELETION_NONE restore_window { seconds: 2592000 } edit_while_disabled: true "
     "default_auth_method: AUTH_METHOD_SSO user_name_required: true role_required: true "
     "role_holding: ROLE_HOLDING_MANY"},
    {event::v1::PRESET_APPLICATIONS,
     "deletion: DELETION_ANY restore_window { } edit_while_disabled: true "
     "default_auth_method: AUTH_METHOD_PASSWORD role_holding: ROLE_HOLDING_MANY "
     "approval_required: true"},
};

class PolicyTest : public testing::TestWithParam<PolicyRow> {};

TEST_P(PolicyTest, ComesWithThePreset) {
  const Home home(GetParam().preset);
  const auto read = home.client.Call(In<identity::v1::GetAccountRequest>(home.id));
  ASSERT_EQ(read.Text(), "OK");
  EXPECT_EQ(read->account().policy().ShortDebugString(), GetParam().policy);
  EXPECT_EQ(read->account().preset(), GetParam().preset);
  EXPECT_EQ(read->account().revision(), 1U);
  EXPECT_EQ(read->account().display_name(), "Example Works");
}

TEST_P(PolicyTest, ChangesFieldByField_R107) {
  const Home home(GetParam().preset);
  auto request = In<identity::v1::UpdateAccountPolicyRequest>(home.id);
  EXPECT_EQ(Try(home.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [update_mask: MISSING_FIELD]");
  request.mutable_update_mask()->add_paths("role_holding");
  EXPECT_EQ(Try(home.client, request), "INVALID_ARGUMENT IMMUTABLE_FIELD {field: role_holding}");
  request.mutable_update_mask()->set_paths(0, "deletion");
  EXPECT_EQ(Try(home.client, request),
            "INVALID_ARGUMENT INVALID_FIELDS [policy.deletion: INVALID_VALUE]");
  request.mutable_policy()->set_deletion(event::v1::DELETION_ANY);
  request.mutable_policy()->set_hide_disabled(true);  // not named by the mask
  request.mutable_update_mask()->add_paths("restore_window");
  request.mutable_policy()->mutable_restore_window()->set_seconds(60);
  ASSERT_EQ(Try(home.client, request), "OK");
  const auto read = home.client.Call(In<identity::v1::GetAccountRequest>(home.id));
  const auto& policy = read->account().policy();
  EXPECT_EQ(policy.deletion(), event::v1::DELETION_ANY);
  EXPECT_EQ(policy.restore_window().seconds(), 60);
  EXPECT_EQ(policy.hide_disabled(), GetParam().preset == event::v1::PRESET_PROJECT_TEAMS);
  EXPECT_EQ(read->account().revision(), 2U);
  EXPECT_EQ(Try(home.client, request), "OK unchanged");
}

INSTANTIATE_TEST_SUITE_P(Presets, PolicyTest, testing::ValuesIn(kPolicies), [](const auto& info) {
  return event::v1::Preset_Name(info.param.preset).substr(sizeof("PRESET_") - 1);
});

TEST(CreateAccountTest, AllWrongFieldsAtOnce_R2) {
  identity::v1::CreateAccountRequest request;
  EXPECT_EQ(Try(SharedServer().op(), request),
            "INVALID_ARGUMENT INVALID_FIELDS [administrator.email: MISSING_FIELD, "
            "administrator.full_name: MISSING_FIELD, display_name: MISSING_FIELD, "
            "preset: INVALID_VALUE]");
}

}  // namespace
}  // namespace roster::api_test
