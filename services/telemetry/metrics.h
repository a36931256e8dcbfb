// The metrics of the server for Prometheus: counts, sizes and times, never ids or personal data.

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
#include "services/connection/address.h"

namespace prometheus {
class Counter;
class Histogram;
}  // namespace prometheus

namespace roster::services {

enum class MethodType { kUnary, kClientStream, kServerStream, kBidiStream };

// The metrics of one RPC under the names of go-grpc-prometheus, which dashboards expect:
// grpc_server_started_total, grpc_server_handled_total and grpc_server_handling_seconds. All label
// sets exist from the start, so that the first call of each outcome is an increase and not a new
// series. Thread-safe; the histogram alone takes a lock.
class MethodMetrics {
 public:
  void Started() const;

  // `grpc_code`: the number of a grpc::StatusCode; any other number counts as UNKNOWN. `took`: the
  // time since Started.
  void Handled(int grpc_code, absl::Duration took) const;

 private:
  friend class Metrics;
  static constexpr std::size_t kCodes = 17;

  MethodMetrics() = default;

  prometheus::Counter* started_ = nullptr;
  std::array<prometheus::Counter*, kCodes> handled_ = {};  // by code
  prometheus::Histogram* seconds_ = nullptr;
};

// A value that is read when the metrics are collected, instead of being counted as it happens.
// Metrics of one name stand together and have the same help and kind.
struct RuntimeMetric {
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

  // Ends the endpoint within some milliseconds.
  ~Metrics();

  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The metrics of one RPC. To be called once at start, because it takes locks and allocates; a
  // second call gives the same series. `service` is the full name, `method` the last part.
  MethodMetrics ForMethod(std::string_view service, std::string_view method, MethodType type);

  // From the commit pipeline: the number of commands settled by one append, and the time that the
  // append took, fsync included.
  void GroupCommitted(std::size_t commands);
  void LogAppended(absl::Duration took);

  // Counts a refused call, queries and streams included, in roster_commands_refused_total.
  // `reason`: the name of the refusal's reason, or INTERNAL. Never a text from outside: each new
  // value makes a series that stays.
  void CallRefused(std::string_view reason);

  // The TLS files changed: they are in use, or they can't serve and were rejected.
  void TlsFilesChanged(bool in_use);

  // Calls `read` on each collection, on the thread that collects. It replaces the function set
  // before, which is not running any more when this returns. Null: there are no runtime metrics.
  void SetRuntimeMetrics(std::function<std::vector<RuntimeMetric>()> read);

  // All metrics in the text format of Prometheus 0.0.4.
  std::string Text() const;

  // Serves Text at http://<address>/metrics, to GET and HEAD, until destruction and returns the
  // port, which the system chooses where the address says 0. ALREADY_EXISTS: another socket listens
  // there. UNAVAILABLE: the system refuses for another reason. FAILED_PRECONDITION: called before.
  absl::StatusOr<std::uint16_t> Expose(const Address& address);

 private:
  struct Instruments;
  const std::unique_ptr<Instruments> instruments_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TELEMETRY_METRICS_H_
