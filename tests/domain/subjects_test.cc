// What events are about, held against their messages: a kind whose subject was forgotten fails.

#include "domain/subjects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "domain/rows/user_rows.h"
#include "tests/domain/scenario.h"

namespace roster::domain {
namespace {

using event::v1::Event;
using google::protobuf::FieldDescriptor;
using testing::UnorderedElementsAreArray;

// Ids of what has no history of its own.
const std::set<std::string> kNoSubjects = {"account_id", "token_id"};

std::vector<const FieldDescriptor*> Kinds() {
  const auto* kinds = Event::descriptor()->FindOneofByName("kind");
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < kinds->field_count(); ++i) fields.push_back(kinds->field(i));
  return fields;
}

// An event of the kind whose texts are the names of their fields.
Event EventOf(const FieldDescriptor* kind) {
  Event event;
  auto* message = event.GetReflection()->MutableMessage(&event, kind);
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) continue;
    message->GetReflection()->SetString(message, field, field->name());
  }
  return event;
}

TEST(SubjectsTest, EachIdIsASubject) {
  for (const FieldDescriptor* kind : Kinds()) {
    std::vector<std::string> ids;
    for (int i = 0; i < kind->message_type()->field_count(); ++i) {
      const FieldDescriptor* field = kind->message_type()->field(i);
      const std::string& name = field->name();
      const bool is_id = name.size() > 3 && name.substr(name.size() - 3) == "_id";
      if (is_id && field->type() == FieldDescriptor::TYPE_STRING && kNoSubjects.count(name) == 0) {
        ids.push_back(name);
      }
    }
    EXPECT_THAT(SubjectsOf(EventOf(kind)), UnorderedElementsAreArray(ids)) << kind->name();
  }
  EXPECT_TRUE(SubjectsOf(Event()).empty());
}

TEST(SubjectsTest, PersonsAreUsersWhoseDetailsAreSaid) {
  for (const FieldDescriptor* kind : Kinds()) {
    const auto person = PersonOf(EventOf(kind));
    const bool has_details = kind->name() == "user_created" || kind->name() == "user_updated";
    ASSERT_EQ(person.has_value(), has_details) << kind->name();
    if (!person) continue;
    EXPECT_EQ(person->user_id, "user_id");
    EXPECT_EQ(person->is_new, kind->name() == "user_created");
  }
  EXPECT_FALSE(PersonOf(Event()).has_value());
}

TEST(SubjectsTest, KeysOfPersons) {
  const Scenario given = Scenario(kMatrix).User("ann", "viewer");
  EXPECT_EQ(KeyOf(given.world(), kAccount, {"bob", true}).value(), 0);
  EXPECT_EQ(KeyOf(given.world(), kAccount, {"ann"}).value(),
            FindUser(given.world(), kAccount, "ann")->sealed().key_id());
  EXPECT_EQ(KeyOf(given.world(), kAccount, {"bob"}).status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace roster::domain
