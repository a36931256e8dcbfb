#include "storage/base/secret_file.h"

#include <gtest/gtest.h>

#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

bool IsTaken(uid_t owner, mode_t mode) {
  struct stat found = {};
  found.st_uid = owner;
  found.st_mode = S_IFREG | mode;
  return CheckSecretFile("a.key", found).ok();
}

// 0440 and 0640 of root are the modes of a mounted secret of Kubernetes.
TEST(SecretFileTest, WhoMayReadIt_C74) {
  for (const mode_t mode : {0400, 0600, 0700}) {
    EXPECT_TRUE(IsTaken(0, mode)) << mode;
    EXPECT_TRUE(IsTaken(1000, mode)) << mode;
  }
  for (const mode_t mode : {0440, 0640}) {
    EXPECT_TRUE(IsTaken(0, mode)) << mode;
    EXPECT_FALSE(IsTaken(1000, mode)) << mode;
  }
  for (const mode_t mode : {0660, 0620, 0610, 0604, 0602, 0601, 0444, 0644, 0777}) {
    EXPECT_FALSE(IsTaken(0, mode)) << mode;
    EXPECT_FALSE(IsTaken(1000, mode)) << mode;
  }
}

TEST(SecretFileTest, TheRefusalNamesTheFile_C74) {
  struct stat found = {};
  found.st_mode = S_IFREG | 0644;
  EXPECT_THAT(CheckSecretFile("a.key", found),
              Fails(absl::StatusCode::kFailedPrecondition, "a.key"));
}

}  // namespace
}  // namespace roster::storage
