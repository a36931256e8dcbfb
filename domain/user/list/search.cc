#include "domain/user/list/search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/characters.h"
#include "domain/text/email.h"
#include "domain/text/name.h"
#include "domain/text/text.h"
#include "domain/world/past.h"

namespace roster::domain {
namespace {

using view::v1::SearchOfRow;

// The keys of the rows that the user has now.
SearchOfRow FindSearchOf(const World& world, const std::string& list_key) {
  return FindRow<SearchOfRow>(world, Table::kSearchOf, list_key).value_or(SearchOfRow());
}

template <typename Keys>
bool Contains(const Keys& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string EncodeList(std::vector<std::string> keys) {
  SearchOfRow list;
  for (std::string& key : keys) list.add_keys(std::move(key));
  return Encode(list);
}

// The keys of the rows that the data calls for.
std::vector<std::string> KeysFor(std::string_view account_id, std::string_view user_id,
                                 const event::v1::PersonalData& personal) {
  std::vector<std::string> keys = KeysByText(account_id, user_id, personal);
  keys.push_back(NameKey(account_id, personal.full_name(), user_id));
  if (auto key = UserNameSkeletonKey(account_id, personal.user_name())) {
    keys.push_back(*std::move(key));
  }
  if (auto key = EmailSkeletonKey(account_id, personal.email())) keys.push_back(*std::move(key));
  return keys;
}

}  // namespace

std::vector<std::string> WordsOf(const event::v1::PersonalData& personal) {
  std::vector<std::string> all = FromEachWord(personal.full_name());
  all.push_back(SearchForm(personal.given_name()));
  all.push_back(SearchForm(personal.family_name()));
  // Those that their own rows do not have: by these they are unique, and so exact.
  if (!IsAscii(personal.user_name())) {
    std::string user_name = SearchForm(personal.user_name());
    if (user_name != Normalize(personal.user_name())) all.push_back(std::move(user_name));
  }
  if (!IsPlainEmail(personal.email())) {
    std::string email = SearchForm(ShownEmail(personal.email()));
    if (email != NormalizeEmail(personal.email())) all.push_back(std::move(email));
  }
  std::sort(all.begin(), all.end());
  // A text that another one begins with stands right before it, or before others that do too.
  std::vector<std::string> words;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool covered = i + 1 < all.size() && absl::StartsWith(all[i + 1], all[i]);
    if (!covered && !all[i].empty()) words.push_back(std::move(all[i]));
  }
  return words;
}

std::vector<std::string> KeysByText(std::string_view account_id, std::string_view user_id,
                                    const event::v1::PersonalData& personal) {
  std::vector<std::string> keys = {EmailKey(account_id, personal.email()),
                                   UserNameKey(account_id, personal.user_name())};
  for (const std::string& words : WordsOf(personal)) {
    keys.push_back(WordsKey(account_id, words, user_id));
  }
  return keys;
}

void InsertSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id,
                      const event::v1::PersonalData& personal) {
  std::vector<std::string> keys = KeysFor(account_id, user_id, personal);
  for (const std::string& key : keys) world.Insert(Table::kSearch, key, user_id);
  world.Insert(Table::kSearchOf, RowKey(account_id, user_id), EncodeList(std::move(keys)));
}

void PutSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id,
                   const event::v1::PersonalData& personal) {
  std::vector<std::string> wanted = KeysFor(account_id, user_id, personal);
  const std::string list_key = RowKey(account_id, user_id);
  const SearchOfRow list = FindSearchOf(world, list_key);
  for (const std::string& key : list.keys()) {
    if (Contains(wanted, key)) continue;
    if (NamesUser(key, user_id) || world.Get(Table::kSearch, key) == user_id) {
      world.Delete(Table::kSearch, key);
    }
  }
  for (const std::string& key : wanted) {
    if (NamesUser(key, user_id)) {
      if (!Contains(list.keys(), key)) world.Insert(Table::kSearch, key, user_id);
      continue;
    }
    const auto owner = world.Get(Table::kSearch, key);
    if (!owner) world.Insert(Table::kSearch, key, user_id);
    if (owner && *owner != user_id) world.Put(Table::kSearch, key, user_id);
  }
  if (std::equal(wanted.begin(), wanted.end(), list.keys().begin(), list.keys().end())) return;
  world.Insert(Table::kSearchOf, list_key, EncodeList(std::move(wanted)));
}

void ForgetSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id) {
  const std::string list_key = RowKey(account_id, user_id);
  const SearchOfRow list = FindSearchOf(world, list_key);
  for (const std::string& key : list.keys()) {
    if (world.Get(Table::kSearch, key) == user_id) world.Forget(Table::kSearch, key);
  }
  world.Forget(Table::kSearchOf, list_key);
}

ErasedUsers::ErasedUsers(const World& world) {
  world.Scan(Table::kErasures, "", "", [&](std::string_view /*key*/, std::string_view bytes) {
    view::v1::ErasureRow row;
    Decode(bytes, row);
    keys_.insert(UserRowKey(row.account_id(), row.user_id()));
    return true;
  });
}

bool ErasedUsers::Left(std::string_view past_key, std::string_view row) const {
  const std::string_view key = past_key.substr(1);  // after the mark of the table
  row.remove_suffix(kPositionBytes);
  return keys_.count(UserRowKey(key.substr(0, key.find(kSeparator)), row)) != 0;
}

}  // namespace roster::domain
