#include "domain/world/memory_world.h"

#include "domain/world/rows_in_order.h"

namespace roster::domain {
namespace {

class Plain final : public Keys {
 public:
  std::optional<event::v1::PersonalData> Open(std::string_view /*account_id*/,
                                              std::string_view /*user_id*/,
                                              const event::v1::SealedData& sealed) const override {
    event::v1::PersonalData personal;
    if (!personal.ParseFromString(sealed.bytes())) return std::nullopt;
    return personal;
  }
};

}  // namespace

const Keys& PlainKeys() {
  static const Plain kPlain;
  return kPlain;
}

event::v1::SealedData SealPlainly(const event::v1::PersonalData& personal) {
  event::v1::SealedData sealed;
  sealed.set_key_id(1);
  sealed.set_bytes(personal.SerializeAsString());
  return sealed;
}

std::optional<std::string> MemoryWorld::GetRaw(Table table, std::string_view key) const {
  const Rows& rows = tables_[static_cast<size_t>(table)];
  const auto found = rows.find(key);
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

void MemoryWorld::ScanRaw(Table table, std::string_view prefix, std::string_view after,
                          Direction direction, Visitor visit) const {
  RowsInOrder rows(tables_[static_cast<size_t>(table)], prefix, after, direction);
  for (const auto* row = rows.Peek(); row != nullptr; row = rows.Peek()) {
    if (!visit(row->first, row->second)) return;
    rows.Pop();
  }
}

void MemoryWorld::Apply(const Changes& changes) {
  for (const Table table : kTables) {
    Rows& rows = tables_[static_cast<size_t>(table)];
    rows.erase(rows.begin(), rows.lower_bound(changes.of(table).dropped_below));
    for (const auto& [key, value] : changes.of(table).rows) {
      if (value) {
        rows.insert_or_assign(key, *value);
      } else {
        rows.erase(key);
      }
    }
  }
  position_ = changes.position;
}

}  // namespace roster::domain
