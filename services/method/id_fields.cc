#include "services/method/id_fields.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "domain/base/refusal.h"
#include "services/method/ids.h"

namespace roster::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool HoldsId(const FieldDescriptor& field) {
  const std::string_view name = field.name();
  return field.type() == FieldDescriptor::TYPE_STRING &&
         (name.ends_with("_id") || name.ends_with("_ids"));
}

bool IsRequired(const FieldDescriptor& field) {
  return !field.is_repeated() && field.containing_oneof() == nullptr &&
         field.name() != "request_id";
}

// The id in lower case, if that changes it and it is a UUID then. Nearly all are in lower case.
std::string Lowered(const std::string& id) {
  const bool capital =
      std::any_of(id.begin(), id.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return capital && IsUuid(id) ? absl::AsciiStrToLower(id) : "";
}

void Lower(const FieldDescriptor& field, Message& message) {
  const auto& reflection = *message.GetReflection();
  std::string scratch;
  if (!field.is_repeated()) {
    std::string lower = Lowered(reflection.GetStringReference(message, &field, &scratch));
    if (!lower.empty()) reflection.SetString(&message, &field, std::move(lower));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    std::string lower =
        Lowered(reflection.GetRepeatedStringReference(message, &field, i, &scratch));
    if (!lower.empty()) reflection.SetRepeatedString(&message, &field, i, std::move(lower));
  }
}

}  // namespace

IdFields::IdFields(const Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    if (HoldsId(field)) {
      ids_.push_back(&field);
      if (IsRequired(field)) required_.push_back(&field);
    } else if (field.message_type() != nullptr && !field.is_map()) {
      IdFields within(*field.message_type());
      if (!within.ids_.empty() || !within.messages_.empty()) {
        messages_.emplace_back(&field, std::move(within));
      }
    }
  }
}

void IdFields::ToLowerCase(Message& request) const {
  const auto& reflection = *request.GetReflection();
  for (const FieldDescriptor* field : ids_) {
    if (field->is_repeated() || field->containing_oneof() == nullptr ||
        reflection.HasField(request, field)) {
      Lower(*field, request);
    }
  }
  for (const auto& [field, within] : messages_) {
    if (!field->is_repeated()) {
      if (reflection.HasField(request, field)) {
        within.ToLowerCase(*reflection.MutableMessage(&request, field));
      }
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(request, field); ++i) {
      within.ToLowerCase(*reflection.MutableRepeatedMessage(&request, field, i));
    }
  }
}

absl::Status IdFields::CheckNamed(const Message& request) const {
  std::vector<domain::Violation> missing;
  std::string scratch;
  for (const FieldDescriptor* field : required_) {
    if (request.GetReflection()->GetStringReference(request, field, &scratch).empty()) {
      missing.push_back({field->name(), domain::Reason::kMissingField});
    }
  }
  return missing.empty() ? absl::OkStatus() : domain::RefuseFields(missing);
}

}  // namespace roster::services
