// Where the key-encryption key comes from.

#include "storage/vault/key_encryption_key.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/ascii.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;

constexpr char kDigits[] = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
constexpr char kVariable[] = "ROSTER_TEST_KEK";

std::string Bytes() {
  std::string bytes;
  for (char byte = 0; byte < 32; ++byte) bytes += byte;
  return bytes;
}

class KeyEncryptionKeyTest : public testing::Test {
 protected:
  ~KeyEncryptionKeyTest() override { unsetenv(kVariable); }

  absl::StatusOr<SecretKey> ReadFrom(const std::string& content, mode_t mode = 0600) {
    Overwrite(path_, content);
    EXPECT_EQ(chmod(path_.c_str(), mode), 0);
    return ReadKeyEncryptionKey(path_);
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "kek";
  const std::string variable_ = std::string("env:") + kVariable;
};

TEST_F(KeyEncryptionKeyTest, IsReadFromAFile) {
  for (const char* end : {"", "\n", "\r\n"}) {
    const absl::StatusOr<SecretKey> key = ReadFrom(std::string(kDigits) + end);
    ASSERT_THAT(key, IsOk());
    EXPECT_EQ(key->bytes(), Bytes());
  }
}

TEST_F(KeyEncryptionKeyTest, IsReadFromTheEnvironment) {
  EXPECT_THAT(ReadKeyEncryptionKey(variable_), Fails(StatusCode::kNotFound, kVariable));
  setenv(kVariable, kDigits, 1);
  ASSERT_THAT(ReadKeyEncryptionKey(variable_), IsOk());
  EXPECT_EQ(ReadKeyEncryptionKey(variable_)->bytes(), Bytes());
  setenv(kVariable, "", 1);
  EXPECT_THAT(ReadKeyEncryptionKey(variable_), Fails(StatusCode::kFailedPrecondition, "64 hex"));
}

TEST_F(KeyEncryptionKeyTest, IsForItsOwnerAlone) {
  for (const mode_t mode : {0400, 0600, 0700}) {
    EXPECT_THAT(ReadFrom(kDigits, mode), IsOk()) << mode;
    chmod(path_.c_str(), 0600);
  }
  for (const mode_t mode : {0660, 0620, 0610, 0604, 0602, 0601, 0644}) {
    EXPECT_THAT(ReadFrom(kDigits, mode), Fails(StatusCode::kFailedPrecondition, "chmod 600"));
    chmod(path_.c_str(), 0600);
  }
}

// A message never tells what the place holds: it may be a key with a slip in it.
TEST_F(KeyEncryptionKeyTest, IsWholeOrRefused) {
  std::string slip(kDigits);
  slip[7] = 'g';
  for (const std::string& content :
       {std::string(), std::string(kDigits).substr(1), std::string(kDigits) + "0", slip,
        " " + std::string(kDigits), std::string(kDigits) + " ", Bytes(), std::string("\n")}) {
    const absl::StatusOr<SecretKey> key = ReadFrom(content);
    EXPECT_THAT(key, Fails(StatusCode::kFailedPrecondition, path_)) << content;
    EXPECT_EQ(std::string(key.status().message()).find("0a0b0c"), std::string::npos);
  }
}

TEST_F(KeyEncryptionKeyTest, IsNotFoundWhereThereIsNone) {
  EXPECT_THAT(ReadKeyEncryptionKey(path_), Fails(StatusCode::kNotFound, "--key-encryption-key"));
}

TEST_F(KeyEncryptionKeyTest, IsCreatedOnce) {
  const mode_t before = umask(0);
  EXPECT_THAT(CreateKeyEncryptionKey(path_), IsOk());
  umask(before);
  struct stat file = {};
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
  const absl::StatusOr<SecretKey> key = ReadKeyEncryptionKey(path_);
  ASSERT_THAT(key, IsOk());
  EXPECT_THAT(CreateKeyEncryptionKey(path_), HasCode(StatusCode::kAlreadyExists));
  EXPECT_EQ(ReadKeyEncryptionKey(path_)->bytes(), key->bytes());
  ASSERT_THAT(CreateKeyEncryptionKey(directory_ / "other"), IsOk());
  EXPECT_NE(ReadKeyEncryptionKey(directory_ / "other")->bytes(), key->bytes());
}

TEST_F(KeyEncryptionKeyTest, IsNotCreatedInTheEnvironmentOrWithoutADirectory) {
  EXPECT_THAT(CreateKeyEncryptionKey(variable_), HasCode(StatusCode::kInvalidArgument));
  EXPECT_FALSE(CreateKeyEncryptionKey(directory_ / "none/kek").ok());
}

}  // namespace
}  // namespace roster::storage
