#include "domain/subjects.h"

#include "domain/rows/user_rows.h"

namespace roster::domain {

using event::v1::Event;

namespace {

std::optional<Person> OfNobody() { return std::nullopt; }
std::optional<Person> OfPerson(const std::string& user_id) { return Person{user_id}; }
std::optional<Person> OfNewPerson(const std::string& user_id) { return Person{user_id, true}; }

}  // namespace

std::vector<std::string> SubjectsOf(const Event& event) {
  switch (event.kind_case()) {
#define ROSTER_EVENT(kind, field, person, ...)      \
  case Event::kind: {                               \
    [[maybe_unused]] const auto& e = event.field(); \
    return {__VA_ARGS__};                           \
  }
#include "domain/events.def"
#undef ROSTER_EVENT
    case Event::KIND_NOT_SET:
      break;  // KnowsEveryEvent has refused it
  }
  return {};
}

std::optional<Person> PersonOf(const Event& event) {
  switch (event.kind_case()) {
#define ROSTER_EVENT(kind, field, person, ...)      \
  case Event::kind: {                               \
    [[maybe_unused]] const auto& e = event.field(); \
    return person;                                  \
  }
#include "domain/events.def"
#undef ROSTER_EVENT
    case Event::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

absl::StatusOr<KeyId> KeyOf(const World& world, std::string_view account_id, const Person& person) {
  if (person.is_new) return KeyId{0};
  const auto user = FindUser(world, account_id, person.user_id);
  if (!user) return absl::InternalError("personal data of an unknown user");
  return user->sealed().key_id();
}

}  // namespace roster::domain
