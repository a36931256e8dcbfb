// Events as logs hold them for ever: for each kind a file of its bytes and one of its text, which
// are added and never changed. What an older version wrote must mean the same to this one.
//
// A kind without files, or a new field of one, fails here. With ROSTER_WRITE_GOLDEN=1 in the
// environment this test writes the missing files, which are then committed.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/unknown_field_set.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "domain/subjects.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {
namespace {

using event::v1::Event;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
namespace fs = std::filesystem;

std::string Read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string BytesOf(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

std::vector<const FieldDescriptor*> Kinds() {
  std::vector<const FieldDescriptor*> kinds;
  const auto& kind = *Event::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kind.field_count(); ++i) kinds.push_back(kind.field(i));
  return kinds;
}

std::string StemOf(const FieldDescriptor& kind) {
  return absl::StrFormat("%03d-%s", kind.number(), kind.name());
}

// The files of a kind without their ending, in order: NNN-kind, NNN-kind-2, …
std::vector<fs::path> StemsOf(const FieldDescriptor& kind) {
  std::set<fs::path> stems;
  for (const auto& entry : fs::directory_iterator(ROSTER_GOLDEN)) {
    const std::string stem = entry.path().stem();
    if (stem == StemOf(kind) || stem.starts_with(StemOf(kind) + "-")) {
      stems.insert(fs::path(ROSTER_GOLDEN) / stem);
    }
  }
  return {stems.begin(), stems.end()};
}

// The paths of all fields that a message of this type can have, and of those that this one has.
void AddAll(const Descriptor& type, const std::string& prefix, std::set<std::string>& paths) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    paths.insert(prefix + field.name());
    if (field.message_type() != nullptr) {
      AddAll(*field.message_type(), absl::StrCat(prefix, field.name(), "."), paths);
    }
  }
}

void AddSet(const Message& message, const std::string& prefix, std::set<std::string>& paths) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    paths.insert(prefix + field->name());
    if (field->message_type() == nullptr) continue;
    const Message& inner = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, 0)
                                                : reflection.GetMessage(message, field);
    AddSet(inner, absl::StrCat(prefix, field->name(), "."), paths);
  }
}

const Message& KindOf(const Event& event, const FieldDescriptor& kind) {
  return Event::GetReflection()->GetMessage(event, &kind);
}

// What no golden event of the kind has.
std::set<std::string> MissingOf(const FieldDescriptor& kind, const std::vector<fs::path>& stems) {
  std::set<std::string> missing;
  AddAll(*kind.message_type(), "", missing);
  for (const fs::path& stem : stems) {
    Event event;
    EXPECT_TRUE(event.ParseFromString(Read(stem.string() + ".binpb"))) << stem;
    std::set<std::string> paths;
    AddSet(KindOf(event, kind), "", paths);
    for (const std::string& path : paths) missing.erase(path);
  }
  return missing;
}

// Any value but the default.
void FillOne(Message& message, const FieldDescriptor& field);

void FillAll(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    FillOne(message, *message.GetDescriptor()->field(i));
  }
}

void FillOne(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const std::string text = "golden " + field.name();
  const bool repeated = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return repeated ? reflection.AddString(&message, &field, text)
                      : reflection.SetString(&message, &field, text);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FillAll(repeated ? *reflection.AddMessage(&message, &field)
                              : *reflection.MutableMessage(&message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(
          &message, &field,
          field.enum_type()->value(field.enum_type()->value_count() - 1)->number());
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, 100 + field.number());
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, 1'700'000'000 + field.number());
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, &field, 100 + static_cast<uint32_t>(field.number()));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.SetUInt64(&message, &field, 100 + static_cast<uint64_t>(field.number()));
    default:
      FAIL() << "no golden value for " << field.full_name();
  }
}

void WriteGolden(const FieldDescriptor& kind, size_t already) {
  Event event;
  FillAll(*Event::GetReflection()->MutableMessage(&event, &kind));
  if (PersonOf(event)) FillAll(*event.mutable_sealed());
  const std::string stem =
      already == 0 ? StemOf(kind) : absl::StrCat(StemOf(kind), "-", already + 1);
  std::string text;
  TextFormat::PrintToString(event, &text);
  std::ofstream(fs::path(ROSTER_GOLDEN) / (stem + ".binpb"), std::ios::binary) << BytesOf(event);
  std::ofstream(fs::path(ROSTER_GOLDEN) / (stem + ".textpb")) << text;
}

TEST(GoldenEventsTest, EveryFieldOfEveryKindStandsInAFile) {
  for (const FieldDescriptor* kind : Kinds()) {
    auto stems = StemsOf(*kind);
    if (!MissingOf(*kind, stems).empty() || stems.empty()) {
      if (std::getenv("ROSTER_WRITE_GOLDEN") != nullptr) WriteGolden(*kind, stems.size());
      stems = StemsOf(*kind);
    }
    EXPECT_FALSE(stems.empty()) << "no golden event of the kind " << kind->name();
    EXPECT_EQ(MissingOf(*kind, stems), std::set<std::string>()) << kind->name();
  }
}

TEST(GoldenEventsTest, MeanWhatTheyMeant) {
  size_t files = 0;
  for (const FieldDescriptor* kind : Kinds()) {
    for (const fs::path& stem : StemsOf(*kind)) {
      SCOPED_TRACE(stem.filename().string());
      files += 2;
      const std::string bytes = Read(stem.string() + ".binpb");
      Event event;
      ASSERT_TRUE(event.ParseFromString(bytes));
      Event meant;
      ASSERT_TRUE(TextFormat::ParseFromString(Read(stem.string() + ".textpb"), &meant));
      google::protobuf::util::MessageDifferencer differencer;
      std::string difference;
      differencer.ReportDifferencesToString(&difference);
      EXPECT_TRUE(differencer.Compare(meant, event)) << difference;
      EXPECT_EQ(BytesOf(event), bytes);
      EXPECT_EQ(Event::GetReflection()->GetOneofFieldDescriptor(event, kind->containing_oneof()),
                kind);
      EXPECT_EQ(event.has_sealed(), PersonOf(event).has_value());
      EXPECT_FALSE(event.has_personal()) << "the log holds none in the clear";
    }
  }
  const fs::directory_iterator all(ROSTER_GOLDEN);
  EXPECT_EQ(std::distance(fs::begin(all), fs::end(all)), files) << "files of no kind";
}

}  // namespace
}  // namespace roster::domain
