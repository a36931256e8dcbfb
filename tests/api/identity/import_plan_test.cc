// How a file becomes a plan: what is kept of it, what bounds it, and how its rows are cut into
// groups.

#include "services/identity/import_plan.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"

namespace roster::services {
namespace {

using identity::v1::ImportField;
using identity::v1::ImportHeader;

constexpr ImportField kRequired[] = {identity::v1::IMPORT_FIELD_FULL_NAME,
                                     identity::v1::IMPORT_FIELD_EMAIL,
                                     identity::v1::IMPORT_FIELD_USER_NAME};

// The required fields in the columns 1, 2 and 3.
ImportHeader Numbered() {
  ImportHeader header;
  uint32_t number = 0;
  for (const ImportField field : kRequired) {
    auto& mapping = *header.add_mapping();
    mapping.set_number(++number);
    mapping.set_field(field);
  }
  return header;
}

// "OK", or the reason with what is told of the limit.
std::string Text(const absl::Status& status) {
  if (status.ok()) return "OK";
  if (absl::IsCancelled(status)) return "CANCELLED";
  const std::string limit = domain::MetadataOf(status, "limit");
  const std::string row = domain::MetadataOf(status, "row");
  return domain::ReasonOf(status) + (limit.empty() ? "" : " " + limit) +
         (row.empty() ? "" : " " + row);
}

bool Never() { return false; }

// Memory in use, in whatever arena.
size_t HeapBytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class ImportPlanTest : public testing::Test {
 protected:
  // Reads the file in chunks, as often as `times`, until it is refused.
  absl::Status Read(ImportPlan& plan, const std::string& chunk, int times = 1) {
    for (read_ = 0; read_ < times; ++read_) {
      if (auto refusal = plan.Read(chunk); !refusal.ok()) return refusal;
    }
    return absl::OkStatus();
  }
  // How a whole file ends.
  std::string Whole(const ImportHeader& header, const std::string& file) {
    ImportPlan plan(header, ids_);
    absl::Status status = Read(plan, file);
    if (status.ok()) status = plan.Finish(Never);
    return Text(status);
  }

  IdSource ids_{[] { return absl::Now(); }};
  int read_ = 0;  // chunks that were taken
};

TEST_F(ImportPlanTest, AH2_ColumnsAreBounded) {
  const ImportHeader header = Numbered();
  EXPECT_EQ(Whole(header, "a" + std::string(255, ',') + "\n"), "OK");
  EXPECT_EQ(Whole(header, std::string(256, ',') + "\n"), "LIMIT_EXCEEDED columns 1");
  EXPECT_EQ(Whole(header, "a,b,c\n" + std::string(256, ',') + "\n"), "LIMIT_EXCEEDED columns 2");
}

TEST_F(ImportPlanTest, AH2_ItIsStoppedBetweenRows) {
  const ImportHeader header = Numbered();
  ImportPlan plan(header, ids_);
  ASSERT_EQ(Text(Read(plan, "a,a@x.org,a\n", 10'000)), "OK");
  int asked = 0;
  EXPECT_EQ(Text(plan.Finish([&] { return ++asked > 100; })), "CANCELLED");
  EXPECT_EQ(asked, 101);
}

TEST_F(ImportPlanTest, AH3_CommasAreRefusedAsTheyArrive) {
  const ImportHeader header = Numbered();
  ImportPlan plan(header, ids_);
  EXPECT_EQ(Text(Read(plan, std::string(1 << 20, ','), 63)), "LIMIT_EXCEEDED columns 1");
  EXPECT_EQ(read_, 0);
}

TEST_F(ImportPlanTest, AH3_ALongRowIsRefusedAsItArrives) {
  const ImportHeader header = Numbered();
  ImportPlan plan(header, ids_);
  ASSERT_EQ(Text(plan.Read("a,\"")), "OK");
  EXPECT_EQ(Text(Read(plan, std::string(1 << 18, 'x'), 100)), "LIMIT_EXCEEDED row_bytes 1");
  EXPECT_LE(read_, 4);
}

TEST_F(ImportPlanTest, AH3_RowsAreBounded) {
  const ImportHeader header = Numbered();
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "a,,\n";
  ImportPlan plan(header, ids_);
  EXPECT_EQ(Text(Read(plan, thousand, 1002)), "LIMIT_EXCEEDED rows 1000001");
}

// What is not mapped leaves nothing behind, whether it is converted or not.
TEST_F(ImportPlanTest, AH3_MemoryIsThatOfTheRowsKept) {
  ImportHeader header = Numbered();
  const std::string row = "a" + std::string(200, ',') + "\n";
  std::string chunk;
  while (chunk.size() < (1 << 20)) chunk += row;
  for (const char* charset : {"", "windows-1252"}) {
    header.set_charset(charset);
    ImportPlan plan(header, ids_);
    const size_t before = HeapBytes();
    size_t most = before;
    for (int i = 0; i < 62; ++i) {
      ASSERT_EQ(Text(plan.Read(chunk)), "OK");
      most = std::max(most, HeapBytes());
    }
    EXPECT_GT(plan.rows(), 300'000U);
    EXPECT_LT(most - before, 128 * plan.rows() + (4 << 20));
  }
}

// All cells of a column may be kept for several fields; together they are bounded.
TEST_F(ImportPlanTest, AH3_KeptCellsAreBounded) {
  ImportHeader header = Numbered();
  for (const ImportField field :
       {identity::v1::IMPORT_FIELD_GIVEN_NAME, identity::v1::IMPORT_FIELD_FAMILY_NAME,
        identity::v1::IMPORT_FIELD_TITLE, identity::v1::IMPORT_FIELD_ROLE}) {
    header.add_mapping()->set_field(field);
  }
  for (auto& mapping : *header.mutable_mapping()) mapping.set_number(1);
  ImportPlan plan(header, ids_);
  const std::string row = std::string(1 << 18, 'x') + "\n";
  EXPECT_EQ(Text(Read(plan, row, 256)), "LIMIT_EXCEEDED kept_bytes 74");
}

TEST_F(ImportPlanTest, AM10_GroupsAreCutByBytesToo) {
  const ImportHeader header = Numbered();
  ImportPlan plan(header, ids_);
  std::string file;
  for (int i = 0; i < 500; ++i) {
    const size_t size = i < 200 ? 10 : 3000;
    absl::StrAppend(&file, std::string(size, 'n'), ",u", i, "@x.org,u", i, "\n");
  }
  ASSERT_EQ(Text(Read(plan, file)), "OK");
  ASSERT_EQ(Text(plan.Finish(Never)), "OK");
  std::vector<size_t> sizes;
  uint32_t number = 0;
  for (auto group = plan.NextGroup(); !group.empty(); group = plan.NextGroup()) {
    sizes.push_back(group.size());
    size_t bytes = 0;
    for (const PlannedRow& row : group) {
      EXPECT_EQ(row.number, ++number);
      bytes += row.row.personal.ByteSizeLong();
    }
    EXPECT_LT(bytes, 512 * 1024 - 200 * group.size());
  }
  EXPECT_EQ(number, 500U);
  EXPECT_EQ(sizes.front(), 200U);
  EXPECT_GT(sizes.size(), 3U);
}

// The same whatever the chunks, a byte each included.
TEST_F(ImportPlanTest, ChunksDoNotMatter) {
  ImportHeader header = Numbered();
  header.set_has_header(true);
  const std::string file =
      "\xEF\xBB\xBFname,mail,user\n\"A, B\",a@x.org,a\n\nB,b@x.org,\"b\"\"b\"\n";
  ImportPlan whole(header, ids_);
  ASSERT_EQ(Text(Read(whole, file)), "OK");
  ASSERT_EQ(Text(whole.Finish(Never)), "OK");
  ImportPlan bytes(header, ids_);
  for (const char byte : file) ASSERT_EQ(Text(bytes.Read({&byte, 1})), "OK");
  ASSERT_EQ(Text(bytes.Finish(Never)), "OK");
  const auto one = whole.NextGroup();
  const auto other = bytes.NextGroup();
  ASSERT_EQ(one.size(), 2U);
  ASSERT_EQ(other.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(one[i].row.personal.SerializeAsString(), other[i].row.personal.SerializeAsString());
  }
  EXPECT_EQ(one[0].row.personal.full_name(), "A, B");
  EXPECT_EQ(one[1].row.personal.user_name(), "b\"b");
}

}  // namespace
}  // namespace roster::services
