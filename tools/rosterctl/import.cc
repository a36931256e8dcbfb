#include "tools/rosterctl/import.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "roster/identity/v1/identity_service.grpc.pb.h"
#include "tools/rosterctl/call.h"

namespace roster::ctl {
namespace {

using identity::v1::ColumnMapping;
using identity::v1::ImportHeader;
using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;

constexpr std::size_t kChunkBytes = 256 << 10;
constexpr const char* kNamedColumns =
    "Name=full_name,Email=email,User name=user_name,Title=title,Groups=role";
constexpr const char* kNumberedColumns = "1=full_name,2=email,3=user_name,4=title,5=role";

absl::StatusOr<ColumnMapping> ParseColumn(const std::string& text, bool numbered) {
  const auto refuse = [&text](const char* why) {
    return absl::InvalidArgumentError("--mapping: `" + text + "` " + why);
  };
  const std::size_t equals = text.rfind('=');  // a column's name may hold one too
  if (equals == std::string::npos || equals == 0) return refuse("is not column=field");
  ColumnMapping mapping;
  identity::v1::ImportField field = identity::v1::IMPORT_FIELD_UNSPECIFIED;
  const std::string name = "IMPORT_FIELD_" + absl::AsciiStrToUpper(text.substr(equals + 1));
  if (!identity::v1::ImportField_Parse(name, &field)) return refuse("names no field");
  mapping.set_field(field);
  const std::string column = text.substr(0, equals);
  if (!numbered) {
    mapping.set_name(column);
    return mapping;
  }
  std::uint32_t number = 0;
  if (!absl::SimpleAtoi(column, &number)) return refuse("needs a column number without a header");
  mapping.set_number(number);
  return mapping;
}

// The metadata in brackets, in the order of their names.
std::string TextOf(const identity::v1::RowError& error) {
  const std::map<std::string, std::string> metadata(error.metadata().begin(),
                                                    error.metadata().end());
  if (metadata.empty()) return "";
  return absl::StrCat(" (", absl::StrJoin(metadata, ", ", absl::PairFormatter(": ")), ")");
}

void PrintFailures(const identity::v1::ImportedRows& rows, std::ostream& out) {
  for (const auto& row : rows.rows()) {
    if (!row.has_error()) continue;
    const std::string place = absl::StrCat("row ", row.row(), " line ", row.line(), " ");
    const auto& error = row.error();
    if (error.wrong_fields().empty()) {
      out << place << error.reason() << ": " << error.message() << TextOf(error) << "\n";
    }
    for (const auto& wrong : error.wrong_fields()) {
      out << place << wrong.reason() << " " << wrong.field() << ": " << wrong.description()
          << (wrong.reason() == error.reason() ? TextOf(error) : "") << "\n";
    }
  }
}

}  // namespace

absl::StatusOr<ImportHeader> ParseImport(const ImportFlags& flags) {
  ImportHeader header;
  header.set_account_id(flags.account_id);
  header.set_has_header(!flags.no_header);
  header.set_validate_only(flags.dry_run);
  header.set_delimiter(flags.delimiter == "tab" ? "\t" : flags.delimiter);
  header.set_charset(flags.charset);
  std::error_code error;
  if (flags.file != kStandardInput && std::filesystem::is_regular_file(flags.file, error)) {
    header.set_size_bytes(std::filesystem::file_size(flags.file, error));
  }
  if (error) return absl::InvalidArgumentError(flags.file + ": " + error.message());
  std::string text = flags.mapping;
  if (text.empty()) text = flags.no_header ? kNumberedColumns : kNamedColumns;
  const std::vector<std::string> columns = absl::StrSplit(text, ',');
  for (const std::string& column : columns) {
    auto mapping = ParseColumn(column, flags.no_header);
    if (!mapping.ok()) return mapping.status();
    *header.add_mapping() = *std::move(mapping);
  }
  return header;
}

ImportOutcome RunImport(const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context,
                        const ImportHeader& header, std::istream& file, std::ostream& out) {
  ImportOutcome outcome;
  const auto stub = identity::v1::IdentityService::NewStub(channel);
  const auto stream = stub->ImportUsers(&context);
  ImportUsersRequest request;
  *request.mutable_header() = header;
  // A write fails when the server has ended the call: then its status says why.
  bool open = stream->Write(request);
  std::string chunk(kChunkBytes, '\0');
  while (open && file) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    if (file.gcount() == 0) break;
    request.set_chunk(chunk.data(), static_cast<std::size_t>(file.gcount()));
    open = stream->Write(request);
  }
  // The server takes what it has for the file once all is written.
  outcome.read = !file.bad();
  if (!outcome.read) context.TryCancel();
  stream->WritesDone();
  ImportUsersResponse response;
  while (stream->Read(&response)) {
    PrintFailures(response.rows(), out);
    if (!response.has_summary()) continue;
    outcome.rows_failed = response.summary().failed() > 0;
    out << ToJson(response.summary());
  }
  outcome.status = stream->Finish();
  return outcome;
}

}  // namespace roster::ctl
