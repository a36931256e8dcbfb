// rosterctl: calls a Roster server from the command line. Leaves with 0, with 1 when the server
// refused or can't be reached, with 2 when the command line is wrong, and with 3 when an import
// came to its end and rows of it failed.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "absl/time/time.h"
#include "services/version.h"
#include "tools/rosterctl/call.h"
#include "tools/rosterctl/connection.h"
#include "tools/rosterctl/error.h"
#include "tools/rosterctl/grpcurl.h"
#include "tools/rosterctl/import.h"
#include "tools/rosterctl/methods.h"
#include "tools/rosterctl/table.h"

namespace roster::ctl {
namespace {

constexpr int kRefused = 1;
constexpr int kUsage = 2;
constexpr int kRowsFailed = 3;

struct Flags {
  Target target;
  std::string token_file;
  std::string timeout;
  std::string method;
  std::string json = "{}";
  std::string output = "json";
  bool show_grpcurl = false;
  ImportFlags import;
};

void DeclareTarget(CLI::App& app, Flags& flags) {
  app.add_option("--address", flags.target.address, "Address of the server")->capture_default_str();
  app.add_option("--token-file", flags.token_file,
                 "File with the caller's token; else it is the environment's ROSTER_TOKEN");
  app.add_option("--tls-ca", flags.target.tls_ca_file,
                 "PEM file of the authority that signed the server's certificate; else plaintext");
  app.add_option("--tls-cert", flags.target.tls_cert_file,
                 "PEM file with the caller's certificate chain; needs --tls-key");
  app.add_option("--tls-key", flags.target.tls_key_file, "PEM file with its key");
  app.add_option("--timeout", flags.timeout, "How long to wait: 10s for a call, 10m for an import");
}

void DeclareCommands(CLI::App& app, Flags& flags) {
  constexpr const char* kMethod = "Service/Method, or as much of its end as is unique";
  constexpr const char* kJson = "The request as JSON; @file or - (standard input) to read it";
  auto* call = app.add_subcommand("call", "Call a method and print its answer")->fallthrough();
  call->add_option("method", flags.method, kMethod)->required();
  call->add_option("json", flags.json, kJson);
  call->add_option("-o,--output", flags.output, "json or table")
      ->capture_default_str()
      ->check(CLI::IsMember({"json", "table"}));
  call->add_flag("--show-grpcurl", flags.show_grpcurl, "Print the grpcurl line first, on stderr");
  auto* grpcurl = app.add_subcommand("grpcurl", "Print the grpcurl line of a call")->fallthrough();
  grpcurl->add_option("method", flags.method, kMethod)->required();
  grpcurl->add_option("json", flags.json, kJson);
  auto* import = app.add_subcommand("import", "Create users from a CSV file")->fallthrough();
  import->footer("Leaves with 3 when the import came to its end and rows of it failed.");
  import->add_option("--account", flags.import.account_id, "Id of the account")->required();
  import->add_option("--file", flags.import.file, "The file; - for standard input")->required();
  import->add_option("--mapping", flags.import.mapping,
                     "column=field,...; columns by name, or by number with --no-header; fields: "
                     "full_name given_name family_name email user_name title role");
  import->add_option("--delimiter", flags.import.delimiter,
                     "What stands between the cells, e.g. ';' or tab; else the server finds it");
  import->add_option("--charset", flags.import.charset,
                     "Charset of a file that is neither UTF-8 nor has a mark, e.g. windows-1252");
  import->add_flag("--no-header", flags.import.no_header, "The first row is a user already");
  import->add_flag("--dry-run", flags.import.dry_run, "Change nothing");
  app.add_subcommand("methods", "List the methods with who may call them");
  app.require_subcommand(1);
}

int Usage(const absl::Status& status) {
  std::cerr << "rosterctl: " << status.message() << "\n";
  return kUsage;
}

int End(const grpc::Status& status) {
  if (status.ok()) return 0;
  std::cerr << DescribeError(status);
  return kRefused;
}

absl::StatusOr<absl::Duration> ReadTimeout(const Flags& flags, absl::Duration usual) {
  if (flags.timeout.empty()) return usual;
  absl::Duration timeout;
  if (absl::ParseDuration(flags.timeout, &timeout) && timeout > absl::ZeroDuration()) {
    return timeout;
  }
  return absl::InvalidArgumentError("--timeout is no duration, e.g. 10s");
}

absl::Status ReadCredential(Flags& flags) {
  if (flags.token_file.empty()) {
    const char* token = std::getenv("ROSTER_TOKEN");
    if (token != nullptr) flags.target.token = token;
    return absl::OkStatus();
  }
  auto token = ReadToken(flags.token_file);
  if (!token.ok()) return token.status();
  flags.target.token = *std::move(token);
  return absl::OkStatus();
}

int Methods() {
  for (const auto* method : AllMethods()) {
    const std::string path = PathOf(*method);
    std::cout << path << std::string(path.size() < 60 ? 60 - path.size() : 1, ' ')
              << RuleOf(*method) << "\n";
  }
  return 0;
}

int Call(const Flags& flags, bool only_show) {
  const auto timeout = ReadTimeout(flags, absl::Seconds(10));
  if (!timeout.ok()) return Usage(timeout.status());
  const auto method = FindMethod(flags.method);
  if (!method.ok()) return Usage(method.status());
  const auto json = ReadJson(flags.json);
  if (!json.ok()) return Usage(json.status());
  const auto request = ParseRequest(**method, *json);
  if (!request.ok()) return Usage(request.status());
  const std::string line = GrpcurlLine(flags.target, **method, *json);
  if (only_show) {
    std::cout << line << "\n";
    return 0;
  }
  if ((*method)->client_streaming() || (*method)->server_streaming()) {
    return Usage(absl::InvalidArgumentError(PathOf(**method) + " is a stream"));
  }
  const auto channel = OpenChannel(flags.target);
  if (!channel.ok()) return Usage(channel.status());
  if (flags.show_grpcurl) std::cerr << line << "\n";
  grpc::ClientContext context;
  Prepare(flags.target, *timeout, context);
  const auto response = NewMessage(*(*method)->output_type());
  const auto status = CallUnary(*channel, context, **method, **request, *response);
  if (status.ok()) std::cout << (flags.output == "table" ? ToTable(*response) : ToJson(*response));
  return End(status);
}

int Import(const Flags& flags) {
  const auto timeout = ReadTimeout(flags, absl::Minutes(10));
  if (!timeout.ok()) return Usage(timeout.status());
  const auto header = ParseImport(flags.import);
  if (!header.ok()) return Usage(header.status());
  const bool piped = flags.import.file == kStandardInput;
  std::ifstream opened(piped ? "" : flags.import.file, std::ios::binary);
  std::istream& file = piped ? std::cin : opened;
  const auto unreadable = absl::InvalidArgumentError("can't read " + flags.import.file);
  if (!file) return Usage(unreadable);
  const auto channel = OpenChannel(flags.target);
  if (!channel.ok()) return Usage(channel.status());
  grpc::ClientContext context;
  Prepare(flags.target, *timeout, context);
  const ImportOutcome outcome = RunImport(*channel, context, *header, file, std::cout);
  if (!outcome.read) return Usage(unreadable);
  return outcome.status.ok() && outcome.rows_failed ? kRowsFailed : End(outcome.status);
}

int Main(int argc, char** argv) {
  CLI::App app("Calls a Roster server.", "rosterctl");
  Flags flags;
  app.set_version_flag("--version", services::VersionLine("rosterctl"));
  DeclareTarget(app, flags);
  DeclareCommands(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::CallForVersion&) {
    std::cout << app.version() << "\n";
    return 0;
  } catch (const CLI::ParseError& error) {
    return Usage(absl::InvalidArgumentError(error.what()));
  }
  if (app.got_subcommand("methods")) return Methods();
  if (app.got_subcommand("grpcurl")) return Call(flags, true);
  if (const auto status = ReadCredential(flags); !status.ok()) return Usage(status);
  return app.got_subcommand("import") ? Import(flags) : Call(flags, false);
}

}  // namespace
}  // namespace roster::ctl

int main(int argc, char** argv) { return roster::ctl::Main(argc, argv); }
