// `rosterctl import`: a CSV file through the ImportUsers stream.

#ifndef ROSTER_TOOLS_ROSTERCTL_IMPORT_H_
#define ROSTER_TOOLS_ROSTERCTL_IMPORT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <istream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "roster/identity/v1/import.pb.h"

namespace roster::ctl {

inline constexpr char kStandardInput[] = "-";

// What the command line says about an import.
struct ImportFlags {
  std::string account_id;
  std::string file;       // `-`: standard input
  std::string mapping;    // `Column=field,...`; empty: the usual one
  std::string delimiter;  // or `tab`; empty: the server finds it
  std::string charset;    // empty: by the mark of the file, else UTF-8
  bool no_header = false;
  bool dry_run = false;
};

// The first message of the stream. Columns are named as in the file's header; without a header they
// are numbers from 1. Fields are those of ImportField in lower case, e.g. full_name.
// A pipe has no size. INVALID_ARGUMENT: the mapping is malformed, or the file is not there.
absl::StatusOr<identity::v1::ImportHeader> ParseImport(const ImportFlags& flags);

// How an import ended.
struct ImportOutcome {
  grpc::Status status;
  bool read = true;  // the whole file; if not, the import was cancelled and nothing was imported
  bool rows_failed = false;
};

// Sends header and file, and writes one line for every wrong field of a row and the summary as
// JSON.
ImportOutcome RunImport(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const identity::v1::ImportHeader& header, std::istream& file,
                        std::ostream& out);

}  // namespace roster::ctl

#endif  // ROSTER_TOOLS_ROSTERCTL_IMPORT_H_
