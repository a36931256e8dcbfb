#include "domain/rows/person_key_rows.h"

#include <cstdint>

#include "domain/rows/counter.h"

namespace roster::domain {

namespace {

constexpr char kLastKeyCounter[] = "last_key";

}  // namespace

std::string ErasureKey(KeyId key_id) {
  std::string key;
  AppendPosition(key, key_id);
  return key;
}

KeyId LastKey(const World& world) { return Counter(world, "", kLastKeyCounter); }

void RaiseLastKey(Overlay& world, const event::v1::SealedData& sealed) {
  const KeyId last = LastKey(world);
  if (sealed.key_id() <= last) return;
  AddToCounter(world, "", kLastKeyCounter, static_cast<int64_t>(sealed.key_id() - last));
}

}  // namespace roster::domain
