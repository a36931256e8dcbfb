// The TLS files of a running server, read again as they change.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_

#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/transport/tls_identity.h"
#include "storage/base/mutex.h"
#include "storage/base/stop_signal.h"

namespace roster::services {

// Reads the files once an interval and compares their content: a mounted secret that is swapped by
// a link changes neither times nor names. Files that can't serve are not used, nor are certificates
// that are not valid now while those before them are; what was before stays in use. Thread-safe.
class TlsWatch {
 public:
  // Called on the thread of the watch, with what is in use from now on. OK: the files have changed,
  // and it is theirs. An error: they can't serve, and why; called once until the error changes.
  // Certificate and key are two files, which do not match while only one of them is written, so an
  // error is reported when two reads in a row have found it.
  using Observer = std::function<void(const absl::Status&, const TlsIdentity& in_use)>;

  // Errors as LoadTlsIdentity; nothing is watched then.
  static absl::StatusOr<std::unique_ptr<TlsWatch>> Start(TlsFiles files, absl::Duration interval,
                                                         Observer observer);
  ~TlsWatch();

  TlsWatch(const TlsWatch&) = delete;
  TlsWatch& operator=(const TlsWatch&) = delete;

  // Whether clients must show a certificate; never changes.
  bool asks_clients() const { return !files_.client_ca.empty(); }

  // The identity in use.
  std::shared_ptr<const TlsIdentity> Latest() const;

  // The same, if it has changed since the last call; else null. For one caller.
  std::shared_ptr<const TlsIdentity> TakeNew();

 private:
  TlsWatch(TlsFiles files, absl::Duration interval, Observer observer, TlsIdentity identity);

  void Run();
  void Reload();
  void Use(std::shared_ptr<const TlsIdentity> identity);
  void Reject(const absl::Status& broken);

  const TlsFiles files_;
  const absl::Duration interval_;
  const Observer observer_;

  // The watching thread's.
  absl::Status broken_;    // the error of the last read, or OK
  bool reported_ = false;  // broken_ was reported

  mutable storage::Mutex mutex_;
  std::shared_ptr<const TlsIdentity> identity_ ABSL_GUARDED_BY(mutex_);
  bool taken_ ABSL_GUARDED_BY(mutex_) = false;  // identity_ was taken
  storage::StopSignal stop_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_
