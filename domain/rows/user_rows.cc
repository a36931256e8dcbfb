#include "domain/rows/user_rows.h"

#include "domain/rows/codec.h"
#include "domain/rows/search_kind.h"
#include "domain/text/characters.h"
#include "domain/text/confusable.h"
#include "domain/text/email.h"
#include "domain/text/name.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

// Between a text and the id of its user: less than any byte that may go on a text, so that the
// shorter text comes first, and not 0, which keys in the past have after them.
constexpr char kEndOfText = '\x01';

std::optional<view::v1::UserRow> FindUserBySearchRow(const World& world,
                                                     std::string_view account_id,
                                                     std::string_view key) {
  const auto user_id = world.Get(Table::kSearch, key);
  if (!user_id) return std::nullopt;
  auto user = FindUser(world, account_id, *user_id);
  // Erased since: the text of the row is forgotten, whether or not the row is gone yet.
  if (user && user->has_sealed() && !PersonalOf(world, account_id, *user)) return std::nullopt;
  return user;
}

}  // namespace

std::string UserRowKey(std::string_view account_id, std::string_view user_id) {
  return RowKey(account_id, user_id);
}

std::string EmailKey(std::string_view account_id, std::string_view email) {
  return EmailPrefix(account_id, NormalizeEmail(email));
}

std::string UserNameKey(std::string_view account_id, std::string_view user_name) {
  return UserNamePrefix(account_id, Normalize(user_name));
}

std::optional<std::string> EmailSkeletonKey(std::string_view account_id, std::string_view email) {
  if (IsPlainEmail(email)) return std::nullopt;
  const std::string skeleton = EmailSkeleton(email);
  if (skeleton == NormalizeEmail(email)) return std::nullopt;
  return RowKey(account_id, search_kind::kLookOfEmail + skeleton);
}

std::optional<std::string> UserNameSkeletonKey(std::string_view account_id,
                                               std::string_view user_name) {
  if (IsAscii(user_name)) return std::nullopt;
  const std::string skeleton = Skeleton(user_name);
  if (skeleton == Normalize(user_name)) return std::nullopt;
  return RowKey(account_id, search_kind::kLookOfUserName + skeleton);
}

std::string NameKey(std::string_view account_id, std::string_view full_name,
                    std::string_view user_id) {
  return NamePrefix(account_id).append(SortKey(full_name)).append(1, kEndOfText).append(user_id);
}

std::string WordsKey(std::string_view account_id, std::string_view words,
                     std::string_view user_id) {
  return WordsPrefix(account_id, words).append(1, kEndOfText).append(user_id);
}

bool NamesUser(std::string_view key, std::string_view user_id) {
  return key.size() > user_id.size() && key.ends_with(user_id) &&
         key[key.size() - user_id.size() - 1] == kEndOfText;
}

std::string NamePrefix(std::string_view account_id) {
  return RowKey(account_id, search_kind::kName);
}

std::string EmailPrefix(std::string_view account_id, std::string_view text) {
  return RowKey(account_id, search_kind::kEmail).append(text);
}

std::string UserNamePrefix(std::string_view account_id, std::string_view text) {
  return RowKey(account_id, search_kind::kUserName).append(text);
}

std::string WordsPrefix(std::string_view account_id, std::string_view text) {
  return RowKey(account_id, search_kind::kWords).append(text);
}

std::optional<view::v1::UserRow> FindUser(const World& world, std::string_view account_id,
                                          std::string_view user_id) {
  return FindRow<view::v1::UserRow>(world, Table::kUsers, UserRowKey(account_id, user_id));
}

std::optional<view::v1::UserRow> FindUserByEmail(const World& world, std::string_view account_id,
                                                 std::string_view email) {
  return FindUserBySearchRow(world, account_id, EmailKey(account_id, email));
}

std::optional<view::v1::UserRow> FindUserByUserName(const World& world, std::string_view account_id,
                                                    std::string_view user_name) {
  return FindUserBySearchRow(world, account_id, UserNameKey(account_id, user_name));
}

std::optional<view::v1::UserRow> FindUserByEmailSkeleton(const World& world,
                                                         std::string_view account_id,
                                                         std::string_view email) {
  const std::string skeleton = EmailSkeleton(email);
  auto foreign = FindUserBySearchRow(world, account_id,
                                     RowKey(account_id, search_kind::kLookOfEmail + skeleton));
  if (foreign || skeleton == NormalizeEmail(email)) return foreign;
  // An email that has no row of its own for what it looks like.
  return FindUserBySearchRow(world, account_id, RowKey(account_id, search_kind::kEmail + skeleton));
}

std::optional<view::v1::UserRow> FindUserByUserNameSkeleton(const World& world,
                                                            std::string_view account_id,
                                                            std::string_view user_name) {
  const std::string skeleton = Skeleton(user_name);
  auto foreign = FindUserBySearchRow(world, account_id,
                                     RowKey(account_id, search_kind::kLookOfUserName + skeleton));
  if (foreign || skeleton == Normalize(user_name)) return foreign;
  // A user name that has no row of its own for what it looks like.
  return FindUserBySearchRow(world, account_id,
                             RowKey(account_id, search_kind::kUserName + skeleton));
}

std::optional<event::v1::PersonalData> PersonalOf(const World& world, std::string_view account_id,
                                                  const view::v1::UserRow& user) {
  if (!user.has_sealed()) return std::nullopt;
  return world.keys().Open(account_id, user.user_id(), user.sealed());
}

}  // namespace roster::domain
