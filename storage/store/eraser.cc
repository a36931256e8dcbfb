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
  return list.MarkForgotten(last);
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
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wakes_.NotifyOne();
  thread_.join();
}

void Eraser::Erase(const std::vector<Erasure>& erasures, std::function<void()> done) {
  {
    MutexLock lock(mutex_);
    waiting_.erasures.insert(waiting_.erasures.end(), erasures.begin(), erasures.end());
    waiting_.dones.push_back(std::move(done));
  }
  wakes_.NotifyOne();
}

Eraser::Work Eraser::Next() {
  MutexLock lock(mutex_);
  while (!stopping_ && waiting_.dones.empty()) wakes_.Wait(mutex_);
  return std::exchange(waiting_, {});
}

void Eraser::Run() {
  for (Work work = Next(); !work.dones.empty(); work = Next()) {
    const absl::Status erased = storage::Erase(vault_, list_, views_, work.erasures);
    if (!erased.ok()) return on_failure_(erased);
    for (const std::function<void()>& done : work.dones) done();
  }
}

}  // namespace roster::storage
