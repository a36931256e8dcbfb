// rosterd.

#include <pthread.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "domain/base/try.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "services/connection/open_files.h"
#include "services/options.h"
#include "services/server.h"
#include "services/store_commands.h"
#include "services/store_paths.h"
#include "services/telemetry/log.h"
#include "storage/backup/backup.h"
#include "storage/base/file.h"
#include "storage/store/store.h"

namespace roster::services {
namespace {

constexpr absl::Duration kNotice = absl::Seconds(1);
constexpr absl::Duration kGrace = absl::Seconds(10);

int Fail(Logger& logger, const absl::Status& status) {
  logger.Write(Level::kError, "can't start", {{"error", std::string(status.message())}});
  return 1;
}

// The lines of libraries would break the JSON of ours. Their hooks take no argument, so the logger
// is reached through a pointer that is set once, before any thread starts.
Logger* library_logger = nullptr;

void LogOfGrpc(gpr_log_func_args* line) {
  library_logger->Write(line->severity == GPR_LOG_SEVERITY_ERROR ? Level::kWarning : Level::kDebug,
                        "grpc", {{"text", line->message}});
}

// At debug alone: what libprotobuf says is of requests, which are refused and counted, and it may
// name their content.
void LogOfProtobuf(google::protobuf::LogLevel /*level*/, const char* /*file*/, int /*line*/,
                   const std::string& /*text*/) {
  library_logger->Write(Level::kDebug, "protobuf: a message is malformed");
}

// Whether a new store may be made there, and its token be written.
absl::Status CheckNewStore(const Options& options) {
  ROSTER_TRY(CheckStorePaths(options));
  if (!storage::Exists(options.token_file)) return absl::OkStatus();
  return absl::AlreadyExistsError(absl::StrCat("a file is at ", options.token_file,
                                               ", which may hold the token of another store"));
}

// Makes the store and hands over the operator's token, which is shown this once.
absl::Status Init(const Options& options) {
  ROSTER_TRY(CheckNewStore(options));
  ROSTER_ASSIGN(const auto token, InitStore(StorePathsOf(options), absl::Now()));
  return HandOver(token, options.token_file);
}

absl::Status Backup(const Options& options, Logger& logger) {
  ROSTER_ASSIGN(const storage::Checkpoint end,
                storage::TakeBackup(StorePathsOf(options), {options.log_to, options.vault_to}));
  logger.Write(Level::kInfo, "backed up", {{"position", end.position}, {"epoch", end.epoch}});
  return absl::OkStatus();
}

absl::Status Restore(const Options& options, Logger& logger) {
  ROSTER_TRY(CheckNewStore(options));
  ROSTER_ASSIGN(const RestoredStore restored,
                RestoreStore({.from = {options.log_from, options.vault_from},
                              .to = StorePathsOf(options),
                              .lost_checkpoint = options.lost_checkpoint,
                              .erasure_list = options.erasure_list,
                              .operator_token_hash = {},
                              .now = absl::Now()},
                             options.keep_service_tokens));
  const storage::Restored& store = restored.store;
  logger.Write(
      Level::kInfo, "restored",
      {{"position", store.backup.position}, {"epoch", store.epoch}, {"erased", store.erased}});
  if (store.known > store.backup.position) {
    logger.Write(Level::kWarning, "commits of the lost store are not in the backup",
                 {{"from", store.backup.position + 1}, {"to", store.known}});
  }
  if (restored.token.empty()) return absl::OkStatus();
  return HandOver(restored.token, options.token_file);
}

// Signals are taken by one sigwait, so that nothing runs in a signal handler. Those that end other
// programs, or tell them to read their files again, must not end the server.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Returns when the server is to end.
void AwaitEnd(const sigset_t& signals, Logger& logger) {
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal == SIGTERM || signal == SIGINT) return;
    logger.Write(Level::kInfo, "a signal is ignored: the TLS files are read again as they change",
                 {{"signal", sigabbrev_np(signal)}});
  }
}

int Serve(const Options& options, Logger& logger) {
  const sigset_t signals = BlockSignals();
  RaiseOpenFileLimit();
  if (options.init_if_empty && !storage::HasStore(StorePathsOf(options))) {
    if (auto status = Init(options); !status.ok()) return Fail(logger, status);
  }
  auto server = Server::Start(
      options,
      {.logger = logger, .clock = absl::Now, .on_failure = [&logger](std::string_view what) {
         logger.Write(Level::kError, "storage failed: leaving at once", {{"error", what}});
         std::_Exit(1);  // nothing may be acknowledged or written any more
       }});
  if (!server.ok()) return Fail(logger, server.status());
  AwaitEnd(signals, logger);
  (*server)->Stop(kNotice, kGrace);
  return 0;
}

// The subcommands.
absl::Status RunAndLeave(const Options& options, Logger& logger) {
  switch (options.command) {
    case Options::Command::kInit:
      return Init(options);
    case Options::Command::kVerify: {
      auto verified = storage::VerifyStore(StorePathsOf(options));
      if (verified.ok()) {
        std::printf("the store in %s is sound\n", StorePathsOf(options).directory.c_str());
      }
      return verified;
    }
    case Options::Command::kCheckpoint:
      return storage::WriteLostCheckpoint(StorePathsOf(options));
    case Options::Command::kSetClockBack: {
      const absl::Time now = absl::Now();
      ROSTER_ASSIGN(const absl::Time last, SetClockBack(StorePathsOf(options), now));
      std::printf("the clock of commits was set back from %s to %s\n",
                  absl::FormatTime(last, absl::UTCTimeZone()).c_str(),
                  absl::FormatTime(now, absl::UTCTimeZone()).c_str());
      return absl::OkStatus();
    }
    case Options::Command::kOperatorToken: {
      ROSTER_ASSIGN(const auto token,
                    ReplaceOperatorToken(StorePathsOf(options), /*issue=*/true, absl::Now()));
      return HandOver(token, options.token_file);
    }
    case Options::Command::kRevokeOperatorToken:
      return ReplaceOperatorToken(StorePathsOf(options), /*issue=*/false, absl::Now()).status();
    case Options::Command::kBackup:
      return Backup(options, logger);
    case Options::Command::kRestore:
      return Restore(options, logger);
    case Options::Command::kServe:
      break;
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const auto options = ParseOptions(argc, argv);
  if (!options.ok()) {
    std::fprintf(stderr, "rosterd: %s\n", std::string(options.status().message()).c_str());
    return 2;
  }
  if (options->exit_text) {
    std::fputs(options->exit_text->c_str(), stdout);
    return 0;
  }
  umask(S_IRWXG | S_IRWXO);  // whatever is written is for the owner alone
  Logger logger(stderr, options->log_level);
  library_logger = &logger;
  gpr_set_log_function(LogOfGrpc);
  google::protobuf::SetLogHandler(LogOfProtobuf);
  if (options->command == Options::Command::kServe) return Serve(*options, logger);
  const auto status = RunAndLeave(*options, logger);
  if (status.ok()) return 0;
  logger.Write(Level::kError, "failed", {{"error", std::string(status.message())}});
  return 1;
}

}  // namespace
}  // namespace roster::services

int main(int argc, char** argv) { return roster::services::Main(argc, argv); }
