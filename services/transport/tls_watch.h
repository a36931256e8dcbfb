// The TLS files of a running server, read again as they change.

#ifndef ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_
#define ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/transport/tls_identity.h"

namespace roster::services {

// Looks at the files once in an interval, by their content: times and names say nothing where a
// mounted secret is swapped by a link. What can't serve is kept out, and what served before stays.
// Thread-safe.
class TlsWatch {
 public:
  // Hears of every change, on the thread of the watch. OK: what the files hold now is in use. An
  // error, once until it changes: why it is kept out. Certificate and key are two files, which do
  // not fit between the writing of one and of the other, so what is broken is told when it is so
  // at two looks in a row.
  using Observer = std::function<void(const absl::Status&)>;

  // Errors: what LoadTlsIdentity says; nothing is watched then.
  static absl::StatusOr<std::unique_ptr<TlsWatch>> Start(TlsFiles files, absl::Duration interval,
                                                         Observer observer);
  ~TlsWatch();

  TlsWatch(const TlsWatch&) = delete;
  TlsWatch& operator=(const TlsWatch&) = delete;

  // Whether clients must show a certificate; never changes.
  bool asks_clients() const { return !files_.client_ca.empty(); }

  // What is in use, when it was not taken yet; else null. For one taker.
  std::shared_ptr<const TlsIdentity> TakeNew();

 private:
  TlsWatch(TlsFiles files, absl::Duration interval, Observer observer, TlsIdentity identity);

  void Run();
  void Look();
  void Use(TlsIdentity identity);
  void KeepOut(const absl::Status& broken);

  const TlsFiles files_;
  const absl::Duration interval_;
  const Observer observer_;

  // The watching thread's.
  absl::Status broken_;  // what the last look found wrong
  bool told_ = false;    // of broken_

  std::mutex mutex_;
  std::condition_variable wakes_;
  std::shared_ptr<const TlsIdentity> identity_;  // guarded by mutex_
  bool taken_ = false;                           // guarded by mutex_: identity_ was taken
  bool stopping_ = false;                        // guarded by mutex_
  std::thread thread_;                           // last: it uses all of the above
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_TLS_WATCH_H_
