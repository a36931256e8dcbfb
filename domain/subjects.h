// What events are about: the register is events.def.

#ifndef ROSTER_DOMAIN_SUBJECTS_H_
#define ROSTER_DOMAIN_SUBJECTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// The ids of what the event is about, besides the account, to which all of its events belong.
// Their histories show the event.
std::vector<std::string> SubjectsOf(const event::v1::Event& event);

// The user that the personal data of an event belongs to.
struct Person {
  std::string user_id;
  bool is_new = false;  // created by this event
};

// Nothing for an event that never has personal data.
std::optional<Person> PersonOf(const event::v1::Event& event);

// The key under which the personal data of a person is to be sealed, in the world that the event
// was decided in; 0 for a new person, which has none yet. INTERNAL: the person is unknown, a broken
// decision.
absl::StatusOr<KeyId> KeyOf(const World& world, std::string_view account_id, const Person& person);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_SUBJECTS_H_
