// What erasing users comes to: their personal data is unreadable once their key is destroyed.

#ifndef ROSTER_DOMAIN_USER_ERASE_H_
#define ROSTER_DOMAIN_USER_ERASE_H_

#include <string>
#include <vector>

#include "domain/world/world.h"
#include "roster/event/v1/commit.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// The event that erases the user: it names the key that has to be destroyed.
event::v1::Event Erased(const view::v1::UserRow& user);

// A user whose key has to be destroyed.
struct Erasure {
  std::string account_id;
  std::string user_id;
  KeyId key_id = 0;
  Position position = 0;  // of the commit that erased the user
};

// The erasures of a commit.
std::vector<Erasure> ErasuresOf(const event::v1::Commit& commit);

// All erasures up to the position of this world.
std::vector<Erasure> ErasuresIn(const World& world);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_ERASE_H_
