// What the server looks up when its metrics are asked for.

#ifndef ROSTER_SERVICES_RUNTIME_METRICS_H_
#define ROSTER_SERVICES_RUNTIME_METRICS_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "services/load/capacity.h"
#include "services/load/thread_pool.h"
#include "services/telemetry/metrics.h"
#include "storage/pipeline/pipeline.h"
#include "storage/store/store.h"

namespace roster::services {

// Where it looks. All outlive the reading.
struct Sources {
  storage::Store& store;
  const storage::Pipeline& pipeline;
  std::size_t queue_limit;  // of the pipeline
  const Capacity& calls;
  const ThreadPool& readers;
};

// Of the build, the process, the queues and the store. Thread-safe; takes about a millisecond.
std::vector<Reading> Read(const Sources& sources);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_RUNTIME_METRICS_H_
