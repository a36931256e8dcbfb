#include "storage/store/eraser.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/person_key_rows.h"

namespace roster::storage {

absl::Status CheckKeys(const Vault& vault, const domain::World& world) {
  const KeyId last = domain::LastKey(world);
  if (last > vault.size()) {
    return absl::DataLossError(absl::StrCat("the key vault ", vault.path(), " has ", vault.size(),
                                            " keys, the log needs ", last,
                                            ": it is an older copy; restore the newest"));
  }
  for (const KeyId key_id : vault.destroyed_at_open()) {
    if (key_id > last || world.Get(domain::Table::kErasures, domain::ErasureKey(key_id))) continue;
    return absl::DataLossError(absl::StrCat("the key vault ", vault.path(), " is damaged: key ",
                                            key_id,
                                            " is gone, though nobody erased its user; restore it "
                                            "from its backup"));
  }
  return absl::OkStatus();
}

absl::Status Erase(Vault& vault, ErasureList& list, Views& views,
                   const std::vector<Erasure>& erasures) {
  if (erasures.empty()) return absl::OkStatus();
  std::vector<KeyId> key_ids;
  Position last = 0;
  for (const Erasure& erasure : erasures) {
    key_ids.push_back(erasure.key_id);
    last = std::max(last, erasure.position);
  }
  ROSTER_TRY(vault.Destroy(key_ids));
  ROSTER_TRY(list.Add(erasures));
  ROSTER_TRY(views.Purge());
  return list.Forgotten(last);
}

Eraser::Eraser(Vault& vault, ErasureList& list, Views& views,
               std::function<void(const absl::Status&)> on_failure)
    : vault_(vault),
      list_(list),
      views_(views),
      on_failure_(std::move(on_failure)),
      thread_([this] { Run(); }) {}

Eraser::~Eraser() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wakes_.notify_one();
  thread_.join();
}

void Eraser::Erase(const std::vector<Erasure>& erasures, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.end(), erasures.begin(), erasures.end());
    dones_.push_back(std::move(done));
  }
  wakes_.notify_one();
}

void Eraser::Run() {
  while (true) {
    std::vector<Erasure> erasures;
    std::vector<std::function<void()>> dones;
    {
      std::unique_lock lock(mutex_);
      wakes_.wait(lock, [this] { return stopping_ || !dones_.empty(); });
      if (dones_.empty()) return;
      erasures.swap(waiting_);
      dones.swap(dones_);
    }
    if (absl::Status status = storage::Erase(vault_, list_, views_, erasures); !status.ok()) {
      return on_failure_(status);
    }
    for (const std::function<void()>& done : dones) done();
  }
}

}  // namespace roster::storage
