// Builds the views of a log from nothing, and prints as JSON how many commits a second that makes,
// beside what reading the log alone makes. The log is written first, if the directory has none.

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/world/memory_world.h"
#include "storage/log/rocksdb_log.h"
#include "storage/vault/sealing.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"
#include "tools/benchmark/people.h"

namespace roster::benchmark {
namespace {

using event::v1::Commit;
using event::v1::PersonalData;

constexpr size_t kAppendedTogether = 1'000;

struct Flags {
  std::string directory;
  uint64_t commits = 100'000;
  bool one_user = false;
  uint64_t cache_mib = 256;
};

// Ids look like those of the server: as long, and in order.
std::string IdOf(uint64_t number) {
  return absl::StrFormat("0190a1b2-%04x-7%03x-8a5e-%012x", number >> 16 & 0xffff, number & 0xfff,
                         number);
}

Commit CommitAt(const std::string& account_id, uint64_t number) {
  Commit commit;
  commit.set_account_id(account_id);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_USER);
  commit.mutable_actor()->set_id(IdOf(1));
  commit.set_cause("roster.identity.v1.UserService/UpdateUser");
  *commit.mutable_time() = domain::ToTimestamp(absl::FromUnixSeconds(1'700'000'000) +
                                               absl::Milliseconds(static_cast<int64_t>(number)));
  return commit;
}

PersonalData PersonalDataOf(uint64_t number) {
  const Person person = PersonOf(number);
  PersonalData personal;
  personal.set_full_name(person.full_name);
  personal.set_email(person.email);
  personal.set_user_name(person.user_name);
  personal.set_title(person.title);
  return personal;
}

Commit AccountCommit(const std::string& account_id) {
  Commit commit = CommitAt(account_id, 0);
  auto* created = commit.add_events()->mutable_account_created();
  created->set_account_id(account_id);
  created->set_display_name("Example");
  created->set_preset(event::v1::PRESET_ROLE_MATRIX);
  return commit;
}

Commit CreationCommit(const std::string& account_id, uint64_t number) {
  Commit commit = CommitAt(account_id, number);
  event::v1::Event& event = *commit.add_events();
  event.mutable_user_created()->set_user_id(IdOf(number));
  event.mutable_user_created()->set_auth_method(event::v1::AUTH_METHOD_PASSWORD);
  event.mutable_user_created()->add_roles("viewer");
  event.mutable_user_created()->set_approved(true);
  *event.mutable_personal() = PersonalDataOf(number);
  return commit;
}

// Each changes one field: the full name, the email or the title, in turn.
Commit UpdateCommit(const std::string& account_id, uint64_t number, PersonalData& personal) {
  Commit commit = CommitAt(account_id, number);
  event::v1::Event& event = *commit.add_events();
  event.mutable_user_updated()->set_user_id(IdOf(1));
  const PersonalData next = PersonalDataOf(number);
  switch (number % 3) {
    case 0:
      event.mutable_user_updated()->add_fields("full_name");
      personal.set_full_name(absl::StrCat(next.full_name(), " ", number));
      break;
    case 1:
      event.mutable_user_updated()->add_fields("email");
      personal.set_email(next.email());
      break;
    default:
      event.mutable_user_updated()->add_fields("title");
      personal.set_title(absl::StrCat(next.title(), " ", number));
  }
  *event.mutable_personal() = personal;
  return commit;
}

// The world in which the key of the one user is found when its data is sealed.
absl::Status Fill(storage::Log& log, storage::Vault& vault, const Flags& flags) {
  const std::string account_id = IdOf(0);
  PersonalData personal = PersonalDataOf(1);
  std::vector<Commit> commits = {AccountCommit(account_id)};
  storage::KeyId one_key = 0;
  for (uint64_t number = 1; number <= flags.commits; ++number) {
    const bool creates = number == 1 || !flags.one_user;
    Commit commit =
        creates ? CreationCommit(account_id, number) : UpdateCommit(account_id, number, personal);
    event::v1::Event& event = *commit.mutable_events(0);
    storage::KeyId key_id = one_key;
    if (creates) {
      ROSTER_ASSIGN(key_id, vault.TakeKey());
    }
    one_key = key_id;
    ROSTER_ASSIGN(*event.mutable_sealed(),
                  vault.Seal(account_id, IdOf(creates ? number : 1), event.personal(), key_id));
    storage::ClearPersonal(commit);
    commits.push_back(std::move(commit));
    if (commits.size() < kAppendedTogether && number < flags.commits) continue;
    ROSTER_TRY(log.Append(log.head(), commits));
    commits.clear();
  }
  return absl::OkStatus();
}

// CPU time of all threads so far.
double CpuSeconds() {
  struct rusage used = {};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

absl::StatusOr<absl::Duration> ReadAll(const storage::Log& log) {
  const absl::Time began = absl::Now();
  for (storage::Position next = 1; next <= log.head();) {
    ROSTER_ASSIGN(const std::vector<Commit> commits, log.Read(next, kAppendedTogether));
    next += commits.size();
  }
  return absl::Now() - began;
}

absl::Status Run(const Flags& flags) {
  namespace fs = std::filesystem;
  fs::create_directories(flags.directory);
  const std::string log_path = flags.directory + "/log";
  const storage::VaultOptions vault_options{
      .path = flags.directory + "/vault",
      .key_encryption_key = storage::SecretKey(std::string(storage::kSecretKeyBytes, 'k'))};
  const bool fill = !fs::exists(log_path);
  ROSTER_ASSIGN(const std::unique_ptr<storage::Log> log,
                fill ? storage::CreateRocksDbLog(log_path) : storage::OpenRocksDbLog(log_path));
  if (fill) ROSTER_TRY(storage::Vault::Create(vault_options, log->id()));
  ROSTER_ASSIGN(const std::unique_ptr<storage::Vault> vault,
                storage::Vault::OpenFile(vault_options));
  if (fill) ROSTER_TRY(Fill(*log, *vault, flags));

  ROSTER_ASSIGN(const absl::Duration reading, ReadAll(*log));
  storage::ViewsOptions options;
  options.directory = flags.directory + "/views";
  options.cache_bytes = flags.cache_mib << 20;
  fs::remove_all(options.directory);
  const double cpu_before = CpuSeconds();
  const absl::Time began = absl::Now();
  ROSTER_ASSIGN(const std::unique_ptr<storage::Views> views,
                storage::OpenViews(options, *log, *vault, [](std::string_view) {}));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  const double commits = static_cast<double>(log->head());
  std::printf(
      "{\"commits\": %.0f, \"seconds\": %.3f, \"rate\": %.0f, \"cpu_us\": %.1f, "
      "\"read_rate\": %.0f}\n",
      commits, seconds, commits / seconds, (CpuSeconds() - cpu_before) / commits * 1e6,
      commits / absl::ToDoubleSeconds(reading));
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Builds the views of a log.", "rebuild");
  Flags flags;
  app.add_option("--dir", flags.directory, "Has the log, or gets one")->required();
  app.add_option("--commits", flags.commits, "Of a new log")->check(CLI::Range(1, 100'000'000));
  app.add_flag("--one-user", flags.one_user, "All commits of a new log change the first user");
  app.add_option("--cache-mib", flags.cache_mib, "Of the views");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(flags);
  if (!status.ok()) std::fprintf(stderr, "rebuild: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace roster::benchmark

int main(int argc, char** argv) { return roster::benchmark::Main(argc, argv); }
