// The metrics that are read from the running server when they are collected.

#ifndef ROSTER_SERVICES_RUNTIME_METRICS_H_
#define ROSTER_SERVICES_RUNTIME_METRICS_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "services/load/capacity.h"
#include "services/load/thread_pool.h"
#include "services/telemetry/metrics.h"
#include "services/transport/listener.h"
#include "storage/pipeline/pipeline.h"
#include "storage/store/store.h"

namespace roster::services {

// What the metrics are read from. All outlive the call.
struct RuntimeMetricsSources {
  storage::StorePaths paths;
  storage::Store& store;
  const storage::Pipeline& pipeline;
  std::size_t queue_limit;  // of the pipeline
  const Capacity& calls;
  const ThreadPool& readers;
  const Listener& listener;
};

// The metrics of the build, the process, the queues and the store. Thread-safe; takes about a
// millisecond.
std::vector<RuntimeMetric> ReadRuntimeMetrics(const RuntimeMetricsSources& sources);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_RUNTIME_METRICS_H_
