// The erasure list: what it says after a restart, and after a crash while it was written.

#include "storage/store/erasure_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/crypto/crc.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using KeyIds = std::set<uint64_t>;

Erasure ErasureOf(uint64_t key_id, Position position) {
  return {.account_id = "acme", .user_id = "ann", .key_id = key_id, .position = position};
}

std::string Line(const std::string& text) {
  return absl::StrCat(text, " ", absl::BytesToHexString(Crc32(text)), "\n");
}

KeyIds KeysOf(const ErasureList& list) {
  KeyIds key_ids;
  for (const Erasure& erasure : list.content().users) key_ids.insert(erasure.key_id);
  return key_ids;
}

class ErasureListTest : public testing::Test {
 protected:
  std::unique_ptr<ErasureList> Open() {
    auto list = ErasureList::Open(path_);
    EXPECT_THAT(list, IsOk());
    return *std::move(list);
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "list";
};

TEST_F(ErasureListTest, IsEmptyWhereThereIsNone) {
  EXPECT_EQ(KeysOf(*Open()), KeyIds());
  EXPECT_EQ(Open()->forgotten(), 0u);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(ErasureListTest, SaysTheSameAfterARestart) {
  const std::unique_ptr<ErasureList> list = Open();
  ASSERT_THAT(list->Add({ErasureOf(7, 20), ErasureOf(3, 21)}), IsOk());
  ASSERT_THAT(list->MarkForgotten(21), IsOk());
  ASSERT_THAT(list->Add({ErasureOf(9, 30)}), IsOk());
  EXPECT_EQ(KeysOf(*list), (KeyIds{3, 7, 9}));
  EXPECT_EQ(KeysOf(*Open()), (KeyIds{3, 7, 9}));
  EXPECT_EQ(Open()->forgotten(), 21u);
  EXPECT_EQ(Content(path_),
            "erased 20 7 acme ann 78121329\n"
            "erased 21 3 acme ann ea5cff3c\n"
            "forgotten 21 3abfb7ef\n"
            "erased 30 9 acme ann bb4dfa1f\n");
}

TEST_F(ErasureListTest, NamesEachKeyOnceAndNeverGoesBack) {
  std::unique_ptr<ErasureList> list = Open();
  ASSERT_THAT(list->Add({ErasureOf(7, 20), ErasureOf(7, 20)}), IsOk());
  ASSERT_THAT(list->MarkForgotten(20), IsOk());
  const std::string content = Content(path_);
  ASSERT_THAT(list->Add({ErasureOf(7, 20)}), IsOk());
  ASSERT_THAT(list->MarkForgotten(20), IsOk());
  ASSERT_THAT(list->MarkForgotten(4), IsOk());
  list = Open();
  ASSERT_THAT(list->Add({ErasureOf(7, 20)}), IsOk());
  ASSERT_THAT(list->MarkForgotten(4), IsOk());
  EXPECT_EQ(list->forgotten(), 20u);
  EXPECT_EQ(Content(path_), content);
}

// A crash tears the last line at any byte. What was torn had not counted yet, and what is added
// next is whole.
TEST_F(ErasureListTest, PassesOverALineThatWasTorn) {
  const std::string whole = Line("erased 20 7 acme ann");
  const std::string last = Line("erased 21 31 acme bob");
  for (size_t size = 0; size < last.size(); ++size) {
    Overwrite(path_, whole + last.substr(0, size));
    const std::unique_ptr<ErasureList> list = Open();
    EXPECT_EQ(KeysOf(*list), (KeyIds{7})) << size;
    ASSERT_THAT(list->Add({ErasureOf(5, 22)}), IsOk());
    EXPECT_EQ(KeysOf(*Open()), (KeyIds{5, 7})) << size;
    EXPECT_EQ(Content(path_), whole + Line("erased 22 5 acme ann"));
  }
}

TEST_F(ErasureListTest, IsRefusedWhenALineIsDamaged) {
  for (const char* line :
       {"", "erased 20 7 acme", "erased 20 seven acme ann", "erased x 7 acme ann",
        "erased 20 7 acme ann more", "forgotten", "forgotten x", "forgotten 1 2", "forgot 1"}) {
    Overwrite(path_, Line("forgotten 1") + Line(line) + Line("forgotten 2"));
    EXPECT_THAT(ErasureList::Open(path_), Fails(StatusCode::kDataLoss, path_)) << line;
  }
}

// A digit too many in `forgotten` would leave data of a user on the disk.
TEST_F(ErasureListTest, IsRefusedWhenAnyBitOfItWasFlipped) {
  const std::string whole =
      Line("erased 20 7 acme ann") + Line("forgotten 20") + Line("erased 21 31 acme bob");
  for (size_t byte = 0; byte + 1 < whole.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
      Overwrite(path_, damaged);
      EXPECT_THAT(ErasureList::Open(path_), Fails(StatusCode::kDataLoss, path_)) << byte << bit;
    }
  }
}

TEST_F(ErasureListTest, CanNotBeAddedToWithoutItsDirectory) {
  const auto opened = ErasureList::Open(directory_ / "none/list");
  ASSERT_THAT(opened, IsOk());
  ErasureList* const list = opened->get();
  EXPECT_FALSE(list->Add({ErasureOf(1, 1)}).ok());
  EXPECT_FALSE(list->MarkForgotten(1).ok());
  EXPECT_EQ(KeysOf(*list), KeyIds()) << "nothing counts that is not durable";
  EXPECT_EQ(list->forgotten(), 0u);
}

}  // namespace
}  // namespace roster::storage
