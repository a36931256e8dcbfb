#include "services/runtime_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "domain/account/account.h"
#include "domain/user/list/index.h"
#include "services/version.h"
#include "storage/store/disk_space.h"

namespace roster::services {
namespace {

namespace fs = std::filesystem;

using Labels = std::vector<std::pair<std::string, std::string>>;
using storage::StoreStats;

constexpr auto kGauge = RuntimeMetric::Kind::kGauge;
constexpr auto kCounter = RuntimeMetric::Kind::kCounter;

// Set when the process loads this file, right after it started.
const absl::Time kStarted = absl::Now();

double ResidentBytes() {
  long pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;  // the second number
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double CpuSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const absl::Duration cpu =
      absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
  return absl::ToDoubleSeconds(cpu);
}

double OpenFiles() {
  std::error_code error;
  double files = 0;
  for (fs::directory_iterator each("/proc/self/fd", error); !error && each != fs::end(each);
       each.increment(error)) {
    ++files;
  }
  return files;
}

double OpenFilesLimit() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// Under the names that the client libraries of Prometheus use.
void ReadProcess(std::vector<RuntimeMetric>& metrics) {
  metrics.push_back({"roster_build_info",
                     "Always 1; the labels say what runs.",
                     kGauge,
                     1,
                     {{"version", Version()}, {"commit", Commit()}, {"compiler", Compiler()}}});
  metrics.push_back({"process_start_time_seconds", "When the process started, in Unix time.",
                     kGauge, absl::ToDoubleSeconds(kStarted - absl::UnixEpoch())});
  metrics.push_back(
      {"process_cpu_seconds_total", "CPU time of all threads.", kCounter, CpuSeconds()});
  metrics.push_back({"process_resident_memory_bytes", "Memory of the process that is in use.",
                     kGauge, ResidentBytes()});
  metrics.push_back({"process_open_fds", "Files and sockets that are open.", kGauge, OpenFiles()});
  metrics.push_back({"process_max_fds", "How many may be open.", kGauge, OpenFilesLimit()});
}

void ReadQueues(const RuntimeMetricsSources& sources, std::vector<RuntimeMetric>& metrics) {
  const auto add = [&metrics](const char* name, const char* help, std::size_t value) {
    metrics.push_back({name, help, kGauge, static_cast<double>(value)});
  };
  add("roster_calls_in_flight", "Unary calls under way, until their answer is taken.",
      sources.calls.calls());
  add("roster_calls_in_flight_limit", "How many may be, before more are refused with OVERLOADED.",
      sources.calls.limits().calls);
  add("roster_calls_in_flight_bytes", "Size of their requests and answers.", sources.calls.bytes());
  add("roster_calls_in_flight_limit_bytes", "At which size calls are refused with OVERLOADED.",
      sources.calls.limits().bytes);
  add("roster_pipeline_queue_depth", "Commands that wait for the writer.",
      sources.pipeline.queue_depth());
  add("roster_pipeline_queue_limit", "How many may, before more are refused with OVERLOADED.",
      sources.queue_limit);
  add("roster_reads_queue_depth", "Lists, batches, reads of the past and previews that wait.",
      sources.readers.waiting());
  add("roster_reads_queue_limit", "How many may, before more are refused with OVERLOADED.",
      sources.readers.limit());
  add("roster_published_position", "Last position of the log that readers see.",
      sources.pipeline.Latest()->position());
  add("roster_log_position", "Last position of the log that is durable.",
      sources.store.log().head());
  add("roster_vault_slots", "Keys of persons ever written, with those ahead of their use.",
      sources.store.vault().size());
}

void ReadPopulation(const domain::World& world, std::vector<RuntimeMetric>& metrics) {
  metrics.push_back(
      {"roster_accounts", "Accounts.", kGauge, static_cast<double>(domain::CountAccounts(world))});
  const domain::UserCounts users = domain::CountUsersOfAllAccounts(world);
  for (const auto& [status, count] :
       {std::pair("pending", users.pending), std::pair("active", users.active),
        std::pair("disabled", users.disabled), std::pair("deleted", users.deleted)}) {
    metrics.push_back({"roster_users",
                       "Users of all accounts by status, but erased ones.",
                       kGauge,
                       static_cast<double>(count),
                       {{"status", status}}});
  }
}

void ReadDisks(const storage::StorePaths& paths, std::vector<RuntimeMetric>& metrics) {
  for (const auto& [what, path] :
       {std::pair("log", paths.directory), std::pair("vault", paths.vault),
        std::pair("checkpoint", paths.checkpoint)}) {
    metrics.push_back({"roster_disk_free_bytes",
                       "Free space where this part of the store lies, for who is not root.",
                       kGauge,
                       static_cast<double>(storage::FreeDiskSpace(path)),
                       {{"part", what}}});
  }
}

void ReadCertificate(const Listener& listener, std::vector<RuntimeMetric>& metrics) {
  const auto identity = listener.identity();
  if (identity == nullptr) return;
  metrics.push_back({"roster_tls_certificate_end_timestamp_seconds",
                     "When the first certificate of the chain in use ends, in Unix time.", kGauge,
                     absl::ToDoubleSeconds(identity->valid_until - absl::UnixEpoch())});
}

void ReadErasures(storage::Store& store, std::vector<RuntimeMetric>& metrics) {
  const storage::Unpurged unpurged = store.eraser().unpurged();
  metrics.push_back({"roster_erasures_unpurged",
                     "Erased users whose plain text may still be in files of the views.", kGauge,
                     static_cast<double>(unpurged.users)});
  metrics.push_back({"roster_erasures_unpurged_age_seconds",
                     "Time since the first of them was erased, or since the start.", kGauge,
                     absl::ToDoubleSeconds(unpurged.age)});
}

void ReadStorage(storage::Store& store, std::vector<RuntimeMetric>& metrics) {
  const std::pair<const char*, StoreStats> directories[] = {{"log", store.log().stats()},
                                                            {"views", store.views().stats()}};
  const auto add = [&](const char* name, const char* help, RuntimeMetric::Kind kind, auto value) {
    for (const auto& [directory, stats] : directories) {
      metrics.push_back({std::string("roster_storage_") + name, help, kind,
                         static_cast<double>(value(stats)), Labels{{"directory", directory}}});
    }
  };
  const auto field = [&](const char* name, const char* help, auto StoreStats::*member,
                         RuntimeMetric::Kind kind = kGauge) {
    add(name, help, kind, [member](const StoreStats& stats) { return stats.*member; });
  };
  field("table_bytes", "Size of the table files in use.", &StoreStats::table_bytes);
  field("obsolete_bytes", "Size of table files that readers still have, or soon to be removed.",
        &StoreStats::obsolete_bytes);
  field("live_bytes", "Estimate of what a full compaction would leave.", &StoreStats::live_bytes);
  field("memtable_bytes", "What is in memory only, or in the write-ahead log.",
        &StoreStats::memtable_bytes);
  field("wal_bytes", "Size of the write-ahead log's files.", &StoreStats::wal_bytes);
  field("cache_bytes", "Size of the block cache.", &StoreStats::cache_bytes);
  field("cache_limit_bytes", "How large the block cache may be.", &StoreStats::cache_limit_bytes);
  field("cache_hits_total", "Blocks found in the cache.", &StoreStats::cache_hits, kCounter);
  field("cache_misses_total", "Blocks read from files.", &StoreStats::cache_misses, kCounter);
  field("flushes_running", "Flushes under way.", &StoreStats::flushes_running);
  field("compactions_running", "Compactions under way.", &StoreStats::compactions_running);
  field("compaction_pending_bytes", "Estimate of what compactions have to rewrite.",
        &StoreStats::compaction_pending_bytes);
  field("writes_stopped", "1 while RocksDB takes no writes.", &StoreStats::writes_stopped);
  add("stall_seconds_total", "How long RocksDB has held up writes.", kCounter,
      [](const StoreStats& stats) { return absl::ToDoubleSeconds(stats.stalled); });
}

}  // namespace

std::vector<RuntimeMetric> ReadRuntimeMetrics(const RuntimeMetricsSources& sources) {
  std::vector<RuntimeMetric> metrics;
  ReadProcess(metrics);
  ReadQueues(sources, metrics);
  ReadPopulation(*sources.pipeline.Latest(), metrics);
  ReadErasures(sources.store, metrics);
  ReadDisks(sources.paths, metrics);
  ReadCertificate(sources.listener, metrics);
  ReadStorage(sources.store, metrics);
  return metrics;
}

}  // namespace roster::services
