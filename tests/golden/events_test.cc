// Events as logs hold them for ever: for each kind a file of its bytes and one of its text, which
// are added and never changed. What an older version wrote must mean the same to this one. The
// commit around events, and the personal data sealed in them, have such files too.
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
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "domain/subjects.h"
#include "roster/event/v1/commit.pb.h"
#include "roster/event/v1/user.pb.h"

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

// What has files: an event of one kind, or another message that logs hold.
struct Subject {
  std::string stem;
  const Message* type;                    // its default instance
  const FieldDescriptor* kind = nullptr;  // of an event
};

std::vector<Subject> Subjects() {
  std::vector<Subject> subjects = {
      {"000-commit", &event::v1::Commit::default_instance()},
      {"000-personal_data", &event::v1::PersonalData::default_instance()}};
  const auto& kinds = *Event::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kinds.field_count(); ++i) {
    const FieldDescriptor& kind = *kinds.field(i);
    subjects.push_back({absl::StrFormat("%03d-%s", kind.number(), kind.name()),
                        &Event::default_instance(), &kind});
  }
  return subjects;
}

// The files of a subject without their ending, in order: NNN-kind, NNN-kind-2, …
std::vector<fs::path> StemsOf(const Subject& subject) {
  std::set<fs::path> stems;
  for (const auto& entry : fs::directory_iterator(ROSTER_GOLDEN)) {
    const std::string stem = entry.path().stem();
    if (stem == subject.stem || stem.starts_with(subject.stem + "-")) {
      stems.insert(fs::path(ROSTER_GOLDEN) / stem);
    }
  }
  return {stems.begin(), stems.end()};
}

// Whether the field stands in a file of the message around it. Of the events of a commit only the
// sealed data does: each kind has files of its own, and the log holds no opened data.
bool Stands(const FieldDescriptor& field) {
  return field.containing_type() != Event::descriptor() ||
         field.number() == Event::kSealedFieldNumber;
}

// The paths of all fields that a message of this type can have, and of those that this one has.
void AddAll(const Descriptor& type, const std::string& prefix, std::set<std::string>& paths) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!Stands(field)) continue;
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

// The message whose fields the files of the subject show.
const Message& ShownBy(const Subject& subject, const Message& message) {
  return subject.kind == nullptr ? message
                                 : Event::GetReflection()->GetMessage(message, subject.kind);
}

std::unique_ptr<Message> Parse(const Subject& subject, const fs::path& stem) {
  std::unique_ptr<Message> message(subject.type->New());
  EXPECT_TRUE(message->ParseFromString(Read(stem.string() + ".binpb"))) << stem;
  return message;
}

// What no file of the subject has.
std::set<std::string> MissingOf(const Subject& subject, const std::vector<fs::path>& stems) {
  std::set<std::string> missing;
  AddAll(*ShownBy(subject, *subject.type).GetDescriptor(), "", missing);
  for (const fs::path& stem : stems) {
    std::set<std::string> paths;
    AddSet(ShownBy(subject, *Parse(subject, stem)), "", paths);
    for (const std::string& path : paths) missing.erase(path);
  }
  return missing;
}

// Any value but the default.
void FillOne(Message& message, const FieldDescriptor& field);

void FillAll(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (Stands(field)) FillOne(message, field);
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

std::unique_ptr<Message> SampleOf(const Subject& subject) {
  std::unique_ptr<Message> message(subject.type->New());
  if (subject.kind == nullptr) {
    FillAll(*message);
    return message;
  }
  auto& event = static_cast<Event&>(*message);
  FillAll(*Event::GetReflection()->MutableMessage(&event, subject.kind));
  if (PersonOf(event)) FillAll(*event.mutable_sealed());
  return message;
}

void WriteGolden(const Subject& subject, size_t already) {
  const std::unique_ptr<Message> message = SampleOf(subject);
  const std::string stem =
      already == 0 ? subject.stem : absl::StrCat(subject.stem, "-", already + 1);
  std::string text;
  TextFormat::PrintToString(*message, &text);
  std::ofstream(fs::path(ROSTER_GOLDEN) / (stem + ".binpb"), std::ios::binary) << BytesOf(*message);
  std::ofstream(fs::path(ROSTER_GOLDEN) / (stem + ".textpb")) << text;
}

void CheckEvent(const Event& event, const FieldDescriptor& kind) {
  EXPECT_EQ(Event::GetReflection()->GetOneofFieldDescriptor(event, kind.containing_oneof()), &kind);
  EXPECT_EQ(event.has_sealed(), PersonOf(event).has_value());
  EXPECT_FALSE(event.has_personal()) << "the log holds none in the clear";
}

TEST(GoldenEventsTest, EveryFieldOfEveryKindStandsInAFile) {
  for (const Subject& subject : Subjects()) {
    auto stems = StemsOf(subject);
    if (!MissingOf(subject, stems).empty() || stems.empty()) {
      if (std::getenv("ROSTER_WRITE_GOLDEN") != nullptr) WriteGolden(subject, stems.size());
      stems = StemsOf(subject);
    }
    EXPECT_FALSE(stems.empty()) << "no golden file of " << subject.stem;
    EXPECT_EQ(MissingOf(subject, stems), std::set<std::string>()) << subject.stem;
  }
}

TEST(GoldenEventsTest, MeanWhatTheyMeant) {
  size_t files = 0;
  for (const Subject& subject : Subjects()) {
    for (const fs::path& stem : StemsOf(subject)) {
      SCOPED_TRACE(stem.filename().string());
      files += 2;
      const std::unique_ptr<Message> message = Parse(subject, stem);
      const std::unique_ptr<Message> meant(subject.type->New());
      ASSERT_TRUE(TextFormat::ParseFromString(Read(stem.string() + ".textpb"), &*meant));
      google::protobuf::util::MessageDifferencer differencer;
      std::string difference;
      differencer.ReportDifferencesToString(&difference);
      EXPECT_TRUE(differencer.Compare(*meant, *message)) << difference;
      EXPECT_EQ(BytesOf(*message), Read(stem.string() + ".binpb"));
      if (subject.kind != nullptr) CheckEvent(static_cast<const Event&>(*message), *subject.kind);
    }
  }
  const fs::directory_iterator all(ROSTER_GOLDEN);
  EXPECT_EQ(std::distance(fs::begin(all), fs::end(all)), files) << "files of no kind";
}

}  // namespace
}  // namespace roster::domain
