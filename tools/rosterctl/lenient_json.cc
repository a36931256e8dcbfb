#include "tools/rosterctl/lenient_json.h"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>

#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

namespace roster::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Struct;
using google::protobuf::Value;

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

// The part of its names that all values of an enum share: "PRESET_" of PRESET_UNSPECIFIED.
std::string PrefixOf(const EnumDescriptor& type) {
  const std::string& first = type.value(0)->name();
  return first.substr(0, first.rfind('_') + 1);
}

void NameFully(const EnumDescriptor& type, Value& value) {
  if (!value.has_string_value() || type.FindValueByName(value.string_value()) != nullptr) return;
  const std::string upper = absl::AsciiStrToUpper(value.string_value());
  for (const std::string& name : {upper, PrefixOf(type) + upper}) {
    if (type.FindValueByName(name) != nullptr) value.set_string_value(name);
  }
}

std::string ToCamelCase(std::string_view path) {
  std::string camel;
  for (size_t i = 0; i < path.size(); ++i) {
    const bool joins = path[i] == '_' && i + 1 < path.size();
    camel += joins ? absl::ascii_toupper(static_cast<unsigned char>(path[++i])) : path[i];
  }
  return camel;
}

std::string ToSnakeCase(std::string_view path) {
  std::string snake;
  for (const char c : path) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c))) snake += '_';
    snake += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return snake;
}

std::vector<std::string> PathsOf(const Value& mask) {
  std::vector<std::string> paths;
  if (mask.has_string_value()) {
    for (const auto& path : absl::StrSplit(mask.string_value(), ',', absl::SkipWhitespace())) {
      const std::string trimmed(absl::StripAsciiWhitespace(path));
      paths.push_back(ToSnakeCase(trimmed));
    }
    return paths;
  }
  const auto& fields = mask.struct_value().fields();
  const auto found = fields.find("paths");
  if (found == fields.end()) return paths;
  for (const Value& path : found->second.list_value().values())
    paths.push_back(path.string_value());
  return paths;
}

void WriteMask(MaskForm form, Value& mask) {
  const std::vector<std::string> paths = PathsOf(mask);
  if (form == MaskForm::kText) {
    std::vector<std::string> camel;
    camel.reserve(paths.size());
    for (const std::string& path : paths) camel.push_back(ToCamelCase(path));
    mask.set_string_value(absl::StrJoin(camel, ","));
    return;
  }
  mask.Clear();
  auto& list = *(*mask.mutable_struct_value()->mutable_fields())["paths"].mutable_list_value();
  for (const std::string& path : paths) list.add_values()->set_string_value(path);
}

void Walk(const Descriptor& type, MaskForm masks, Struct& object);

void Convert(const FieldDescriptor& field, MaskForm masks, Value& value) {
  if (value.has_list_value()) {
    for (Value& item : *value.mutable_list_value()->mutable_values()) Convert(field, masks, item);
  } else if (field.enum_type() != nullptr) {
    NameFully(*field.enum_type(), value);
  } else if (field.message_type() == google::protobuf::FieldMask::descriptor()) {
    if (value.has_string_value() || value.has_struct_value()) WriteMask(masks, value);
  } else if (field.message_type() != nullptr && value.has_struct_value() && !field.is_map()) {
    Walk(*field.message_type(), masks, *value.mutable_struct_value());
  }
}

void Walk(const Descriptor& type, MaskForm masks, Struct& object) {
  for (auto& [name, value] : *object.mutable_fields()) {
    if (const FieldDescriptor* field = FindField(type, name)) Convert(*field, masks, value);
  }
}

}  // namespace

absl::StatusOr<std::string> Canonical(const Descriptor& type, const std::string& json,
                                      MaskForm masks) {
  Struct object;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &object);
  if (!read.ok()) return absl::InvalidArgumentError(std::string(read.message()));
  Walk(type, masks, object);
  std::string canonical;
  const auto written = google::protobuf::util::MessageToJsonString(object, &canonical);
  if (!written.ok()) return absl::InvalidArgumentError(std::string(written.message()));
  return canonical;
}

}  // namespace roster::ctl
