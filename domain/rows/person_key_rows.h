// Rows about the keys under which personal data is sealed.

#ifndef ROSTER_DOMAIN_ROWS_PERSON_KEY_ROWS_H_
#define ROSTER_DOMAIN_ROWS_PERSON_KEY_ROWS_H_

#include <string>

#include "domain/world/keys.h"
#include "domain/world/overlay.h"
#include "domain/world/world.h"

namespace roster::domain {

// Key of the row that names the user of a key that was destroyed.
std::string ErasureKey(KeyId key_id);

// The highest key id that an event has named; the next key comes after it.
KeyId LastKey(const World& world);
// Raises it to the key that an event names.
void RaiseLastKey(Overlay& world, const event::v1::SealedData& sealed);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_PERSON_KEY_ROWS_H_
