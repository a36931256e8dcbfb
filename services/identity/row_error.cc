#include "services/identity/row_error.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/text/characters.h"
#include "services/transport/status.h"

namespace roster::services {
namespace {

using event::v1::Receipt;
using identity::v1::RowError;
using identity::v1::WrongField;

// Of a text of the file that is told, and of a sentence that the log keeps.
constexpr size_t kMostBytes = 256;

constexpr char kRole[] = "role";

std::string Shortened(std::string_view text) {
  if (text.size() <= kMostBytes) return std::string(text);
  const std::string_view cut = text.substr(0, kMostBytes);
  return std::string(cut.substr(0, domain::Utf8End(cut))) + "…";
}

int OrderOf(const WrongField& wrong) {
  identity::v1::ImportField field = identity::v1::IMPORT_FIELD_UNSPECIFIED;
  identity::v1::ImportField_Parse(
      absl::StrCat("IMPORT_FIELD_", absl::AsciiStrToUpper(wrong.field())), &field);
  return field;
}

std::string MessageOf(const std::string& reason) {
  return std::string(
      domain::ReasonMessage(domain::FindReason(reason).value_or(domain::Reason::kInvalidValue)));
}

// The first wrong field stands for the row.
void TellFirst(RowError& error) {
  if (error.wrong_fields().empty()) return;
  const WrongField& first = error.wrong_fields(0);
  error.set_reason(first.reason());
  error.set_message(first.description());
  error.set_field(first.field());
}

}  // namespace

RowError RowErrorOf(const absl::Status& refusal) {
  RowError error;
  const Refusal told = ReadPayloads(refusal);
  error.set_reason(told.reason.value_or(""));
  error.set_message(std::string(refusal.message()));
  for (const auto& [key, value] : told.metadata) {
    (*error.mutable_metadata())[key] = Shortened(value);
  }
  for (const auto& [field, violation] : told.violations) {
    WrongField& wrong = *error.add_wrong_fields();
    const auto [reason, description] = SplitViolation(violation);
    wrong.set_field(field);
    wrong.set_reason(reason);
    wrong.set_description(description);
  }
  std::sort(error.mutable_wrong_fields()->begin(), error.mutable_wrong_fields()->end(),
            [](const WrongField& a, const WrongField& b) { return OrderOf(a) < OrderOf(b); });
  TellFirst(error);
  return error;
}

Receipt::RefusedRow ToReceipt(const RowError& error, const std::vector<std::string>& roles) {
  Receipt::RefusedRow refused;
  refused.set_reason(error.reason());
  refused.set_field(error.field());
  for (const WrongField& wrong : error.wrong_fields()) {
    auto& kept = *refused.add_wrong_fields();
    kept.set_field(wrong.field());
    kept.set_reason(wrong.reason());
    if (wrong.description() != MessageOf(wrong.reason())) {
      kept.set_description(Shortened(wrong.description()));
    }
  }
  *refused.mutable_metadata() = error.metadata();
  const auto told = error.metadata().find(kRole);
  if (told == error.metadata().end()) return refused;
  const auto role = std::find_if(roles.begin(), roles.end(), [&](const std::string& each) {
    return Shortened(each) == told->second;
  });
  if (role == roles.end()) return refused;  // an id, as the account has it
  refused.set_role(static_cast<uint32_t>(role - roles.begin()) + 1);
  refused.mutable_metadata()->erase(kRole);
  return refused;
}

RowError FromReceipt(const Receipt::RefusedRow& refused, const std::vector<std::string>& roles) {
  RowError error;
  error.set_reason(refused.reason());
  error.set_message(MessageOf(refused.reason()));
  error.set_field(refused.field());
  for (const auto& kept : refused.wrong_fields()) {
    WrongField& wrong = *error.add_wrong_fields();
    wrong.set_field(kept.field());
    wrong.set_reason(kept.reason());
    wrong.set_description(kept.description().empty() ? MessageOf(kept.reason())
                                                     : kept.description());
  }
  TellFirst(error);
  *error.mutable_metadata() = refused.metadata();
  if (refused.role() > 0 && refused.role() <= roles.size()) {
    (*error.mutable_metadata())[kRole] = Shortened(roles[refused.role() - 1]);
  }
  return error;
}

}  // namespace roster::services
