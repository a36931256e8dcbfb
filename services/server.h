// The running server: store, pipeline, services and their listeners, put together.

#ifndef ROSTER_SERVICES_SERVER_H_
#define ROSTER_SERVICES_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/options.h"
#include "services/telemetry/log.h"
#include "storage/pipeline/commit_clock.h"

namespace roster::services {

class Server {
 public:
  struct Environment {
    Logger& logger;  // outlives the server
    std::function<absl::Time()> clock = absl::Now;
    // As in PipelineOptions.
    std::function<absl::Duration()> uptime = storage::Uptime;
    // After which a stream ends whose caller neither sends nor takes anything.
    absl::Duration stream_silence = absl::Seconds(30);
    // Called when the log or the views failed; must end the process, for what is acknowledged and
    // what is stored could part from there on.
    std::function<void(std::string_view what)> on_failure;
  };

  // Opens the store and listens. Errors name the file, directory or address that they are about;
  // nothing listens then.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options,
                                                       Environment environment);
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The ports in use, where an option says 0.
  uint16_t port() const;
  uint16_t health_port() const;
  uint16_t metrics_port() const;

  // Says NOT_SERVING, waits so that callers hear of it, refuses new calls, finishes those under
  // way, and closes the store.
  void Stop(absl::Duration notice, absl::Duration grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_SERVER_H_
