// The key vault when its file, or the key that opens it, is not what it was.

#include <gtest/gtest.h>
#include <zlib.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::SealedData;

class VaultDamageTest : public VaultTest {
 protected:
  VaultDamageTest() {
    for (const char* user : {"ann", "bob"}) sealed_.push_back(Sealed(user, *vault_->TakeKey()));
    content_ = Content(options_.path);
  }

  absl::StatusOr<std::unique_ptr<Vault>> OpenWith(const std::string& content) {
    vault_.reset();
    Overwrite(options_.path, content);
    return Vault::OpenFile(options_);
  }

  // Gives a slot the CRC-32 that belongs to it.
  static void Recount(std::string& content, size_t slot) {
    const uint32_t crc =
        crc32(0, reinterpret_cast<const Bytef*>(content.data() + slot * kSlot), kSlot - 4);
    for (int i = 0; i < 4; ++i) {
      content[(slot + 1) * kSlot - 4 + i] = static_cast<char>(crc >> (24 - 8 * i));
    }
  }

  std::vector<SealedData> sealed_;  // of ann and bob
  std::string content_;
};

TEST_F(VaultDamageTest, IsNotFoundWhereThereIsNone) {
  options_.path = directory_ / "none";
  EXPECT_THAT(Vault::OpenFile(options_), Fails(StatusCode::kNotFound, "--key-vault"));
  EXPECT_FALSE(std::filesystem::exists(options_.path));
}

TEST_F(VaultDamageTest, IsOpenedByItsKeyEncryptionKeyAlone) {
  for (size_t byte = 0; byte < kSecretKeyBytes; ++byte) {
    std::string other(kSecretKeyBytes, 'k');
    other[byte] ^= 1;
    options_.key_encryption_key = SecretKey(other);
    ASSERT_THAT(Vault::OpenFile(options_),
                Fails(StatusCode::kFailedPrecondition, "key-encryption key does not belong"));
  }
}

// No byte of header or slot may change unnoticed, and the opening finds it.
TEST_F(VaultDamageTest, FindsEveryFlippedByte) {
  for (size_t i = 0; i < 3 * kSlot; ++i) {
    std::string changed = content_;
    changed[i] ^= 0x10;
    const auto opened = OpenWith(changed);
    const bool keyed = i >= 13 && i < kSlot;  // the format, and what the MAC is over
    ASSERT_THAT(opened, HasCode(keyed ? StatusCode::kFailedPrecondition : StatusCode::kDataLoss))
        << "byte " << i;
    ASSERT_NE(std::string(opened.status().message()).find(options_.path), std::string::npos);
  }
  std::string last = content_;
  last.back() ^= 1;
  EXPECT_THAT(OpenWith(last), Fails(StatusCode::kDataLoss, "key 1024"));
  EXPECT_THAT(OpenWith(content_), IsOk());
}

TEST_F(VaultDamageTest, SaysThatANewerVersionWroteIt) {
  std::string changed = content_;
  changed[13] = '2';
  EXPECT_THAT(OpenWith(changed), Fails(StatusCode::kFailedPrecondition, "newer rosterd"));
}

TEST_F(VaultDamageTest, FindsThatItsEndIsMissing) {
  for (const size_t size : {size_t{0}, size_t{1}, kSlot - 1}) {
    EXPECT_THAT(OpenWith(content_.substr(0, size)), Fails(StatusCode::kDataLoss, "begin")) << size;
  }
  for (const size_t size : {kSlot, kSlot + 1, 2 * kSlot, content_.size() - 1}) {
    EXPECT_THAT(OpenWith(content_.substr(0, size)), Fails(StatusCode::kDataLoss, "end is missing"))
        << size;
  }
}

// A slot with the right CRC that was written without the key-encryption key.
TEST_F(VaultDamageTest, OpensNoKeyThatWasForged) {
  std::string forged = content_;
  forged[kSlot + 20] ^= 1;
  Recount(forged, 1);
  const auto opened = OpenWith(forged);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT((*opened)->TryOpen("acme", "ann", sealed_[0]),
              Fails(StatusCode::kDataLoss, "key 1;"));
  EXPECT_THAT((*opened)->TryOpen("acme", "bob", sealed_[1]), IsOk());
}

TEST_F(VaultDamageTest, OpensNoKeyInAnotherPlace) {
  std::string swapped = content_;
  swapped.replace(kSlot, kSlot, content_, 2 * kSlot, kSlot);
  swapped.replace(2 * kSlot, kSlot, content_, kSlot, kSlot);
  const auto opened = OpenWith(swapped);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT((*opened)->TryOpen("acme", "ann", sealed_[0]),
              Fails(StatusCode::kDataLoss, "key 1;"));
  EXPECT_THAT((*opened)->TryOpen("acme", "bob", sealed_[1]),
              Fails(StatusCode::kDataLoss, "key 2;"));
}

// Nor one of another log, though the same key-encryption key wrapped it.
TEST_F(VaultDamageTest, OpensNoKeyOfAnotherLog) {
  VaultOptions other = options_;
  other.path = directory_ / "other";
  ASSERT_THAT(Vault::Create(other, "another log id.."), IsOk());
  ASSERT_THAT((*Vault::OpenFile(other))->TakeKey(), IsOk());
  std::string mixed = content_;
  mixed.replace(kSlot, kSlot, Content(other.path), kSlot, kSlot);
  const auto opened = OpenWith(mixed);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT((*opened)->TryOpen("acme", "ann", sealed_[0]),
              Fails(StatusCode::kDataLoss, "key 1;"));
}

TEST_F(VaultDamageTest, OpensNoDataOfAnotherUser) {
  std::swap(*sealed_[0].mutable_bytes(), *sealed_[1].mutable_bytes());
  EXPECT_THAT(vault_->TryOpen("acme", "ann", sealed_[0]), HasCode(StatusCode::kDataLoss));
  EXPECT_THAT(vault_->TryOpen("acme", "bob", sealed_[1]), HasCode(StatusCode::kDataLoss));
}

// A reader must not take a damaged key for one that was destroyed.
TEST_F(VaultDamageTest, EndsTheProcessOfAReader) {
  std::string forged = content_;
  forged[kSlot + 20] ^= 1;
  Recount(forged, 1);
  options_.on_damage = [](std::string_view what) {
    std::_Exit(what.find("key 1") == std::string_view::npos ? 4 : 3);
  };
  auto opened = OpenWith(forged);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EXIT((*opened)->Open("acme", "ann", sealed_[0]), testing::ExitedWithCode(3), "");
  options_.on_damage = nullptr;
  opened = OpenWith(forged);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EXIT((*opened)->Open("acme", "ann", sealed_[0]), testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace roster::storage
