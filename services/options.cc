#include "services/options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "domain/base/try.h"
#include "services/version.h"

namespace roster::services {
namespace {

constexpr std::int64_t kMinCacheBytes = std::int64_t{1} << 20;

// The flags as typed, for values that CLI11 does not check well enough itself.
struct Flags {
  explicit Flags(const Options& defaults)
      : listen(defaults.listen.ToString()),
        health_listen(defaults.health_listen.ToString()),
        metrics_listen(defaults.metrics_listen.ToString()),
        log_level(LevelName(defaults.log_level)),
        queue_limit(static_cast<std::int64_t>(defaults.queue_limit)),
        cache_bytes(static_cast<std::int64_t>(defaults.cache_bytes)) {}

  std::string listen;
  std::string health_listen;
  std::string metrics_listen;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
  std::string log_level;
  // Signed, because CLI11 2.1 reads "-1" into an unsigned number as its largest value.
  std::int64_t queue_limit;
  std::int64_t cache_bytes;
};

void DeclareListening(CLI::App& app, Flags& flags, Options& options) {
  app.add_option("--listen", flags.listen, "Address of the API; needs TLS unless it is loopback")
      ->envname("ROSTER_LISTEN")
      ->capture_default_str();
  app.add_option("--health-listen", flags.health_listen, "Address of the plaintext health service")
      ->envname("ROSTER_HEALTH_LISTEN")
      ->capture_default_str();
  app.add_option("--metrics-listen", flags.metrics_listen, "Address of the Prometheus metrics")
      ->envname("ROSTER_METRICS_LISTEN")
      ->capture_default_str();
  app.add_option("--tls-cert", flags.tls_cert, "PEM file with the server's certificate chain")
      ->envname("ROSTER_TLS_CERT");
  app.add_option("--tls-key", flags.tls_key, "PEM file with its key, which only its owner may read")
      ->envname("ROSTER_TLS_KEY");
  app.add_option("--tls-client-ca", flags.tls_client_ca,
                 "PEM file with the authorities of clients' certificates; clients need one then")
      ->envname("ROSTER_TLS_CLIENT_CA");
  app.add_flag("--plaintext-behind-proxy", options.plaintext_behind_proxy,
               "Serve without TLS off loopback too, where a proxy or mesh has it")
      ->envname("ROSTER_PLAINTEXT_BEHIND_PROXY");
}

constexpr struct {
  const char* name;
  Options::Command command;
  const char* help;
} kSubcommands[] = {
    {"init", Options::Command::kInit,
     "Create the store, its keys and an operator token, then leave"},
    {"verify", Options::Command::kVerify,
     "Read the whole store and say whether it is sound, then leave"},
    {"checkpoint", Options::Command::kCheckpoint,
     "Write a checkpoint that was lost, for a log known to be whole"},
    {"set-clock-back", Options::Command::kSetClockBack,
     "Take the machine's clock for right though the log is ahead of it, then leave"},
    {"backup", Options::Command::kBackup,
     "Back up a store, which a server may be serving, to two new files, then leave"},
    {"restore", Options::Command::kRestore,
     "Make a store from a backup, and another operator token, then leave"},
    {"operator-token", Options::Command::kOperatorToken,
     "End the operator's token, make another, then leave"},
    {"revoke-operator-token", Options::Command::kRevokeOperatorToken,
     "End the operator's token, then leave"},
};

void DeclareStore(CLI::App& app, Options& options) {
  app.add_option("--data-dir", options.data_dir, "Directory of log and views (or --store-dir)")
      ->envname("ROSTER_DATA_DIR");
  app.add_option("--store-dir", options.store_dir,
                 "Directory with folders for data, vault and checkpoint, such as a volume")
      ->envname("ROSTER_STORE_DIR");
  app.add_option("--key-vault", options.key_vault,
                 "File with the keys of persons (default: DATA_DIR.vault, STORE_DIR/vault/keys)")
      ->envname("ROSTER_KEY_VAULT");
  app.add_option("--key-encryption-key", options.key_encryption_key,
                 "File with the key of the vault, or env:NAME (default: DATA_DIR.kek, "
                 "STORE_DIR.kek)")
      ->envname("ROSTER_KEY_ENCRYPTION_KEY");
  app.add_option("--checkpoint", options.checkpoint,
                 "File that says how far the log had come (default: DATA_DIR.checkpoint, "
                 "STORE_DIR/checkpoint/position)")
      ->envname("ROSTER_CHECKPOINT");
  app.add_option("--token-file", options.token_file,
                 "File for the operator's token, mode 0600 (default: standard output)")
      ->envname("ROSTER_TOKEN_FILE");
}

void DeclareBackup(CLI::App& backup, Options& options) {
  backup.add_option("--log-to", options.log_to, "File for the log")
      ->envname("ROSTER_LOG_TO")
      ->required();
  backup
      .add_option("--vault-to", options.vault_to,
                  "File for the keys of persons, to be kept apart and for a shorter time")
      ->envname("ROSTER_VAULT_TO")
      ->required();
}

void DeclareRestore(CLI::App& restore, Options& options) {
  restore.add_option("--log-from", options.log_from, "File with the log of the backup")
      ->envname("ROSTER_LOG_FROM")
      ->required();
  restore.add_option("--vault-from", options.vault_from, "File with the keys of persons of it")
      ->envname("ROSTER_VAULT_FROM")
      ->required();
  restore
      .add_option("--lost-checkpoint", options.lost_checkpoint,
                  "Checkpoint of the lost store: says what is lost, and who is to be erased again")
      ->envname("ROSTER_LOST_CHECKPOINT");
  restore
      .add_option("--erasure-list", options.erasure_list,
                  "Erasure list of the lost store (default: LOST_CHECKPOINT.erased)")
      ->envname("ROSTER_ERASURE_LIST");
  restore
      .add_flag("--keep-service-tokens", options.keep_service_tokens,
                "Leave tokens and certificates valid, the operator's token too")
      ->envname("ROSTER_KEEP_SERVICE_TOKENS");
}

void DeclareCommands(CLI::App& app, Options& options) {
  app.require_subcommand(0, 1);
  for (const auto& each : kSubcommands) app.add_subcommand(each.name, each.help)->fallthrough();
  DeclareBackup(*app.get_subcommand("backup"), options);
  DeclareRestore(*app.get_subcommand("restore"), options);
}

void Declare(CLI::App& app, Flags& flags, Options& options) {
  app.set_version_flag("--version", VersionLine("rosterd"));
  DeclareStore(app, options);
  app.add_option("--queue-limit", flags.queue_limit,
                 "Commands that may wait, and a quarter as many lists; more are refused")
      ->envname("ROSTER_QUEUE_LIMIT")
      ->capture_default_str();
  app.add_option("--cache-bytes", flags.cache_bytes, "Memory for caches, in bytes")
      ->envname("ROSTER_CACHE_BYTES")
      ->capture_default_str();
  app.add_flag("--reflection", options.reflection,
               "Serve gRPC reflection (--reflection=false: do not)")
      ->envname("ROSTER_REFLECTION")
      ->capture_default_str();
  app.add_flag("--init-if-empty", options.init_if_empty,
               "Do what init does when the store is empty, then serve")
      ->envname("ROSTER_INIT_IF_EMPTY");
  app.add_option("--log-level", flags.log_level, "debug, info, warning or error")
      ->envname("ROSTER_LOG_LEVEL")
      ->capture_default_str();
}

absl::Status Refuse(const std::string& message) { return absl::InvalidArgumentError(message); }

absl::Status ReadAddresses(const Flags& flags, Options& options) {
  const struct {
    const char* flag;
    const std::string& text;
    Address& address;
  } rows[] = {{"--listen", flags.listen, options.listen},
              {"--health-listen", flags.health_listen, options.health_listen},
              {"--metrics-listen", flags.metrics_listen, options.metrics_listen}};
  for (const auto& row : rows) {
    absl::StatusOr<Address> address = ParseAddress(row.text);
    if (!address.ok()) {
      return Refuse(std::string(row.flag) + ": " + std::string(address.status().message()));
    }
    row.address = *std::move(address);
  }
  return absl::OkStatus();
}

// Checks that hold for every subcommand, and the values that need parsing.
absl::Status Complete(const Flags& flags, Options& options) {
  if (options.data_dir.empty() == options.store_dir.empty()) {
    return Refuse(options.data_dir.empty() ? "--data-dir or --store-dir is required"
                                           : "--data-dir and --store-dir exclude each other");
  }
  if (flags.queue_limit < 1) return Refuse("--queue-limit must be at least 1");
  if (flags.cache_bytes < kMinCacheBytes) {
    return Refuse("--cache-bytes must be at least 1048576 (1 MiB)");
  }
  options.queue_limit = static_cast<std::uint64_t>(flags.queue_limit);
  options.cache_bytes = static_cast<std::uint64_t>(flags.cache_bytes);
  const std::optional<Level> level = ParseLevel(flags.log_level);
  if (!level) return Refuse("--log-level must be debug, info, warning or error");
  options.log_level = *level;
  if (flags.tls_cert.empty() != flags.tls_key.empty()) {
    return Refuse(flags.tls_cert.empty() ? "--tls-key needs --tls-cert"
                                         : "--tls-cert needs --tls-key");
  }
  if (!flags.tls_client_ca.empty() && flags.tls_cert.empty()) {
    return Refuse("--tls-client-ca needs --tls-cert and --tls-key");
  }
  if (options.plaintext_behind_proxy && !flags.tls_cert.empty()) {
    return Refuse("--plaintext-behind-proxy and --tls-cert exclude each other");
  }
  if (!flags.tls_cert.empty()) {
    options.tls = TlsFiles{
        .certificate = flags.tls_cert, .key = flags.tls_key, .client_ca = flags.tls_client_ca};
  }
  return ReadAddresses(flags, options);
}

absl::Status CheckServing(const Options& options) {
  if (!options.tls && !options.plaintext_behind_proxy && !IsLoopback(options.listen)) {
    return Refuse("--listen " + options.listen.ToString() +
                  " can be reached from elsewhere, so it needs --tls-cert and --tls-key, or "
                  "--plaintext-behind-proxy where a proxy or mesh has TLS");
  }
  return options.tls ? LoadTlsIdentity(*options.tls).status() : absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ParseOptions(int argc, const char* const* argv) {
  CLI::App app("The Roster identity service.", "rosterd");
  Options options;
  Flags flags(options);
  DeclareCommands(app, options);
  Declare(app, flags, options);
  DeclareListening(app, flags, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.exit_text = app.help();
    return options;
  } catch (const CLI::CallForVersion&) {
    options.exit_text = app.version() + "\n";
    return options;
  } catch (const CLI::ParseError& error) {
    return Refuse(error.what());
  }
  for (const auto& each : kSubcommands) {
    if (app.got_subcommand(each.name)) options.command = each.command;
  }
  ROSTER_TRY(Complete(flags, options));
  if (options.command == Options::Command::kServe) {
    ROSTER_TRY(CheckServing(options));
  }
  return options;
}

}  // namespace roster::services
