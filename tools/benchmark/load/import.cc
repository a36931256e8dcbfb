#include "tools/benchmark/load/import.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "roster/identity/v1/identity_service.grpc.pb.h"
#include "tools/benchmark/people.h"

namespace roster::benchmark {
namespace {

using identity::v1::IdentityService;
using identity::v1::ImportUsersRequest;

constexpr uint64_t kMostRowsInAFile = 200'000;
constexpr size_t kChunkBytes = 256 << 10;
constexpr auto kLongestImport = std::chrono::minutes(10);

std::string CsvOf(uint64_t first, uint64_t rows) {
  std::string csv;
  for (uint64_t i = first; i < first + rows; ++i) {
    const Person person = PersonOf(i);
    absl::StrAppend(&csv, person.full_name, ",", person.email, ",", person.user_name, ",",
                    person.title, ",viewer\n");
  }
  return csv;
}

ImportUsersRequest HeaderOf(const std::string& account_id, size_t size_bytes) {
  ImportUsersRequest request;
  identity::v1::ImportHeader& header = *request.mutable_header();
  header.set_account_id(account_id);
  header.set_size_bytes(size_bytes);
  uint32_t number = 0;
  for (const auto field : {identity::v1::IMPORT_FIELD_FULL_NAME, identity::v1::IMPORT_FIELD_EMAIL,
                           identity::v1::IMPORT_FIELD_USER_NAME, identity::v1::IMPORT_FIELD_TITLE,
                           identity::v1::IMPORT_FIELD_ROLE}) {
    identity::v1::ColumnMapping& column = *header.add_mapping();
    column.set_number(++number);
    column.set_field(field);
  }
  return request;
}

// One file; adds to what was imported.
absl::Status ImportFile(const Target& target, IdentityService::Stub& stub,
                        const std::string& account_id, const std::string& csv, Imported& imported) {
  grpc::ClientContext context;
  Prepare(target, context);
  context.set_deadline(std::chrono::system_clock::now() + kLongestImport);
  const absl::Time began = absl::Now();
  const auto stream = stub.ImportUsers(&context);
  bool open = stream->Write(HeaderOf(account_id, csv.size()));
  for (size_t begin = 0; open && begin < csv.size(); begin += kChunkBytes) {
    ImportUsersRequest request;
    request.set_chunk(csv.substr(begin, kChunkBytes));
    open = stream->Write(request);
  }
  stream->WritesDone();
  identity::v1::ImportUsersResponse response;
  while (stream->Read(&response)) {
    imported.created += response.summary().created();
    imported.failed += response.summary().failed();
  }
  const grpc::Status status = stream->Finish();
  imported.took += absl::Now() - began;
  return status.ok() ? absl::OkStatus() : absl::UnavailableError(ReasonOf(status));
}

}  // namespace

absl::StatusOr<Imported> ImportPeople(const Target& target, const std::string& account_id,
                                      uint64_t first, uint64_t rows) {
  const auto channel = Connect(target);
  if (!channel.ok()) return channel.status();
  IdentityService::Stub stub(*channel);
  const auto cpu_before = CpuTime(target);
  if (!cpu_before.ok()) return cpu_before.status();
  Imported imported;
  while (rows > 0) {
    const uint64_t now = std::min(rows, kMostRowsInAFile);
    auto status = ImportFile(target, stub, account_id, CsvOf(first, now), imported);
    if (!status.ok()) return status;
    first += now;
    rows -= now;
  }
  const auto cpu_after = CpuTime(target);
  if (!cpu_after.ok()) return cpu_after.status();
  imported.server_cpu = *cpu_after - *cpu_before;
  return imported;
}

}  // namespace roster::benchmark
