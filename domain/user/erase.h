// What erasing a user comes to.

#ifndef ROSTER_DOMAIN_USER_ERASE_H_
#define ROSTER_DOMAIN_USER_ERASE_H_

#include "roster/event/v1/commit.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// The event that erases the user: it names the key that has to be destroyed.
event::v1::Event Erased(const view::v1::UserRow& user);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_ERASE_H_
