#include "storage/store/eraser.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/rows/person_key_rows.h"

namespace roster::storage {

NeededKeys::NeededKeys(const domain::World& world) : world_(world), last_(domain::LastKey(world)) {}

void NeededKeys::Add(const event::v1::Commit& commit) {
  for (const event::v1::Event& event : commit.events()) {
    if (event.has_sealed()) last_ = std::max<KeyId>(last_, event.sealed().key_id());
  }
  for (const Erasure& erasure : domain::ErasuresOf(commit)) erased_.insert(erasure.key_id);
}

absl::Status NeededKeys::CheckIn(const Vault& vault) const {
  if (last_ > vault.size()) {
    return absl::DataLossError(absl::StrCat("the key vault ", vault.path(), " has ", vault.size(),
                                            " keys, the log needs ", last_,
                                            ": it is an older copy; restore the newest"));
  }
  for (const KeyId key_id : vault.destroyed_at_open()) {
    if (key_id > last_ || erased_.contains(key_id) ||
        world_.Get(domain::Table::kErasures, domain::ErasureKey(key_id))) {
      continue;
    }
    return absl::DataLossError(absl::StrCat("the key vault ", vault.path(), " is damaged: key ",
                                            key_id,
                                            " is gone, though nobody erased its user; restore it "
                                            "from its backup"));
  }
  return absl::OkStatus();
}

absl::Status DestroyKeys(Vault& vault, ErasureList& list, const std::vector<Erasure>& erasures) {
  if (erasures.empty()) return absl::OkStatus();
  std::vector<KeyId> key_ids;
  key_ids.reserve(erasures.size());
  for (const Erasure& erasure : erasures) key_ids.push_back(erasure.key_id);
  ROSTER_TRY(vault.Destroy(key_ids));
  return list.Add(erasures);
}

Eraser::Eraser(Vault& vault, ErasureList& list, Views& views, EraserOptions options)
    : vault_(vault),
      list_(list),
      options_(std::move(options)),
      purger_(views, list, options_.on_failure),
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

void Eraser::FinishPurge(const std::vector<Erasure>& erasures) {
  purger_.Add(erasures, absl::ZeroDuration());
}

Eraser::Work Eraser::Next() {
  MutexLock lock(mutex_);
  while (!stopping_ && waiting_.dones.empty()) wakes_.Wait(mutex_);
  return std::exchange(waiting_, {});
}

void Eraser::Run() {
  for (Work work = Next(); !work.dones.empty(); work = Next()) {
    const absl::Status destroyed = DestroyKeys(vault_, list_, work.erasures);
    if (!destroyed.ok()) return options_.on_failure(destroyed);
    purger_.Add(work.erasures, options_.purge_after);
    for (const std::function<void()>& done : work.dones) done();
  }
}

}  // namespace roster::storage
