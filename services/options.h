// The command line and environment of rosterd.

#ifndef ROSTER_SERVICES_OPTIONS_H_
#define ROSTER_SERVICES_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/connection/address.h"
#include "services/telemetry/log.h"
#include "services/transport/tls_identity.h"

namespace roster::services {

// Every flag `--some-name` can also be given as the environment variable ROSTER_SOME_NAME; the flag
// wins.
struct Options {
  enum class Command {
    kServe,       // no subcommand
    kInit,        // `rosterd init`: create the store, then leave
    kVerify,      // `rosterd verify`: read the whole store, then leave
    kCheckpoint,  // `rosterd checkpoint`: write a checkpoint that was lost, then leave
    // `rosterd set-clock-back`: let commits go on at times before that of the last one, then leave
    kSetClockBack,
    // `rosterd operator-token`: end the operator's token and make another, then leave
    kOperatorToken,
    // `rosterd revoke-operator-token`: end the operator's token, then leave
    kRevokeOperatorToken,
    kBackup,   // `rosterd backup`: write a backup of a store that may be in use, then leave
    kRestore,  // `rosterd restore`: make a store from a backup, then leave
  };

  // Set by --help and --version: print it on standard output and leave with 0. Nothing else in here
  // counts then.
  std::optional<std::string> exit_text;

  Command command = Command::kServe;
  // One of the two; StorePathsOf has what lies where.
  std::string data_dir;
  std::string store_dir;
  // Paths of the next three where they are not the usual ones; the key may be env:NAME.
  std::string key_vault;
  std::string key_encryption_key;
  std::string checkpoint;
  std::string token_file;  // where the operator's token is written; empty: standard output
  Address listen{"127.0.0.1", 7070};
  Address health_listen{"127.0.0.1", 7071};
  Address metrics_listen{"127.0.0.1", 9070};
  std::optional<TlsFiles> tls;  // of `listen` only
  bool plaintext_behind_proxy = false;
  // How many commands may wait for the writer; at least 1. A quarter as many reads and previews may
  // wait for a thread, at least one.
  std::uint64_t queue_limit = 1000;
  std::uint64_t cache_bytes = std::uint64_t{256} << 20;  // at least 1 MiB
  bool reflection = true;
  bool init_if_empty = false;
  // Of kBackup and kRestore: the two files of a backup.
  std::string log_to, vault_to, log_from, vault_from;
  // Of kRestore: what is left of the lost store, if anything is; and whether its credentials live.
  std::string lost_checkpoint, erasure_list;
  bool keep_service_tokens = false;
  Level log_level = Level::kInfo;
};

// Reads flags, then the environment for what no flag gave, and checks what can be checked before
// anything is opened. Thread-safe as long as nobody changes the environment meanwhile. The message
// of every error names the flag or file.
// INVALID_ARGUMENT: an unknown or malformed flag, a value out of bounds, not exactly one of
// --data-dir and --store-dir, only one of --tls-cert and --tls-key, or --tls-client-ca or
// --plaintext-behind-proxy where it means nothing. kServe alone also checks that --listen off
// loopback has TLS or --plaintext-behind-proxy (INVALID_ARGUMENT) and the TLS files (errors as
// LoadTlsIdentity).
absl::StatusOr<Options> ParseOptions(int argc, const char* const* argv);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_OPTIONS_H_
