// Damage of any file of a store, found through OpenStore: it is the same store afterwards, or it is
// refused by name. Damaged views are dropped and rebuilt. Never other data, never silently less.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "storage/log/rocksdb_log.h"
#include "storage/store/store.h"
#include "storage/store/store_directory.h"
#include "tests/storage/disk/power_loss.h"
#include "tests/storage/kill/load.h"
#include "tests/storage/storage_support.h"
#include "tests/storage/store/store_disk.h"

namespace roster::storage {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

constexpr int kDamages = 150;
constexpr size_t kPageBytes = 4096;
constexpr size_t kManifestCuts = 50;
constexpr char kViews[] = "/views/";
constexpr char kLogFiles[] = "/log/";

// What OpenStore and all that can be read show.
struct Contents {
  std::vector<std::string> records;
  std::map<std::string, std::string> rows;
  std::vector<std::string> persons;

  bool operator==(const Contents& other) const {
    return records == other.records && rows == other.rows && persons == other.persons;
  }
};

// Thrown by the handler that must end the process: instead of its end.
struct Ended {
  std::string what;
};

Contents Read(Store& store) {
  Contents contents;
  const auto commits = store.log().Read(1, 100'000);
  EXPECT_THAT(commits, IsOk());
  if (commits.ok()) {
    for (const auto& commit : *commits) contents.records.push_back(commit.SerializeAsString());
  }
  const Version views = store.views().Latest();
  contents.rows = Dump(*views);
  views->Scan(domain::Table::kUsers, "", "", [&](std::string_view key, std::string_view bytes) {
    view::v1::UserRow row;
    domain::Decode(bytes, row);
    const std::string account(key.substr(0, key.find('/')));
    const auto personal = domain::PersonalOf(*views, account, row);
    contents.persons.push_back(personal ? personal->ShortDebugString() : "-");
    return true;
  });
  return contents;
}

enum class Result { kSame, kRebuilt, kRefused };

// A store with files of every kind, and an older copy of it.
class StoreRandomDamage : public testing::Test {
 protected:
  void SetUp() override {
    older_ = Fill(store_.created(), "a", 60);
    whole_ = Fill(Fill(older_, "b", 60), "c", 25);
    PowerLossEnv disk(whole_);
    const auto store = store_.Open(*disk.env, [](std::string_view) {});
    ASSERT_THAT(store, IsOk());
    expected_ = Read(**store);
    // It is not on that disk, but is damaged like the others.
    whole_.files[KeyPath()] = ContentOf(KeyPath());
    ASSERT_GT(Paths(whole_, kViews).size(), 10u);
    ASSERT_EQ(Paths(whole_, ".erased").size(), 1u);
  }

  DiskImage Fill(const DiskImage& image, const std::string& name, int commands) {
    PowerLossEnv disk(image);
    {
      const auto store = store_.Open(*disk.env, [](std::string_view) {});
      EXPECT_THAT(store, IsOk());
      Load load(name, 7, *(*store)->views().Latest());
      Submit(**store, load,
             {.commands = commands,
              .ask = [](const Command&) {},
              .told = [](const Command&, const Answer&) {}});
    }
    return disk.files->image();
  }

  static std::string ContentOf(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return std::move(content).str();
  }

  const std::string& KeyPath() const { return store_.paths().key_encryption_key; }
  // Puts the key of the disk where it is read.
  void PlaceKey(const DiskImage& disk) const {
    const auto key = disk.files.find(KeyPath());
    if (key == disk.files.end()) {
      fs::remove(KeyPath());
    } else {
      std::ofstream(KeyPath(), std::ios::binary | std::ios::trunc) << key->second;
      fs::permissions(KeyPath(), fs::perms::owner_read | fs::perms::owner_write);
    }
  }

  struct Damage {
    std::string path;
    std::string what;
    DiskImage disk;
  };
  Damage Draw(const std::vector<std::string>& paths, Random& random) const;

  static std::vector<std::string> Paths(const DiskImage& image, const std::string& part) {
    std::vector<std::string> paths;
    for (const auto& [path, content] : image.files) {
      if (absl::StrContains(path, part)) paths.push_back(path);
    }
    return paths;
  }

  // Opens the disk, and opens it again each time that the server has ended.
  Result Open(const DiskImage& damaged, const std::string& where, bool views);
  Result OpenOnce(PowerLossEnv& disk, const std::string& where, bool views, Said& said);

  StoreDisk store_;
  DiskImage older_;
  DiskImage whole_;
  Contents expected_;
};

Result StoreRandomDamage::OpenOnce(PowerLossEnv& disk, const std::string& where, bool views,
                                   Said& said) {
  const auto store = store_.Open(*disk.env, std::ref(said),
                                 [](std::string_view what) { throw Ended{std::string(what)}; });
  if (!store.ok()) {
    const absl::Status& status = store.status();
    EXPECT_FALSE(views) << where << ": " << status;
    EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) ||
                absl::IsNotFound(status))
        << where << ": " << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "/data")) << where << ": " << status;
    return Result::kRefused;
  }
  const Contents contents = Read(**store);
  EXPECT_EQ(contents.records, expected_.records) << where;
  EXPECT_EQ(contents.persons, expected_.persons) << where;
  EXPECT_TRUE(contents.rows == expected_.rows) << where << "; " << said.text();
  return absl::StrContains(said.text(), "views:") ? Result::kRebuilt : Result::kSame;
}

Result StoreRandomDamage::Open(const DiskImage& damaged, const std::string& where, bool views) {
  PlaceKey(damaged);
  PowerLossEnv disk(damaged);
  Said said;
  try {
    return OpenOnce(disk, where, views, said);
  } catch (const Ended& ended) {
    EXPECT_TRUE(absl::StrContains(ended.what, "damaged")) << where << ": " << ended.what;
    EXPECT_TRUE(views) << where << ": " << ended.what;
  }
  // As a kill at this moment would leave it.
  PowerLossEnv again(disk.files->image());
  Said said_again;
  const Result result = OpenOnce(again, where + ", started again", views, said_again);
  EXPECT_TRUE(absl::StrContains(said_again.text(), "dropped")) << where;
  return result;
}

struct Way {
  const char* name;
  // The other content is of the same path in an older copy of the store, or of another path.
  std::function<void(std::string& content, const std::string& other, Random& random)> damage;
};

const Way kWays[] = {
    {"bit",
     [](std::string& content, const std::string&, Random& random) {
       content[random() % content.size()] ^= static_cast<char>(1 << random() % 8);
     }},
    {"page",
     [](std::string& content, const std::string&, Random& random) {
       const size_t begin = random() % content.size() / kPageBytes * kPageBytes;
       std::fill(content.begin() + begin,
                 content.begin() + std::min(begin + kPageBytes, content.size()), '\0');
     }},
    {"cut", [](std::string& content, const std::string&,
               Random& random) { content.resize(random() % content.size()); }},
    {"other", [](std::string& content, const std::string& other, Random&) { content = other; }},
};

// The files of a store by what they are for.
std::vector<std::vector<std::string>> Kinds(const DiskImage& image) {
  std::map<std::string, std::vector<std::string>> kinds;
  for (const auto& [path, content] : image.files) {
    const bool views = absl::StrContains(path, kViews);
    kinds[views ? kViews : absl::StrContains(path, kLogFiles) ? kLogFiles : path].push_back(path);
  }
  std::vector<std::vector<std::string>> paths;
  paths.reserve(kinds.size());
  for (auto& [kind, of_it] : kinds) paths.push_back(std::move(of_it));
  return paths;
}

StoreRandomDamage::Damage StoreRandomDamage::Draw(const std::vector<std::string>& paths,
                                                  Random& random) const {
  Damage damage{paths[random() % paths.size()], "missing", whole_};
  const size_t way = random() % (std::size(kWays) + 1);
  std::string& content = damage.disk.files.at(damage.path);
  if (way == std::size(kWays) || content.empty()) {
    damage.disk.files.erase(damage.path);
    return damage;
  }
  const auto old = older_.files.find(damage.path);
  const bool older = old != older_.files.end() && random() % 2 == 0;
  const auto other = std::next(whole_.files.begin(), random() % whole_.files.size());
  kWays[way].damage(content, older ? old->second : other->second, random);
  damage.what = absl::StrCat(kWays[way].name, older ? " or older" : "");
  return damage;
}

TEST_F(StoreRandomDamage, IsTheSameStoreOrIsRefusedByName) {
  const auto kinds = Kinds(whole_);
  ASSERT_EQ(kinds.size(), 6u);  // log, views, vault, key, checkpoint, erasure list
  std::map<Result, int> results;
  for (int i = 0; i < kDamages; ++i) {
    Random random(i);
    const Damage damage = Draw(kinds[i % kinds.size()], random);
    const std::string where = absl::StrCat("damage ", i, ", ", damage.what, ", of ", damage.path);
    ++results[Open(damage.disk, where, absl::StrContains(damage.path, kViews))];
  }
  std::printf("%d the same, %d with views rebuilt or folded on, %d refused\n",
              results[Result::kSame], results[Result::kRebuilt], results[Result::kRefused]);
  for (const Result result : {Result::kSame, Result::kRebuilt, Result::kRefused}) {
    EXPECT_GT(results[result], 0);
  }
}

// What OpenStore does before it opens the log is what finds it.
TEST_F(StoreRandomDamage, MutantWithoutTheCheckLosesRecords) {
  int silent = 0;
  for (int i = 0; i < kDamages / 2; ++i) {
    Random random(i);
    const Damage damage = Draw(Paths(whole_, kLogFiles), random);
    PowerLossEnv disk(damage.disk);
    const auto log = OpenRocksDbLog(LogDirectory(store_.paths().directory), {disk.env.get()});
    silent += log.ok() && (*log)->head() < expected_.records.size() ? 1 : 0;
  }
  EXPECT_GT(silent, 0);
  std::printf("%d silent losses without the check\n", silent);
}

// RocksDB takes a MANIFEST that is cut between two of its records for a shorter one.
TEST_F(StoreRandomDamage, ManifestOfTheViewsCutAnywhere) {
  const std::string path = Paths(whole_, "/views/MANIFEST").back();
  const size_t size = whole_.files.at(path).size();
  for (size_t cut = 0; cut < kManifestCuts; ++cut) {
    DiskImage damaged = whole_;
    const size_t end = size * cut / kManifestCuts;
    damaged.files.at(path).resize(end);
    Open(damaged, absl::StrCat("the first ", end, " bytes of ", path), /*views=*/true);
  }
}

}  // namespace
}  // namespace roster::storage
