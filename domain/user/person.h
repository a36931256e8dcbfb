// The persons in events: whose personal data an event has, under which key it is sealed, and whose
// key has to go. What the store knows of users.

#ifndef ROSTER_DOMAIN_USER_PERSON_H_
#define ROSTER_DOMAIN_USER_PERSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"

namespace roster::domain {

// A user whose key has to be destroyed (R121).
struct Erasure {
  std::string account_id;
  std::string user_id;
  KeyId key_id = 0;
  Position position = 0;  // of the commit that erased him
};

// Whose personal data the event has: the id of a user.
const std::string& PersonOf(const event::v1::Event& event);

// The key under which the personal data of the event is to be sealed, in the world that it was
// decided in; 0 for a person who has none yet. INTERNAL: nobody knows the person, a broken
// decision.
absl::StatusOr<KeyId> KeyOf(const World& world, std::string_view account_id,
                            const event::v1::Event& event);

// Whom the commit erases.
std::vector<Erasure> ErasuresOf(const event::v1::Commit& commit);

// All who are erased in this world.
std::vector<Erasure> ErasuresIn(const World& world);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_PERSON_H_
