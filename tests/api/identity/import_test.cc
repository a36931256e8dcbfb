// ImportUsers through the stream. (R44, R80-R86, G1)

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "tests/api/server_fixture.h"
#include "tests/support/http.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportField;
using identity::v1::ImportHeader;
using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;
using Names = std::vector<std::string>;

std::string Data(const std::string& name) {
  return services::ReadAll(std::string(ROSTER_TEST_DATA) + "/" + name);
}

Names OutcomesOf(const Imported& imported) {
  Names outcomes;
  for (const auto& row : imported.rows) outcomes.push_back(OutcomeOf(row));
  return outcomes;
}

// The rows that failed, by number.
std::map<std::string, std::string> FailuresOf(const Imported& imported) {
  std::map<std::string, std::string> failures;
  for (const auto& row : imported.rows) {
    if (row.has_error()) failures[std::to_string(row.row())] = row.error().reason();
  }
  return failures;
}

class ImportTest : public testing::Test {
 protected:
  std::string Refusal(const ImportHeader& header, const std::string& file) const {
    const auto imported = ImportFile(home_.client, header, file);
    EXPECT_EQ(imported.rows.size(), 0U);
    return imported.result.Text();
  }
  // Sends the parts as they are and says how the stream ended.
  std::string Parts(const std::vector<ImportUsersRequest>& parts) const {
    const auto stream = home_.client.Import();
    bool open = true;
    for (const auto& part : parts) open = open && stream->Send(part);
    if (open) stream->HalfClose();
    ImportUsersResponse response;
    while (stream->Receive(response)) {
    }
    return stream->Finish().Text();
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

// The file of a thousand people, against what its maker says must become of each row.
TEST_F(ImportTest, People_R80_R81_R82_R83_R84_R85_R86) {
  google::protobuf::Struct expected;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Data("expected.json"), &expected).ok());
  std::map<std::string, std::string> failures;
  for (const auto& [row, reason] : expected.fields().at("failed_rows").struct_value().fields()) {
    failures[row] = reason.string_value();
  }
  ASSERT_EQ(failures.size(), 54U);
  const auto taken = ImportFile(home_.client, PeopleHeader(home_.id), Data("taken.csv"));
  ASSERT_EQ(taken.summary.created(), 13U);

  // A dry run says it all and stores nothing.
  auto header = PeopleHeader(home_.id);
  header.set_validate_only(true);
  const std::string file = Data("people.csv");
  header.set_size_bytes(file.size());
  const uint64_t position = home_.server->Position();
  const auto dry = ImportFile(home_.client, header, file);
  EXPECT_EQ(dry.result.Text(), "OK");
  EXPECT_EQ(FailuresOf(dry), failures);
  EXPECT_EQ(home_.server->Position(), position);
  EXPECT_EQ(home_.Names().size(), 14U);

  header.set_validate_only(false);
  const auto done = ImportFile(home_.client, header, file, 1000);
  ASSERT_EQ(done.result.Text(), "OK");
  EXPECT_EQ(FailuresOf(done), failures);
  EXPECT_EQ(OutcomesOf(done), OutcomesOf(dry));
  EXPECT_EQ(done.summary.rows(), 1000U);
  EXPECT_EQ(done.summary.created(), 946U);
  EXPECT_EQ(done.summary.failed(), 54U);
  EXPECT_EQ(done.summary.position(), home_.server->Position());
  for (size_t i = 0; i < done.rows.size(); ++i) EXPECT_EQ(done.rows[i].row(), i + 1);
  // Usable at once.
  EXPECT_EQ(home_.Names().size(), 960U);
  EXPECT_EQ(home_.Check(done.rows[0].user_id(), "content.view"), "ALLOW ROLE viewer");
  EXPECT_EQ(home_.Get(done.rows[0].user_id()).profile().full_name(), "Felix Keller");

  // The same once more adds nothing.
  const auto again = ImportFile(home_.client, header, file);
  EXPECT_EQ(again.summary.created(), 0U);
  EXPECT_EQ(home_.server->Position(), done.summary.position());
}

TEST_F(ImportTest, ByNumberWithoutAHeader_R84_R85) {
  ImportHeader header;
  header.set_account_id(home_.id);
  const ImportField fields[] = {identity::v1::IMPORT_FIELD_ROLE, identity::v1::IMPORT_FIELD_EMAIL,
                                identity::v1::IMPORT_FIELD_GIVEN_NAME,
                                identity::v1::IMPORT_FIELD_FAMILY_NAME,
                                identity::v1::IMPORT_FIELD_USER_NAME};
  for (int i = 0; i < 5; ++i) {
    auto& mapping = *header.add_mapping();
    mapping.set_number(static_cast<uint32_t>(i + (i > 1 ? 2 : 1)));  // the third is not mapped
    mapping.set_field(fields[i]);
  }
  const auto imported = ImportFile(home_.client, header,
                                   "viewer,ann@example.org,x,Ann,\"O'Neil, Dr.\",ann\n"
                                   "Ecommerce Viewer,bob@example.org,x,Bob,B,bob");
  ASSERT_EQ(imported.result.Text(), "OK");
  ASSERT_EQ(OutcomesOf(imported), (Names{"created", "created"}));
  const auto ann = home_.Get(imported.rows[0].user_id());
  EXPECT_EQ(ann.profile().full_name(), "Ann O'Neil, Dr.");
  EXPECT_EQ(home_.Get(imported.rows[1].user_id()).roles(0), "ecommerce_viewer");
}

// One email and one user name in two encodings are one value (H3); what only looks the same is
// decided row by row.
TEST_F(ImportTest, EncodingsOfOneName_R82) {
  const auto imported = ImportFile(home_.client, PeopleHeader(home_.id),
                                   "Name,Email,User name,Title,Groups\n"
                                   "A,a@BÜCHER.example,a1,,Viewer\n"
                                   "B,A@xn--bcher-kva.example,b2,,Viewer\n"
                                   "C,c@x.org,ka\u0308the,,Viewer\n"
                                   "D,d@x.org,KÄTHE,,Viewer\n"
                                   "E,e@x.org,copa,,Viewer\n"
                                   "F,f@x.org,сора,,Viewer\n");
  EXPECT_EQ(OutcomesOf(imported), (Names{"DUPLICATE_IN_FILE email", "DUPLICATE_IN_FILE email",
                                         "DUPLICATE_IN_FILE user_name",
                                         "DUPLICATE_IN_FILE user_name", "created", "CONFUSABLE"}));
}

TEST_F(ImportTest, MappingIncomplete_R84) {
  ImportHeader header;
  header.set_account_id(home_.id);
  EXPECT_EQ(Refusal(header, "a,b\n"),
            "INVALID_ARGUMENT MAPPING_INCOMPLETE {fields: full_name,email,user_name}");
  header = FourColumns(home_.id);
  header.mutable_mapping()->DeleteSubrange(1, 1);
  EXPECT_EQ(Refusal(header, "a,b,c,d\n"), "INVALID_ARGUMENT MAPPING_INCOMPLETE {fields: email}");
  header = FourColumns(home_.id);
  header.mutable_mapping(2)->set_field(identity::v1::IMPORT_FIELD_EMAIL);
  header.mutable_mapping(0)->set_name("Name");  // but the first row names nothing
  EXPECT_EQ(Refusal(header, "a,b,c,d\n"),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping.0.column: INVALID_VALUE, "
            "header.mapping.2.field: INVALID_VALUE]");
}

TEST_F(ImportTest, MalformedFiles) {
  const auto header = FourColumns(home_.id);
  EXPECT_EQ(Refusal(header, Rows("a", 3, "viewer") + "\"open,x@example.org,x,viewer\n"),
            "INVALID_ARGUMENT MALFORMED_CSV {line: 4, row: 4}");
  EXPECT_EQ(Refusal(header, "A,\"a\"x@example.org,a,viewer\n"),
            "INVALID_ARGUMENT MALFORMED_CSV {line: 1, row: 1}");
  EXPECT_EQ(home_.Names().size(), 1U);
}

// An upload that broke off is never taken for a whole file.
TEST_F(ImportTest, SizeMustBeRight) {
  auto header = FourColumns(home_.id);
  const std::string file = Rows("a", 3, "viewer");
  header.set_size_bytes(file.size() + 1);
  EXPECT_EQ(Refusal(header, file),
            absl::StrCat("INVALID_ARGUMENT MALFORMED_CSV {size_bytes: ", file.size(), "}"));
  header.set_size_bytes((64 << 20) + 1);
  EXPECT_EQ(Refusal(header, file),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: file_bytes, value: 67108864}");
  EXPECT_EQ(home_.Names().size(), 1U);
}

TEST_F(ImportTest, HeaderFirstAndOnce) {
  ImportUsersRequest header;
  *header.mutable_header() = FourColumns(home_.id);
  ImportUsersRequest chunk;
  chunk.set_chunk(Rows("a", 1, "viewer"));
  const std::string missing = "INVALID_ARGUMENT INVALID_FIELDS [header: MISSING_FIELD]";
  EXPECT_EQ(Parts({}), missing);
  EXPECT_EQ(Parts({chunk}), missing);
  EXPECT_EQ(Parts({chunk, header}), missing);
  EXPECT_EQ(Parts({ImportUsersRequest(), header}), missing);
  EXPECT_EQ(Parts({header, chunk, header}),
            "INVALID_ARGUMENT INVALID_FIELDS [header: INVALID_VALUE]");
  EXPECT_EQ(home_.Names().size(), 1U);
  EXPECT_EQ(Parts({header, chunk}), "OK");
  EXPECT_EQ(home_.Names().size(), 2U);
}

TEST_F(ImportTest, LargeFilesAreRefused) {
  ImportUsersRequest part;
  *part.mutable_header() = FourColumns(home_.id);
  const auto stream = home_.client.Import();
  ASSERT_TRUE(stream->Send(part));
  const std::string row = std::string(1023, 'x') + ",x@example.org,x,viewer\n";
  std::string chunk;
  while (chunk.size() < (2 << 20)) chunk += row;
  part.set_chunk(chunk.substr(0, (2 << 20) / row.size() * row.size()));
  int sent = 0;
  while (sent < 200 && stream->Send(part)) ++sent;
  EXPECT_GE(sent, 32);  // 64 MiB are taken
  EXPECT_LT(sent, 200);
  EXPECT_EQ(stream->Finish().Text(),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: file_bytes, value: 67108864}");
}

TEST_F(ImportTest, RolesOfRows_R44_R83) {
  const auto imported = ImportFile(home_.client, FourColumns(home_.id),
                                   "A,a@example.org,a,\n"
                                   "B,b@example.org,b,boss\n"
                                   "C,c@example.org,c, SUPER admin \n");
  EXPECT_EQ(OutcomesOf(imported), (Names{"ROLE_REQUIRED role", "ROLE_NOT_FOUND role", "created"}));
  // An administrator of a portal imports, but gives nobody a role beyond the administrator's own.
  const Home portal(event::v1::PRESET_CLIENT_PORTAL);
  auto header = FourColumns(portal.id);
  header.mutable_mapping(0)->set_field(identity::v1::IMPORT_FIELD_GIVEN_NAME);
  *header.add_mapping() = header.mapping(0);
  header.mutable_mapping(4)->set_number(5);
  header.mutable_mapping(4)->set_field(identity::v1::IMPORT_FIELD_FAMILY_NAME);
  const auto some = ImportFile(portal.As({"administrator"}), header,
                               "A,a@example.org,a,super_admin,Tester\n"
                               "B,b@example.org,b,basic,\n"
                               "C,c@example.org,c,Basic,Tester\n"
                               "D,d@example.org,d,,Tester\n");
  EXPECT_EQ(some.result.Text(), "OK");
  EXPECT_EQ(OutcomesOf(some),
            (Names{"ESCALATION", "MISSING_FIELD family_name", "created", "created"}));
}

// Each import holds its file in memory, so only four run at a time, two of them for one caller; one
// that is not let in, or has ended, takes no place.
TEST_F(ImportTest, AH4_TwoAtATimeForACaller) {
  ImportUsersRequest header;
  *header.mutable_header() = FourColumns(home_.id);
  ImportUsersRequest chunk;
  const auto strangers = [&] {
    std::vector<std::unique_ptr<MessageStream>> opened(6);
    for (auto& stream : opened) stream = home_.server->Anonymous().Import();
    return opened;
  }();
  std::vector<std::unique_ptr<MessageStream>> streams;
  for (int i = 0; i < 2; ++i) {
    streams.push_back(home_.client.Import());
    ASSERT_TRUE(streams[i]->Send(header));
    // More than waits in between can only be sent when the header was taken.
    chunk.set_chunk(Rows(absl::StrCat("user", i, "-"), 1, "viewer") + std::string(3 << 20, '\n'));
    for (int sent = 0; sent < 3; ++sent) ASSERT_TRUE(streams[i]->Send(chunk));
  }
  EXPECT_EQ(Parts({header}), "RESOURCE_EXHAUSTED OVERLOADED");
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  EXPECT_EQ(ImportFile(other.client, FourColumns(other.id), Rows("ann", 1, "viewer")).result.Text(),
            "OK");
  EXPECT_EQ(ImportFile(home_.As({}), header.header(), "").result.code, "PERMISSION_DENIED");
  for (const auto& stream : streams) stream->HalfClose();
  ImportUsersResponse response;
  for (const auto& stream : streams) {
    while (stream->Receive(response)) {
    }
    EXPECT_EQ(stream->Finish().Text(), "OK");
  }
  EXPECT_EQ(Parts({header, chunk}), "OK");
  for (const auto& stream : strangers) stream->Cancel();
}

// Streams that say nothing are bounded too, and those of strangers end at once.
TEST_F(ImportTest, OpenStreamsAreBounded) {
  ImportUsersResponse response;
  const auto stranger = home_.server->Anonymous().Import();
  EXPECT_FALSE(stranger->Receive(response));
  EXPECT_EQ(stranger->Finish().Text(), "UNAUTHENTICATED UNAUTHENTICATED");
  const auto started = [this] {
    return Metric(home_.server->server().metrics_port(), "grpc_server_started_total",
                  "ImportUsers");
  };
  const double before = started();
  std::vector<std::unique_ptr<MessageStream>> silent;
  silent.reserve(22);  // a third of the places
  for (int i = 0; i < 22; ++i) silent.push_back(home_.client.Import());
  while (started() < before + 22) absl::SleepFor(absl::Milliseconds(5));
  const auto refused = home_.client.Import();
  EXPECT_FALSE(refused->Receive(response));
  EXPECT_EQ(refused->Finish().Text(), "RESOURCE_EXHAUSTED OVERLOADED");
  EXPECT_EQ(home_.client.Call(List(home_.id)).Text(), "OK");
  for (const auto& stream : silent) stream->Cancel();
  for (const auto& stream : silent) EXPECT_EQ(stream->Finish().code, "CANCELLED");
  while (ImportFile(home_.client, FourColumns(home_.id), "").result.reason == "OVERLOADED") {
    absl::SleepFor(absl::Milliseconds(5));  // the server hears of it later
  }
}

TEST_F(ImportTest, NeedsItsPermission_R53) {
  for (const char* role : {"admin", "viewer", "auditor"}) {
    const auto imported =
        ImportFile(home_.As({role}), FourColumns(home_.id), Rows("a", 1, "viewer"));
    EXPECT_EQ(imported.result.Text(),
              "PERMISSION_DENIED PERMISSION_REQUIRED {permission: users.import}")
        << role;
  }
  EXPECT_EQ(ImportFile(home_.server->Anonymous(), FourColumns(home_.id), "").result.Text(),
            "UNAUTHENTICATED UNAUTHENTICATED");
}

TEST_F(ImportTest, DeletedUsersKeepTheirNames_R4) {
  const std::string ann = home_.Create("ann", {"viewer"});
  ASSERT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, ann)), "OK");
  const auto imported = ImportFile(home_.client, FourColumns(home_.id),
                                   "Ann,ann@example.org,other,viewer\n"
                                   "Ann,other@example.org,ann,viewer\n");
  EXPECT_EQ(OutcomesOf(imported), (Names{"BELONGS_TO_DELETED_USER", "BELONGS_TO_DELETED_USER"}));
}

// A caller that hangs up before the half-close imports nothing, at whatever row.
TEST_F(ImportTest, CancelledUploadImportsNothing) {
  ImportUsersRequest header;
  *header.mutable_header() = FourColumns(home_.id);
  ImportUsersRequest chunk;
  constexpr int kUploads = 60;
  const uint16_t port = home_.server->server().metrics_port();
  const double before = Metric(port, "grpc_server_handled_total", "ImportUsers");
  for (int i = 0; i < kUploads; ++i) {
    const auto stream = home_.client.Import();
    ASSERT_TRUE(stream->Send(header));
    chunk.set_chunk(Rows(absl::StrCat("u", i, "-"), 20, "viewer"));
    ASSERT_TRUE(stream->Send(chunk));
    stream->Cancel();
    EXPECT_EQ(stream->Finish().code, "CANCELLED");
    // It holds one of the caller's two places until the server hears of it.
    while (Metric(port, "grpc_server_handled_total", "ImportUsers") < before + i + 1) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  EXPECT_EQ(Metric(port, "grpc_server_handled_total", "ImportUsers"), before + kUploads);
  EXPECT_EQ(home_.Names().size(), 1U);
}

}  // namespace
}  // namespace roster::api_test
