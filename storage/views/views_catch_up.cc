// Folding the tail of the log, or all of it, into views. Three threads do it: one reads the log and
// opens the personal data, this one folds, and one applies what was folded before.

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/fold.h"
#include "domain/world/overlay.h"
#include "storage/base/text_map.h"
#include "storage/vault/sealing.h"
#include "storage/views/views.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// Commits read together, which may have kMaxReadBytes.
constexpr size_t kReadCommits = 1'000;

absl::StatusOr<std::vector<Commit>> ReadOpened(const Log& log, const Vault& vault, Position from) {
  ROSTER_ASSIGN(std::vector<Commit> commits, log.Read(from, kReadCommits));
  for (Commit& commit : commits) {
    if (!domain::KnowsEveryEvent(commit)) {
      return absl::FailedPreconditionError(
          absl::StrCat("record ", commit.position(),
                       " of the log has an event that this rosterd does not know: run the newer "
                       "version that wrote it"));
    }
    ROSTER_TRY(OpenPersonal(vault, commit));
  }
  return commits;
}

// The commits of a log, with their personal data. The next ones are read on another thread.
// Thread-compatible.
class OpenedLog {
 public:
  OpenedLog(const Log& log, const Vault& vault, Position from) : log_(log), vault_(vault) {
    ReadOn(from);
  }

  // The next commit, valid until the next call; null at the end of the log. Not to be called again
  // after that or an error, which are those of OpenViews.
  absl::StatusOr<const Commit*> Next() {
    if (next_ == commits_.size()) {
      ROSTER_ASSIGN(commits_, reading_.get());
      if (commits_.empty()) return nullptr;
      ReadOn(commits_.back().position() + 1);
      next_ = 0;
    }
    return &commits_[next_++];
  }

 private:
  void ReadOn(Position from) {
    reading_ =
        std::async(std::launch::async, [this, from] { return ReadOpened(log_, vault_, from); });
  }

  const Log& log_;
  const Vault& vault_;
  std::vector<Commit> commits_;
  size_t next_ = 0;  // of the commits
  std::future<absl::StatusOr<std::vector<Commit>>> reading_;
};

// A version that keeps the rows it was asked for: many commits read the same few. For one thread.
class RememberingWorld final : public domain::World {
 public:
  explicit RememberingWorld(Version version) : version_(std::move(version)) {}

  Position position() const override { return version_->position(); }
  const domain::Keys& keys() const override { return version_->keys(); }

  std::optional<std::string> GetRaw(domain::Table table, std::string_view key) const override {
    TextMap<std::optional<std::string>>& rows = rows_[static_cast<size_t>(table)];
    if (const auto found = rows.find(key); found != rows.end()) return found->second;
    if (rows.size() == kMostRows) rows.clear();
    return rows.emplace(key, version_->GetRaw(table, key)).first->second;
  }

  void ScanRaw(domain::Table table, std::string_view prefix, std::string_view after,
               domain::Direction direction, Visitor visit) const override {
    version_->ScanRaw(table, prefix, after, direction, visit);
  }

 private:
  static constexpr size_t kMostRows = 10'000;  // of a table

  const Version version_;
  mutable std::array<TextMap<std::optional<std::string>>, domain::kTableCount> rows_;
};

// Where a row was last changed, by the hash of its key: a number of layers, the last of which has
// it. A hash table in one block of memory, because each row that changes is entered.
class NewestLayers {
 public:
  // 0: no layer has such a row. Else none above has it, but one below may have it if this one has
  // not: another key may have the same hash.
  uint32_t Find(uint32_t hash) const { return slots_[SlotOf(hash)].layers; }

  void Set(uint32_t hash, uint32_t layers) {
    Slot& slot = slots_[SlotOf(hash)];
    if (slot.layers == 0) ++used_;
    slot = {hash, layers};
    if (2 * used_ > slots_.size()) Grow();
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t layers = 0;  // 0: it is free
  };

  size_t SlotOf(uint32_t hash) const {
    size_t slot = hash % slots_.size();
    while (slots_[slot].layers != 0 && slots_[slot].hash != hash) slot = (slot + 1) % slots_.size();
    return slot;
  }

  void Grow() {
    std::vector<Slot> before(2 * slots_.size());
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.layers != 0) slots_[SlotOf(slot.hash)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1 << 16);
  size_t used_ = 0;
};

// Changes over a world, in layers that were each made over those below. They are small, because a
// row goes into a small map at a fraction of what it costs in a large one. For one thread; others
// may read the changes.
class Layers final : public domain::World {
 public:
  // `below` outlives the layers, or is replaced.
  explicit Layers(const domain::World* below) : floor_(*below) {}

  Position position() const override { return top().position(); }
  const domain::Keys& keys() const override { return floor_.keys(); }
  std::optional<std::string> GetRaw(domain::Table table, std::string_view key) const override;
  void ScanRaw(domain::Table table, std::string_view prefix, std::string_view after,
               domain::Direction direction, Visitor visit) const override {
    top().ScanRaw(table, prefix, after, direction, visit);
  }

  // Adds changes that were made over this world.
  void Add(domain::Changes changes);

  // Puts the layers over another world, which has the same rows.
  void Rebase(const domain::World& below) { floor_.Replace(below); }

  bool empty() const { return layers_.empty(); }
  size_t bytes() const { return bytes_; }

  std::vector<const domain::Changes*> changes() const {
    std::vector<const domain::Changes*> all;
    all.reserve(layers_.size());
    for (const auto& layer : layers_) all.push_back(&layer->changes);
    return all;
  }

 private:
  // A world that may be replaced.
  class Floor final : public domain::World {
   public:
    explicit Floor(const domain::World& world) : world_(&world) {}
    void Replace(const domain::World& world) { world_ = &world; }

    Position position() const override { return world_->position(); }
    const domain::Keys& keys() const override { return world_->keys(); }
    std::optional<std::string> GetRaw(domain::Table table, std::string_view key) const override {
      return world_->GetRaw(table, key);
    }
    void ScanRaw(domain::Table table, std::string_view prefix, std::string_view after,
                 domain::Direction direction, Visitor visit) const override {
      world_->ScanRaw(table, prefix, after, direction, visit);
    }

   private:
    const domain::World* world_;
  };

  struct Layer {
    Layer(const domain::World& below, domain::Changes made)
        : changes(std::move(made)), world(below, changes) {}

    domain::Changes changes;
    const domain::Overlay world;
  };
  static uint32_t HashOf(domain::Table table, std::string_view key) {
    return static_cast<uint32_t>(TextHash()(key) + static_cast<size_t>(table));
  }

  const domain::World& top() const {
    if (layers_.empty()) return floor_;
    return layers_.back()->world;
  }

  Floor floor_;
  std::vector<std::unique_ptr<Layer>> layers_;
  NewestLayers newest_;
  std::array<bool, domain::kTableCount> drops_{};  // whether a layer drops rows of the table
  size_t bytes_ = 0;
};

std::optional<std::string> Layers::GetRaw(domain::Table table, std::string_view key) const {
  if (drops_[static_cast<size_t>(table)]) return top().GetRaw(table, key);
  for (size_t i = newest_.Find(HashOf(table, key)); i > 0; --i) {
    const domain::TableChanges::Rows& rows = layers_[i - 1]->changes.of(table).rows;
    if (const auto found = rows.find(key); found != rows.end()) return found->second;
  }
  return floor_.GetRaw(table, key);
}

void Layers::Add(domain::Changes changes) {
  layers_.push_back(std::make_unique<Layer>(top(), std::move(changes)));
  const domain::Changes& added = layers_.back()->changes;
  bytes_ += added.bytes;
  for (const domain::Table table : domain::kTables) {
    if (!added.of(table).dropped_below.empty()) drops_[static_cast<size_t>(table)] = true;
    for (const auto& row : added.of(table).rows) {
      newest_.Set(HashOf(table, row.first), static_cast<uint32_t>(layers_.size()));
    }
  }
}

// Folds commits until they make a layer. Returns whether the log has more.
absl::StatusOr<bool> FoldLayer(OpenedLog& log, Layers& layers, size_t bytes) {
  domain::Changes changes;
  domain::Overlay world(layers, changes);
  bool more = true;
  while (more && changes.bytes < bytes) {
    ROSTER_ASSIGN(const Commit* commit, log.Next());
    more = commit != nullptr;
    if (more) domain::Fold(world, *commit);
  }
  if (changes.position > layers.position()) layers.Add(std::move(changes));
  return more;
}

}  // namespace

absl::Status CatchUp(Views& views, const Log& log, const Vault& vault, const FoldSizes& sizes) {
  OpenedLog opened(log, vault, views.Latest()->position() + 1);
  auto version = std::make_unique<RememberingWorld>(views.Latest());
  auto applied = std::make_unique<Layers>(version.get());
  auto folded = std::make_unique<Layers>(applied.get());
  std::unique_ptr<Layers> done;
  std::future<absl::StatusOr<Version>> applying;  // of `applied`; last, because it waits for it
  for (bool more = true; more;) {
    while (more && folded->bytes() < sizes.applied_bytes) {
      ROSTER_ASSIGN(more, FoldLayer(opened, *folded, sizes.layer_bytes));
    }
    if (applying.valid()) ROSTER_TRY(applying.get().status());
    if (folded->empty()) break;
    auto next = std::make_unique<RememberingWorld>(views.Latest());
    folded->Rebase(*next);
    done = std::move(applied);
    applied = std::move(folded);
    version = std::move(next);
    folded = std::make_unique<Layers>(applied.get());
    applying = std::async(std::launch::async, [&views, &done, changes = applied->changes()] {
      done.reset();  // here, because that takes as long as folding some thousand commits
      return views.ApplyAll(changes);
    });
  }
  return applying.valid() ? applying.get().status() : absl::OkStatus();
}

}  // namespace roster::storage
