#include "tests/storage/storage_support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "absl/strings/str_cat.h"
#include "domain/fold.h"
#include "domain/world/memory_world.h"
#include "domain/world/overlay.h"
#include "storage/base/file.h"
#include "storage/vault/sealing.h"

namespace roster::storage {

using event::v1::Commit;

std::string Content(const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  EXPECT_THAT(content, IsOk());
  return content.value_or("");
}

void Overwrite(const std::string& path, std::string_view content) {
  EXPECT_TRUE(std::ofstream(path, std::ios::binary).write(content.data(), content.size()).flush())
      << path;
}

Commit AccountCommit(const std::string& account) {
  Commit commit;
  commit.set_account_id(account);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.mutable_time()->set_seconds(1'700'000'000);
  event::v1::AccountCreated* created = commit.add_events()->mutable_account_created();
  created->set_account_id(account);
  created->set_display_name("Account " + account);
  created->set_preset(event::v1::PRESET_CLIENT_PORTAL);
  return commit;
}

TestVault::TestVault(const std::string& log_id) {
  const VaultOptions options{.path = directory_ / "vault",
                             .key_encryption_key = SecretKey(std::string(kSecretKeyBytes, 'k'))};
  EXPECT_THAT(Vault::Create(options, log_id), IsOk());
  absl::StatusOr<std::unique_ptr<Vault>> opened = Vault::OpenFile(options);
  EXPECT_THAT(opened, IsOk());
  vault_ = *std::move(opened);
}

event::v1::Event UserCreated(const std::string& user) {
  event::v1::Event event;
  event.mutable_user_created()->set_user_id(user);
  event.mutable_user_created()->set_auth_method(event::v1::AUTH_METHOD_PASSWORD);
  event.mutable_personal()->set_full_name("User " + user);
  event.mutable_personal()->set_email(user + "@example.com");
  event.mutable_personal()->set_user_name(user);
  return event;
}

namespace {

Commit PlainUserCommit(const std::string& account, const std::string& user) {
  Commit commit;
  commit.set_account_id(account);
  commit.mutable_actor()->set_kind(event::v1::Actor::KIND_SYSTEM);
  commit.mutable_time()->set_seconds(1'700'000'001);
  *commit.add_events() = UserCreated(user);
  return commit;
}

void Append(
    Log& log, int users,
    const std::function<Commit(const std::string& account, const std::string& user)>& make) {
  if (log.head() == 0) {
    std::vector<Commit> account = {AccountCommit("a1")};
    ASSERT_THAT(log.Append(0, account), IsOk());
  }
  for (int i = 0; i < users; ++i) {
    const Position head = log.head();
    std::vector<Commit> user = {make("a1", absl::StrCat("u", head))};
    ASSERT_THAT(log.Append(head, user), IsOk());
  }
}

}  // namespace

Commit UserCommit(const std::string& account, const std::string& user) {
  Commit commit = PlainUserCommit(account, user);
  *commit.mutable_events(0)->mutable_sealed() = domain::SealPlainly(commit.events(0).personal());
  ClearPersonal(commit);
  return commit;
}

Commit UserCommit(const std::string& account, const std::string& user, Vault& vault) {
  Commit commit = PlainUserCommit(account, user);
  EXPECT_THAT(SealPersonal(vault, domain::MemoryWorld(), /*preview=*/false, commit), IsOk());
  ClearPersonal(commit);
  return commit;
}

void AppendUsers(Log& log, int users) {
  Append(log, users, [](const std::string& account, const std::string& user) {
    return UserCommit(account, user);
  });
}

void AppendUsers(Log& log, int users, Vault& vault) {
  Append(log, users, [&](const std::string& account, const std::string& user) {
    return UserCommit(account, user, vault);
  });
}

std::map<std::string, std::string> FoldOf(const Log& log, const Vault& vault) {
  domain::MemoryWorld world(vault);
  absl::StatusOr<std::vector<Commit>> commits = log.Read(1, 100'000);
  EXPECT_THAT(commits, IsOk());
  if (!commits.ok()) return {};
  for (Commit& commit : *commits) {
    EXPECT_THAT(OpenPersonal(vault, commit), IsOk());
    domain::Changes changes;
    domain::Overlay overlay(world, changes);
    domain::Fold(overlay, commit);
    world.Apply(changes);
  }
  return domain::Dump(world);
}

}  // namespace roster::storage
