// When the views are dropped and built anew.

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "storage/log/memory_log.h"
#include "storage/views/views.h"
#include "tests/storage/storage_support.h"
#include "tests/storage/views/views_support.h"

namespace roster::storage {
namespace {

using domain::Changes;
namespace fs = std::filesystem;

using ViewsRebuildTest = ViewsTest;

TEST_F(ViewsRebuildTest, AreRebuiltWhenOfAnotherLog) {
  {
    MemoryLog other;
    AppendUsers(other, 5, *vault_);
    ASSERT_NE(Open(other, path_), nullptr);
  }
  AppendUsers(log_, 10, *vault_);
  ExpectRebuilt("another log");
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenAheadOfTheLog) {
  AppendUsers(log_, 5, *vault_);
  {
    const std::unique_ptr<Views> views = Open();
    ASSERT_NE(views, nullptr);
    Changes changes;
    changes.position = 7;
    changes.of(domain::Table::kUsers).rows["a1/ghost"] = "from a future that did not happen";
    ASSERT_THAT(views->Apply(changes), IsOk());
  }
  ExpectRebuilt("at position 7, the log only at 6");
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenMarkedAsDamaged) {
  AppendUsers(log_, 5, *vault_);
  Open().reset();
  std::ofstream(path_ + "/DAMAGED").put('\n');
  ExpectRebuilt("marked as damaged");
  Open().reset();
  EXPECT_EQ(said_.text(), "");
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenAnotherVersionMadeThem) {
  AppendUsers(log_, 5, *vault_);
  Open().reset();
  PutFact("view_version", "0");
  ExpectRebuilt("another version");
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenIncomplete) {
  AppendUsers(log_, 5, *vault_);
  Open().reset();
  PutFact("position", "7 bytes");
  ExpectRebuilt("incomplete");
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenTheyCanNotBeOpened) {
  AppendUsers(log_, 5, *vault_);
  Open().reset();
  std::ofstream(path_ + "/CURRENT", std::ios::trunc) << "nonsense";
  ExpectRebuilt("open the views");
}

// Overwrites some bytes of the first block of the table file that has the users.
void DamageUsers(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (file.column_family_name != "users") continue;
    std::fstream bytes(file.db_path + file.name, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(20).write("\xde\xad\xbe\xef", 4);
    ASSERT_TRUE(bytes.good());
  }
}

TEST_F(ViewsRebuildTest, AreRebuiltWhenATableIsDamaged) {
  AppendUsers(log_, 50, *vault_);
  Open().reset();
  Raw(DamageUsers);
  ExpectRebuilt("check the views");
}

TEST_F(ViewsRebuildTest, EndTheProcessAtADamagedRowAndAreRebuilt) {
  options_.check_tables = false;  // as if the damage had come later
  AppendUsers(log_, 50, *vault_);
  std::string first_user;
  Open()->Latest()->Scan(domain::Table::kUsers, "", "",
                         [&](std::string_view key, std::string_view) {
                           first_user = key;
                           return false;
                         });
  Raw(DamageUsers);
  // Instead of ending the process, which could not look at what it left.
  struct Damaged {};
  options_.on_damage = [](std::string_view what) {
    if (what.find("users") != std::string_view::npos) throw Damaged();
  };
  std::unique_ptr<Views> views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_THROW(Dump(*views->Latest()), Damaged);
  EXPECT_TRUE(fs::exists(path_ + "/DAMAGED"));
  views.reset();
  // Whatever the handler does.
  fs::remove(path_ + "/DAMAGED");
  options_.on_damage = [](std::string_view) {};
  views = Open();
  ASSERT_NE(views, nullptr);
  EXPECT_EXIT(views->Latest()->Get(domain::Table::kUsers, first_user),
              testing::KilledBySignal(SIGABRT), "");
  views.reset();
  options_.on_damage = nullptr;
  // The process that ended may have had a directory of its own.
  std::ofstream(path_ + "/DAMAGED") << "users";
  ExpectRebuilt("marked as damaged");
}

}  // namespace
}  // namespace roster::storage
