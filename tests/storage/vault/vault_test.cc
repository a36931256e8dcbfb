// The key vault when all goes well: keys that last, seals that bind, and keys that are gone.

#include "storage/vault/vault.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/storage/vault/vault_support.h"

namespace roster::storage {
namespace {

using absl::StatusCode;
using event::v1::SealedData;

TEST_F(VaultTest, IsCreatedOnceAndEmpty) {
  EXPECT_EQ(vault_->log_id(), kLogId);
  EXPECT_EQ(vault_->path(), options_.path);
  EXPECT_EQ(vault_->size(), 0u);
  EXPECT_EQ(Content(options_.path).size(), kSlot);
  EXPECT_THAT(Vault::Create(options_, "another log id.."), HasCode(StatusCode::kAlreadyExists));
  Reopen();
  EXPECT_EQ(vault_->log_id(), kLogId);
}

TEST_F(VaultTest, GivesKeysFromOneOn) {
  for (KeyId key_id = 1; key_id <= 2'100; ++key_id) {
    const absl::StatusOr<KeyId> taken = vault_->TakeKey();
    ASSERT_THAT(taken, IsOk());
    ASSERT_EQ(*taken, key_id);
    ASSERT_GE(vault_->size(), key_id);
  }
  EXPECT_EQ(vault_->size(), 3 * 1'024u);
  EXPECT_EQ(Content(options_.path).size(), (1 + vault_->size()) * kSlot);
}

// A key is in the file before it is given out, so what names it can be opened after any crash.
TEST_F(VaultTest, HasItsKeysAfterARestart) {
  std::vector<SealedData> sealed;
  for (int i = 0; i < 1'030; ++i) sealed.push_back(Sealed("ann", *vault_->TakeKey()));
  Reopen();
  EXPECT_EQ(vault_->size(), 2'048u);
  for (const SealedData& data : sealed) ASSERT_EQ(NameIn("ann", data), "Full ann");
  vault_->ContinueAfter(1'030);
  EXPECT_EQ(*vault_->TakeKey(), 1'031u);
  vault_->ContinueAfter(2'048);
  EXPECT_EQ(*vault_->TakeKey(), 2'049u);
  for (const SealedData& data : sealed) ASSERT_EQ(NameIn("ann", data), "Full ann");
}

// Slots are written before their number: what a crash leaves between is not counted, and written
// anew.
TEST_F(VaultTest, CountsNoSlotsThatACrashLeftBehind) {
  const std::string header = Content(options_.path);
  ASSERT_THAT(vault_->TakeKey(), IsOk());
  std::string content = Content(options_.path);
  content.replace(0, kSlot, header);
  for (const size_t size : {content.size(), content.size() - 100, kSlot + 1}) {
    Overwrite(options_.path, content.substr(0, size));
    Reopen();
    EXPECT_EQ(vault_->size(), 0u);
    EXPECT_EQ(*vault_->TakeKey(), 1u);
    EXPECT_EQ(NameIn("ann", Sealed("ann", 1)), "Full ann");
  }
}

TEST_F(VaultTest, SealsWithoutATrace) {
  const KeyId key_id = *vault_->TakeKey();
  const SealedData one = Sealed("ann", key_id);
  const SealedData two = Sealed("ann", key_id);
  EXPECT_EQ(one.key_id(), key_id);
  EXPECT_NE(one.bytes(), two.bytes());
  EXPECT_EQ(one.bytes().find("ann"), std::string::npos);
  EXPECT_EQ(NameIn("ann", one), "Full ann");
  EXPECT_EQ(NameIn("ann", two), "Full ann");
}

TEST_F(VaultTest, RefusesTextThatNobodyCouldReadBack) {
  event::v1::PersonalData personal;
  personal.set_full_name("\xff");
  EXPECT_THAT(vault_->Seal("acme", "ann", personal, *vault_->TakeKey()),
              Fails(StatusCode::kInvalidArgument, "UTF-8"));
}

// Data that was sealed for one user opens for no other user and under no other key.
TEST_F(VaultTest, BindsDataToAccountUserAndKey) {
  const SealedData sealed = Sealed("ann", *vault_->TakeKey());
  ASSERT_THAT(vault_->TakeKey(), IsOk());
  EXPECT_THAT(vault_->TryOpen("acme", "bob", sealed), Fails(StatusCode::kDataLoss, "user bob"));
  EXPECT_THAT(vault_->TryOpen("other", "ann", sealed), HasCode(StatusCode::kDataLoss));
  EXPECT_THAT(vault_->TryOpen("acmean", "n", sealed), HasCode(StatusCode::kDataLoss));
  SealedData moved = sealed;
  moved.set_key_id(2);
  EXPECT_THAT(vault_->TryOpen("acme", "ann", moved), HasCode(StatusCode::kDataLoss));
  moved.set_key_id(kPreviewKey);
  EXPECT_THAT(vault_->TryOpen("acme", "ann", moved), HasCode(StatusCode::kDataLoss));
  for (size_t i = 0; i < sealed.bytes().size(); ++i) {
    SealedData changed = sealed;
    (*changed.mutable_bytes())[i] ^= 1;
    ASSERT_THAT(vault_->TryOpen("acme", "ann", changed), HasCode(StatusCode::kDataLoss)) << i;
  }
}

TEST_F(VaultTest, HasNoKeyThatWasNeverWritten) {
  ASSERT_THAT(vault_->TakeKey(), IsOk());
  SealedData sealed = Sealed("ann", 1);
  sealed.set_key_id(1'025);
  EXPECT_THAT(vault_->TryOpen("acme", "ann", sealed), Fails(StatusCode::kDataLoss, "key 1025"));
  EXPECT_THAT(vault_->Seal("acme", "ann", {}, 1'025), Fails(StatusCode::kDataLoss, "key 1025"));
  EXPECT_THAT(vault_->Destroy({1'025}), Fails(StatusCode::kDataLoss, "key 1025"));
  EXPECT_THAT(vault_->Destroy({kPreviewKey}), HasCode(StatusCode::kDataLoss));
}

TEST_F(VaultTest, ForgetsWithTheKeyForGood) {
  std::vector<SealedData> sealed;
  for (int i = 0; i < 4; ++i) sealed.push_back(Sealed("ann", *vault_->TakeKey()));
  const std::string before = Content(options_.path);
  ASSERT_THAT(vault_->Destroy({2, 4}), IsOk());
  std::string expected = before;
  for (const size_t slot : {2, 4}) expected.replace(slot * kSlot, kSlot, kSlot, '\0');
  EXPECT_EQ(Content(options_.path), expected);
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    EXPECT_EQ(NameIn("ann", sealed[0]), "Full ann");
    EXPECT_EQ(NameIn("ann", sealed[1]), "forgotten");
    EXPECT_EQ(NameIn("ann", sealed[2]), "Full ann");
    EXPECT_EQ(NameIn("ann", sealed[3]), "forgotten");
    EXPECT_EQ(vault_->Open("acme", "ann", sealed[1]), std::nullopt);
    EXPECT_THAT(vault_->Seal("acme", "ann", {}, 2), Fails(StatusCode::kDataLoss, "destroyed"));
  }
  EXPECT_EQ(vault_->destroyed_at_open(), (std::vector<KeyId>{2, 4}));
  // Done again it stays so, and a key in use is not taken for another.
  ASSERT_THAT(vault_->Destroy({2}), IsOk());
  EXPECT_EQ(Content(options_.path), expected);
}

// Nothing that a preview sealed is stored; it opens while the process lives.
TEST_F(VaultTest, HasAKeyForPreviews) {
  const SealedData sealed = Sealed("ann", kPreviewKey);
  EXPECT_EQ(sealed.key_id(), kPreviewKey);
  EXPECT_EQ(NameIn("ann", sealed), "Full ann");
  EXPECT_EQ(vault_->size(), 0u) << "takes no key of the vault";
  Reopen();
  EXPECT_THAT(vault_->TryOpen("acme", "ann", sealed), HasCode(StatusCode::kDataLoss));
}

}  // namespace
}  // namespace roster::storage
