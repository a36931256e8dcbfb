// Small durable files: what their functions say, and what a power loss leaves of them.

#include "storage/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/storage/disk/power_loss.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
namespace fs = std::filesystem;

TEST(File, IsReplacedAndRead) {
  const TempDirectory directory;
  const std::string path = directory / "file";
  EXPECT_THAT(ReadFile(path), Fails(StatusCode::kNotFound, path));
  // Over the bytes of one read, and with bytes that are not text.
  for (const std::string& content :
       {std::string("one\n"), std::string(200'000, 'x') + '\0' + "y", std::string()}) {
    ASSERT_THAT(ReplaceFile(path, content), IsOk());
    EXPECT_EQ(*ReadFile(path), content);
  }
  EXPECT_FALSE(fs::exists(path + ".new"));
}

TEST(File, IsWrittenPieceByPieceAndThereWhenItIsPublished) {
  const TempDirectory directory;
  const std::string path = directory / "file";
  std::string content;
  for (const bool published : {false, true}) {
    auto file = NewFile::Create(path);
    ASSERT_THAT(file, IsOk());
    content.clear();
    for (int i = 0; i < 1'000; ++i) {
      const std::string piece = std::to_string(i) + std::string(i, 'x');
      ASSERT_THAT((*file)->Append(piece), IsOk());
      content += piece;
    }
    ASSERT_THAT((*file)->Finish(), IsOk());
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(*ReadFile(NewFile::UnpublishedPath(path)), content);
    if (published) {
      ASSERT_THAT((*file)->Publish(), IsOk());
    }
    file->reset();
    EXPECT_EQ(fs::exists(path), published);
    EXPECT_FALSE(fs::exists(NewFile::UnpublishedPath(path)));
  }
  const auto reader = FileReader::Open(path);
  ASSERT_THAT(reader, IsOk());
  std::string read;
  for (size_t count = 1; read.size() + count <= content.size(); count *= 7) {
    read += *(*reader)->Read(count);
  }
  read += *(*reader)->Read(content.size());
  EXPECT_EQ(read, content);
  EXPECT_EQ(*(*reader)->Read(1), "");
}

TEST(File, IsAddedToLineByLine) {
  const TempDirectory directory;
  const std::string path = directory / "file";
  ASSERT_THAT(AppendLine(path, "one"), IsOk());
  ASSERT_THAT(AppendLine(path, ""), IsOk());
  ASSERT_THAT(AppendLine(path, "three"), IsOk());
  EXPECT_EQ(*ReadFile(path), "one\n\nthree\n");
}

TEST(File, LosesATornLineWithTheNextOne) {
  const TempDirectory directory;
  const std::string path = directory / "file";
  for (const std::string before : {"", "one\n"}) {
    std::ofstream(path, std::ios::trunc) << before << "to";
    ASSERT_THAT(AppendLine(path, "two"), IsOk());
    EXPECT_EQ(*ReadFile(path), before + "two\n");
  }
}

TEST(File, IsForItsOwnerOnlyUnderTheUmaskOfTheServer) {
  const TempDirectory directory;
  const mode_t before = umask(077);
  EXPECT_THAT(ReplaceFile(directory / "replaced", "x"), IsOk());
  EXPECT_THAT(AppendLine(directory / "added", "x"), IsOk());
  umask(before);
  for (const char* name : {"replaced", "added"}) {
    struct stat facts = {};
    ASSERT_EQ(stat((directory / name).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600u) << name;
  }
}

TEST(File, SaysWhatFailedAndWhere) {
  const TempDirectory directory;
  const std::string none = directory / "none/file";
  EXPECT_THAT(ReadFile(none), Fails(StatusCode::kNotFound, none));
  EXPECT_THAT(ReplaceFile(none, "x"), Fails(StatusCode::kInternal, "can't create " + none));
  EXPECT_THAT(AppendLine(none, "x"), Fails(StatusCode::kInternal, "can't open " + none));
  const std::string folder = directory / "folder";
  fs::create_directory(folder);
  EXPECT_THAT(ReadFile(folder), Fails(StatusCode::kInternal, folder));
  EXPECT_THAT(ReplaceFile(folder, "x"), Fails(StatusCode::kInternal, "can't rename to " + folder));
}

// What is left of a file after power losses at every point of what `change` does to it.
std::vector<std::string> Survivors(const DiskImage& before,
                                   const std::function<void(rocksdb::Env*)>& change) {
  PowerLossEnv written(before);
  change(written.env.get());
  const std::vector<DiskOperation> operations = written.files->operations();
  std::vector<std::string> survivors;
  Disk disk(before);
  for (size_t done = 0; done <= operations.size(); ++done) {
    for (uint64_t seed = 0; seed < 40; ++seed) {
      for (const Tearing tearing : {Tearing::kInOrder, Tearing::kAnyOrder}) {
        PowerLossEnv left(disk.LosePower(seed, tearing));
        const absl::StatusOr<std::string> content = ReadFile("/file", left.env.get());
        survivors.push_back(content.ok() ? *content : content.status().ToString());
      }
    }
    if (done < operations.size()) disk.Follow(operations[done]);
  }
  return survivors;
}

TEST(File, IsTheOldOrTheNewOneAfterAPowerLoss) {
  const std::string before(2'000, 'b');
  const std::string after(3'000, 'a');
  const DiskImage disk = {.files = {{"/file", before}}, .directories = {"/"}};
  const std::vector<std::string> survivors = Survivors(
      disk, [&](rocksdb::Env* env) { ASSERT_THAT(ReplaceFile("/file", after, env), IsOk()); });
  EXPECT_THAT(survivors, testing::Each(testing::AnyOf(before, after)));
  EXPECT_EQ(survivors.back(), after);
  EXPECT_THAT(survivors, testing::Contains(before));
}

TEST(File, HasEveryAddedLineAfterAPowerLoss) {
  const DiskImage disk = {.files = {}, .directories = {"/"}};
  const std::string line(1'000, 'l');
  const std::vector<std::string> survivors = Survivors(disk, [&](rocksdb::Env* env) {
    ASSERT_THAT(AppendLine("/file", line, env), IsOk());
    ASSERT_THAT(AppendLine("/file", line, env), IsOk());
  });
  EXPECT_EQ(survivors.back(), line + "\n" + line + "\n");
}

}  // namespace
}  // namespace roster::storage
