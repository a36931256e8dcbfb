// What Prometheus may know of the server: counts, sizes and times, never ids or personal data.

#ifndef ROSTER_SERVICES_TELEMETRY_METRICS_H_
#define ROSTER_SERVICES_TELEMETRY_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/transport/address.h"

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace roster::services {

enum class MethodType { kUnary, kClientStream, kServerStream, kBidiStream };

// The metrics of one RPC, by the names that go-grpc-prometheus made usual:
// grpc_server_started_total, grpc_server_handled_total and grpc_server_handling_seconds. All label
// sets exist from the start, so that the first call of each outcome is an increase and not a new
// series. Thread-safe, without locks except for the histogram's.
class MethodMetrics {
 public:
  void Started() const;

  // `grpc_code`: the number of a grpc::StatusCode; another number counts as UNKNOWN. `took`: since
  // Started.
  void Handled(int grpc_code, absl::Duration took) const;

 private:
  friend class Metrics;
  static constexpr std::size_t kCodes = 17;

  MethodMetrics() = default;

  prometheus::Counter* started_ = nullptr;
  std::array<prometheus::Counter*, kCodes> handled_ = {};  // by code
  prometheus::Histogram* seconds_ = nullptr;
};

// A value that is looked up when it is asked for, instead of being counted as it happens. Readings
// of one name stand together and say the same of it.
struct Reading {
  enum class Kind { kGauge, kCounter };

  std::string name;
  std::string help;
  Kind kind;
  double value;
  std::vector<std::pair<std::string, std::string>> labels = {};
};

// Owns every metric of the process and the HTTP endpoint that shows them. Thread-safe.
class Metrics {
 public:
  Metrics();

  // Takes up to 2 s when exposed: the HTTP server sleeps that long between looks at its stop flag.
  ~Metrics();

  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The metrics of one RPC, to be asked for once at start: it takes locks and allocates. `service`
  // is the full name, `method` the last part. Asked again, it counts on the same series.
  MethodMetrics ForMethod(std::string_view service, std::string_view method, MethodType type);

  // The commit pipeline: how many commands were settled by one append; how long that append took,
  // fsync included.
  void GroupCommitted(std::size_t commands);
  void LogAppended(absl::Duration took);

  // `reason`: the name of a refusal's reason. Every new value is a new series for good, so never a
  // text from outside.
  void CommandRefused(std::string_view reason);

  // The TLS files changed: what they hold is in use, or it can't serve and was kept out.
  void TlsFilesChanged(bool in_use);

  // Has the readings taken, on the thread of who asks, whenever the metrics are asked for. Instead
  // of what was set before, which is not under way any more when this returns; null: nothing.
  void SetReadings(std::function<std::vector<Reading>()> read);

  // All metrics in the text format of Prometheus 0.0.4.
  std::string Text() const;

  // Serves Text at http://<address>/metrics until destruction and returns the port, which matters
  // when the address says 0. At most once. ALREADY_EXISTS: another socket listens there.
  // UNAVAILABLE: the system refuses for another reason. FAILED_PRECONDITION: it is exposed already.
  absl::StatusOr<std::uint16_t> Expose(const Address& address);

 private:
  struct Instruments;
  const std::unique_ptr<Instruments> instruments_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_METRICS_H_
