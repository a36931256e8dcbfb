// The keys of persons, as the domain sees them: what opens personal data that was sealed.

#ifndef ROSTER_DOMAIN_WORLD_KEYS_H_
#define ROSTER_DOMAIN_WORLD_KEYS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "roster/event/v1/commit.pb.h"
#include "roster/event/v1/user.pb.h"

namespace roster::domain {

// The number of a key.
using KeyId = uint64_t;

// A port: the key vault (storage) in earnest, plain text in tests. Thread-safe.
class Keys {
 public:
  virtual ~Keys() = default;

  // The personal data that was sealed for the user; nothing once it is forgotten.
  virtual std::optional<event::v1::PersonalData> Open(
      std::string_view account_id, std::string_view user_id,
      const event::v1::SealedData& sealed) const = 0;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_KEYS_H_
