// What bounds an import, and what ends one early.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;

// All that is told of the rows.
std::string OutcomesOf(const Imported& imported) {
  std::string outcomes;
  for (const auto& row : imported.rows) {
    absl::StrAppend(&outcomes, row.row(), " ", OutcomeOf(row), " ", row.user_id(), "\n");
  }
  return outcomes;
}

class ImportLimitsTest : public testing::Test {
 protected:
  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

TEST_F(ImportLimitsTest, AH2_MappingsAreBounded) {
  auto header = FourColumns(home_.id);
  while (header.mapping_size() < 257) *header.add_mapping() = header.mapping(0);
  EXPECT_EQ(ImportFile(home_.client, header, "a").result.Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [header.mapping: INVALID_VALUE]");
}

// A file of nothing but columns is refused before the rest of it is sent.
TEST_F(ImportLimitsTest, AH3_RefusedWhileItArrives) {
  ImportUsersRequest part;
  *part.mutable_header() = FourColumns(home_.id);
  const auto stream = home_.client.Import();
  ASSERT_TRUE(stream->Send(part));
  part.set_chunk(std::string(1 << 20, ','));
  int sent = 0;
  while (sent < 63 && stream->Send(part)) ++sent;
  EXPECT_LT(sent, 30);
  EXPECT_EQ(stream->Finish().Text(),
            "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: columns, line: 1, row: 1, value: 256}");
}

// A stop does not wait for an import that nobody reads, nor for one that is being planned.
TEST(ImportStopTest, AH2_EndsWithTheServer) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  auto header = FourColumns(home.id);
  header.set_validate_only(true);
  ImportUsersRequest part;
  *part.mutable_header() = header;
  const auto stream = home.client.Import();
  ASSERT_TRUE(stream->Send(part));
  part.set_chunk(Rows("user", 50'000, "viewer"));
  ASSERT_TRUE(stream->Send(part));
  stream->HalfClose();
  ImportUsersResponse told;
  ASSERT_TRUE(stream->Receive(told));
  server.server().Stop(absl::ZeroDuration(), absl::Milliseconds(100));
  int rows = 0;
  while (stream->Receive(told)) rows += told.rows().rows_size();
  EXPECT_FALSE(stream->Finish().ok());
  EXPECT_LT(rows, 50'000);
}

// Rows whose fields are as long as they may be make a commit large before they are 200.
TEST_F(ImportLimitsTest, AM10_LongRows) {
  auto header = FourColumns(home_.id);
  for (const auto field :
       {identity::v1::IMPORT_FIELD_GIVEN_NAME, identity::v1::IMPORT_FIELD_FAMILY_NAME,
        identity::v1::IMPORT_FIELD_TITLE}) {
    auto& mapping = *header.add_mapping();
    mapping.set_number(1);
    mapping.set_field(field);
  }
  header.set_request_id("0190163d-8694-739b-aea5-966c26f8ad91");
  std::string name;
  for (int i = 0; i < 256; ++i) name += "\xF0\xA0\x80\x80";  // U+20000
  std::string file;
  for (int i = 0; i < 450; ++i) {
    absl::StrAppend(&file, name, ",long", i, "@example.org,long", i, ",viewer\n");
  }
  const auto imported = ImportFile(home_.client, header, file);
  EXPECT_EQ(imported.result.Text(), "OK");
  EXPECT_EQ(imported.summary.rows(), 450U);
  EXPECT_EQ(imported.summary.created(), 450U);
  EXPECT_EQ(imported.summary.position(), home_.server->Position());
  const auto again = ImportFile(home_.client, header, file, 1000);
  EXPECT_EQ(OutcomesOf(again), OutcomesOf(imported));
  EXPECT_EQ(again.summary.SerializeAsString(), imported.summary.SerializeAsString());
}

// Each group is decided anew: the import ends with the token that proved its caller. Nobody reads
// the stream meanwhile, so that most of its groups still wait.
TEST_F(ImportLimitsTest, AH6_RevokedWhileTheImportRuns) {
  const Service service = home_.NewService({"super_admin"});
  const auto stream = service.client.Import();
  ImportUsersRequest part;
  *part.mutable_header() = FourColumns(home_.id);
  ASSERT_TRUE(stream->Send(part));
  part.set_chunk(Rows("user", 20'000, "viewer") + Rows("boss", 1, "super_admin"));
  ASSERT_TRUE(stream->Send(part));
  stream->HalfClose();
  ImportUsersResponse told;
  ASSERT_TRUE(stream->Receive(told));
  EXPECT_EQ(told.rows().rows_size(), 200);
  auto revoke = In<identity::v1::RevokeServiceTokenRequest>(home_.id);
  revoke.set_service_account_id(service.service_account_id);
  revoke.set_token_id(service.token_id);
  ASSERT_EQ(Try(home_.client, revoke), "OK");
  int rows = 200;
  while (stream->Receive(told)) rows += told.rows().rows_size();
  const Result result = stream->Finish();
  EXPECT_EQ(result.reason, "UNAUTHENTICATED");
  EXPECT_LT(rows, 20'000);
  // How far it came (AM10).
  EXPECT_EQ(result.metadata.at("rows"), absl::StrCat(rows));
  EXPECT_EQ(result.metadata.at("created"), absl::StrCat(rows));
  EXPECT_EQ(result.metadata.at("failed"), "0");
  EXPECT_GT(result.metadata.at("position"), "0");
  EXPECT_EQ(home_.Names("role = super_admin"), std::vector<std::string>{"first"});
}

}  // namespace
}  // namespace roster::api_test
