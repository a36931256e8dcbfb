// A world in memory, for tests and as the reference that others are compared with.

#ifndef ROSTER_DOMAIN_WORLD_MEMORY_WORLD_H_
#define ROSTER_DOMAIN_WORLD_MEMORY_WORLD_H_

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "domain/world/overlay.h"
#include "domain/world/world.h"

namespace roster::domain {

// Keys that seal nothing: what they "open" is plain.
const Keys& PlainKeys();
event::v1::SealedData SealPlainly(const event::v1::PersonalData& personal);

// Thread-compatible.
class MemoryWorld final : public World {
 public:
  // `keys` outlives the world.
  explicit MemoryWorld(const Keys& keys = PlainKeys()) : keys_(&keys) {}

  Position position() const override { return position_; }
  const Keys& keys() const override { return *keys_; }
  std::optional<std::string> GetRaw(Table table, std::string_view key) const override;
  void ScanRaw(Table table, std::string_view prefix, std::string_view after, Direction direction,
               Visitor visit) const override;

  // Makes the changes part of this world.
  void Apply(const Changes& changes);

 private:
  using Rows = std::map<std::string, std::string, std::less<>>;

  const Keys* keys_;  // not null
  std::array<Rows, kTableCount> tables_;
  Position position_ = 0;
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_WORLD_MEMORY_WORLD_H_
