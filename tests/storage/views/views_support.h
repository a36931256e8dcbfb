// The views of one log, for tests: opened, tampered with, and compared with what the log folds to.

#ifndef ROSTER_TESTS_STORAGE_VIEWS_VIEWS_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_VIEWS_VIEWS_SUPPORT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/log/memory_log.h"
#include "storage/views/views.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

// Opens a directory of views that no process has open, for RocksDB. False: it can't be opened.
inline bool ActOn(const std::string& path, const std::function<void(rocksdb::DB&)>& act) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(rocksdb::Options(), path, &names).ok()) return false;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(rocksdb::DBOptions(), path, families, &handles, &opened).ok()) {
    return false;
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  act(*db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    EXPECT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  }
  return true;
}

class ViewsTest : public testing::Test {
 protected:
  std::unique_ptr<Views> Open(const Log& log, const std::string& directory) {
    said_ = Said();
    options_.directory = directory;
    auto views = OpenViews(options_, log, *vault_, std::ref(said_));
    EXPECT_THAT(views, IsOk());
    return views.ok() ? *std::move(views) : nullptr;
  }
  std::unique_ptr<Views> Open() { return Open(log_, path_); }

  // Opens the closed views with RocksDB alone.
  void Raw(const std::function<void(rocksdb::DB&)>& act) {
    ASSERT_TRUE(ActOn(path_, act)) << "can't be opened";
  }

  void PutFact(const std::string& key, const std::string& value) {
    Raw([&](rocksdb::DB& db) { ASSERT_TRUE(db.Put(rocksdb::WriteOptions(), key, value).ok()); });
  }

  // Copies the open views as a kill would leave them, to a new directory. RocksDB removes files
  // behind our back, so a copy counts only when the directory has the same files after it as
  // before.
  void CopyLive(const std::string& to) {
    for (int attempt = 0; attempt < 500; ++attempt, absl::SleepFor(absl::Milliseconds(10))) {
      std::error_code error;
      std::filesystem::remove_all(to, error);
      const std::set<std::string> before = Files(path_);
      std::filesystem::copy(path_, to, error);
      if (!error && Files(path_) == before && Files(to) == before) return;
    }
    FAIL() << "the views never come to rest";
  }

  static std::set<std::string> Files(const std::string& directory) {
    std::set<std::string> files;
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator(directory, ignored)) {
      files.insert(file.path().filename().string() + " " +
                   std::to_string(std::filesystem::file_size(file.path(), ignored)));
    }
    return files;
  }

  // The position that a kill now would leave, below 256. Found in a copy: RocksDB's read-only mode
  // is no use, when it closes it removes what the writer has just made.
  Position DurablePosition() {
    const std::string copy = directory_ / "durable";
    CopyLive(copy);
    std::string bytes;
    EXPECT_TRUE(ActOn(copy, [&](rocksdb::DB& db) {
      EXPECT_TRUE(db.Get(rocksdb::ReadOptions(), "position", &bytes).ok());
    }));
    return bytes.empty() ? 0 : domain::TrailingPosition(bytes);
  }

  // What the log folds to, one commit after the other, in memory.
  std::map<std::string, std::string> Folded() { return FoldOf(log_, *vault_); }

  // Opens the views after something was done to them: they are rebuilt, and it is said why.
  void ExpectRebuilt(const std::string& why) {
    const std::unique_ptr<Views> views = Open();
    ASSERT_NE(views, nullptr);
    EXPECT_THAT(said_.text(), testing::HasSubstr("dropped"));
    EXPECT_THAT(said_.text(), testing::HasSubstr(why));
    EXPECT_EQ(views->Latest()->position(), log_.head());
    EXPECT_EQ(Dump(*views->Latest()), Folded());
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "views";
  MemoryLog log_;
  TestVault vault_;
  ViewsOptions options_{.directory = "", .cache_bytes = 16 << 20, .on_damage = nullptr};
  Said said_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_VIEWS_VIEWS_SUPPORT_H_
