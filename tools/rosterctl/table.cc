#include "tools/rosterctl/table.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/time_util.h"

namespace roster::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// Names and values, in the order of the fields.
using Cells = std::vector<std::pair<std::string, std::string>>;

std::string TextOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return field.is_repeated() ? reflection.GetRepeatedString(message, &field, index)
                               : reflection.GetString(message, &field);
  }
  std::string text;
  TextFormat::PrintFieldValueToString(message, &field, index, &text);
  return text;
}

std::string JoinedTexts(const Message& message, const FieldDescriptor& field) {
  if (!field.is_repeated()) return TextOf(message, field, -1);
  std::string all;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    absl::StrAppend(&all, i == 0 ? "" : ",", TextOf(message, field, i));
  }
  return all;
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

void AppendCells(const Message& message, const std::string& prefix, Cells& cells) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = prefix + field->name();
    if (!IsMessage(*field) || field->is_repeated()) {
      if (!IsMessage(*field)) cells.emplace_back(name, JoinedTexts(message, *field));
      continue;
    }
    const Message& inner = reflection.GetMessage(message, field);
    if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&inner)) {
      cells.emplace_back(name, google::protobuf::util::TimeUtil::ToString(*time));
    } else {
      AppendCells(inner, name + ".", cells);
    }
  }
}

// Code points, which is as wide as most texts are.
size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string Line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line += std::string(widths[i] + 2 - WidthOf(cells[i]), ' ');
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

// The columns are those of the first item that has them, in their order.
std::string Table(const std::vector<Cells>& items) {
  std::vector<std::string> names;
  for (const Cells& item : items) {
    auto place = names.begin();
    for (const auto& [name, value] : item) {
      const auto found = std::find(names.begin(), names.end(), name);
      place = (found == names.end() ? names.insert(place, name) : found) + 1;
    }
  }
  std::vector<std::vector<std::string>> lines = {names};
  lines.reserve(items.size() + 1);
  for (const Cells& item : items) {
    const std::map<std::string, std::string> values(item.begin(), item.end());
    std::vector<std::string> line;
    line.reserve(names.size());
    for (const std::string& name : names) {
      const auto found = values.find(name);
      line.push_back(found == values.end() ? "" : found->second);
    }
    lines.push_back(std::move(line));
  }
  std::vector<size_t> widths(names.size());
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], WidthOf(line[i]));
  }
  std::string table;
  for (const auto& line : lines) table += Line(line, widths);
  return table;
}

}  // namespace

std::string ToTable(const Message& answer) {
  std::string text;
  const auto& reflection = *answer.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(answer, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!IsMessage(*field) || !field->is_repeated()) continue;
    std::vector<Cells> items(static_cast<size_t>(reflection.FieldSize(answer, field)));
    for (size_t i = 0; i < items.size(); ++i) {
      AppendCells(reflection.GetRepeatedMessage(answer, field, static_cast<int>(i)), "", items[i]);
    }
    text += Table(items);
  }
  Cells rest;
  AppendCells(answer, "", rest);
  for (const auto& [name, value] : rest) absl::StrAppend(&text, name, ": ", value, "\n");
  return text;
}

}  // namespace roster::ctl
