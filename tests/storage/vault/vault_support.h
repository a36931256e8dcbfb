// A vault for the tests of vaults: opened again, and looked into.

#ifndef ROSTER_TESTS_STORAGE_VAULT_VAULT_SUPPORT_H_
#define ROSTER_TESTS_STORAGE_VAULT_VAULT_SUPPORT_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "storage/vault/vault.h"
#include "tests/storage/storage_support.h"

namespace roster::storage {

inline constexpr size_t kSlot = 64;
inline constexpr char kLogId[] = "sixteen bytes id";

class VaultTest : public testing::Test {
 protected:
  VaultTest() {
    EXPECT_THAT(Vault::Create(options_, kLogId), IsOk());
    Reopen();
  }

  // As after a restart.
  void Reopen() {
    vault_.reset();
    absl::StatusOr<std::unique_ptr<Vault>> opened = Vault::OpenFile(options_);
    ASSERT_THAT(opened, IsOk());
    vault_ = *std::move(opened);
  }

  event::v1::SealedData Sealed(const std::string& user, KeyId key_id) {
    event::v1::PersonalData personal;
    personal.set_full_name("Full " + user);
    const auto sealed = vault_->Seal("acme", user, personal, key_id);
    EXPECT_THAT(sealed, IsOk());
    return sealed.value_or(event::v1::SealedData());
  }

  // The full name of a user of acme; "forgotten" when the key is gone.
  std::string NameIn(const std::string& user, const event::v1::SealedData& sealed) {
    const auto opened = vault_->TryOpen("acme", user, sealed);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return "";
    return *opened ? (*opened)->full_name() : "forgotten";
  }

  TempDirectory directory_;
  VaultOptions options_{.path = directory_ / "vault",
                        .key_encryption_key = SecretKey(std::string(kSecretKeyBytes, 'k'))};
  std::unique_ptr<Vault> vault_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_VAULT_VAULT_SUPPORT_H_
