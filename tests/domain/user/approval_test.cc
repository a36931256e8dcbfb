// Approving users and taking approvals back.

#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

constexpr char kApprovedAnn[] = "user_approved { user_id: 'ann' }";
constexpr char kRevokedAnn[] = "user_approval_revoked { user_id: 'ann' }";

ApproveUser Approve(UserReference user) { return {std::move(user)}; }
RevokeApproval Revoke(UserReference user) { return {std::move(user)}; }

class ApprovalTest : public testing::TestWithParam<DecisionCase> {};
TEST_P(ApprovalTest, Decides) { Verify(GetParam()); }

std::vector<DecisionCase> Cases() {
  const Scenario approved = Scenario(kMatrix).User("ann", "viewer");
  const Scenario waiting = Scenario(kMatrix).Joined(
      {"ann", {"viewer"}, event::v1::USER_TYPE_UNSPECIFIED, /*approved=*/false});
  const Scenario boss = Scenario(kMatrix).User("ann", "super_admin");
  const Caller admin = Service("admin");
  const Caller root = Service("super_admin");
  const std::string no_permission = "PERMISSION_REQUIRED {permission: users.approve}";
  return {
      {"ByAViewer", waiting, Service("viewer"), Approve(Ref("ann")), no_permission},
      {"RevokedByAViewer", approved, Service("viewer"), Revoke(Ref("ann")), no_permission},
      {"ByTheOperator", waiting, Operator(), Approve(Ref("ann")), no_permission},
      {"ByAStranger", waiting, Stranger(), Approve(Ref("ann")), no_permission},
      {"Unknown", waiting, admin, Approve(Ref("nobody")), "USER_NOT_FOUND"},
      {"OtherRevision", waiting, admin, Approve(Ref("ann", 2)), "REVISION_MISMATCH {revision: 1}"},
      {"Approved", waiting, admin, Approve(Ref("ann")), kApprovedAnn},
      {"ApprovedTwice", approved, admin, Approve(Ref("ann")), "nothing"},
      {"Revoked", approved, admin, Revoke(Ref("ann")), kRevokedAnn},
      {"RevokedTwice", waiting, admin, Revoke(Ref("ann")), "nothing"},
      {"ApprovedWhileDisabled", Scenario(waiting).Disabled("ann"), admin, Approve(Ref("ann")),
       kApprovedAnn},
      {"ApprovedAfterSigningIn", Scenario(waiting).SignedIn("ann"), admin, Approve(Ref("ann")),
       kApprovedAnn},
      {"Deleted", Scenario(waiting).Deleted("ann"), admin, Approve(Ref("ann")), "USER_DELETED"},
      {"RevokedOfADeleted", Scenario(approved).Deleted("ann"), admin, Revoke(Ref("ann")),
       "USER_DELETED"},
      {"OneWhoHoldsMore", boss, admin, Revoke(Ref("ann")), "ESCALATION {role: super_admin}"},
      {"Oneself", Scenario(approved).User("bob", "super_admin"), UserCaller("bob"),
       Revoke(Ref("bob")), "SELF_FORBIDDEN"},
      {"TheLastAdministrator", boss, root, Revoke(Ref("ann")),
       "LAST_ADMINISTRATOR {permission: account.manage}"},
      {"OneOfTwoAdministrators", Scenario(boss).User("bob", "super_admin"), root,
       Revoke(Ref("ann")), kRevokedAnn},
  };
}
INSTANTIATE_TEST_SUITE_P(Table, ApprovalTest, testing::ValuesIn(Cases()), CaseName);

}  // namespace
}  // namespace roster::domain
