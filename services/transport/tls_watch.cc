#include "services/transport/tls_watch.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "domain/base/try.h"

namespace roster::services {

absl::StatusOr<std::unique_ptr<TlsWatch>> TlsWatch::Start(TlsFiles files, absl::Duration interval,
                                                          Observer observer) {
  ROSTER_ASSIGN(TlsIdentity identity, LoadTlsIdentity(files));
  return std::unique_ptr<TlsWatch>(
      new TlsWatch(std::move(files), interval, std::move(observer), std::move(identity)));
}

TlsWatch::TlsWatch(TlsFiles files, absl::Duration interval, Observer observer, TlsIdentity identity)
    : files_(std::move(files)),
      interval_(interval),
      observer_(std::move(observer)),
      identity_(std::make_shared<const TlsIdentity>(std::move(identity))),
      thread_([this] { Run(); }) {}

TlsWatch::~TlsWatch() {
  stop_.Set();
  thread_.join();
}

std::shared_ptr<const TlsIdentity> TlsWatch::Latest() const {
  const storage::MutexLock lock(mutex_);
  return identity_;
}

std::shared_ptr<const TlsIdentity> TlsWatch::TakeNew() {
  const storage::MutexLock lock(mutex_);
  if (taken_) return nullptr;
  taken_ = true;
  return identity_;
}

void TlsWatch::Run() {
  while (!stop_.WaitFor(interval_)) Reload();
}

void TlsWatch::Reload() {
  absl::StatusOr<TlsIdentity> read = LoadTlsIdentity(files_);
  if (!read.ok()) return Reject(read.status());
  const absl::Time now = absl::Now();
  if (!read->IsValidAt(now) && Latest()->IsValidAt(now)) {
    return Reject(absl::FailedPreconditionError(
        absl::StrCat("the certificate ", files_.certificate, " is valid from ",
                     absl::FormatTime(read->valid_from, absl::UTCTimeZone()), " until ",
                     absl::FormatTime(read->valid_until, absl::UTCTimeZone()))));
  }
  broken_ = absl::OkStatus();
  Use(std::make_shared<const TlsIdentity>(*std::move(read)));
}

void TlsWatch::Use(std::shared_ptr<const TlsIdentity> identity) {
  {
    const storage::MutexLock lock(mutex_);
    if (*identity == *identity_) return;
    identity_ = identity;
    taken_ = false;
  }
  observer_(absl::OkStatus(), *identity);
}

void TlsWatch::Reject(const absl::Status& broken) {
  if (broken != broken_) {
    broken_ = broken;
    reported_ = false;
  } else if (!reported_) {
    reported_ = true;
    observer_(broken, *Latest());
  }
}

}  // namespace roster::services
