// What the log keeps of a row that failed.

#include "services/identity/row_error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "domain/base/refusal.h"
#include "domain/base/wrong.h"

namespace roster::services {
namespace {

using domain::Reason;

TEST(RowErrorTest, TheTextOfTheFileStaysOutOfTheLog) {
  const std::vector<std::string> roles = {"viewer", "Moss, Ann"};
  const auto refusal = domain::WithMetadata(
      domain::RefuseFields({{"role", Reason::kRoleNotFound},
                            {"email", Reason::kInvalidEmail, domain::wrong::NotOneAt()}}),
      {{"role", roles[1]}, {"why", "none"}});
  const auto error = RowErrorOf(refusal);
  const auto kept = ToReceipt(error, roles);
  EXPECT_EQ(kept.DebugString().find("Moss"), std::string::npos) << kept.DebugString();
  EXPECT_EQ(FromReceipt(kept, roles).DebugString(), error.DebugString());
  // The id of a role of the account is no text of the file.
  const auto escalation = RowErrorOf(domain::Refuse(Reason::kEscalation, {{"role", "admin"}}));
  EXPECT_EQ(FromReceipt(ToReceipt(escalation, roles), roles).DebugString(),
            escalation.DebugString());
}

// As versions before this one wrote them.
TEST(RowErrorTest, OlderReceipts) {
  event::v1::Receipt::RefusedRow refused;
  refused.set_reason("MISSING_FIELD");
  refused.set_field("email");
  const auto error = FromReceipt(refused, {});
  EXPECT_EQ(error.reason() + " " + error.field(), "MISSING_FIELD email");
  EXPECT_EQ(error.message(), domain::ReasonMessage(Reason::kMissingField));
}

}  // namespace
}  // namespace roster::services
