#include "domain/user/list/search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/name.h"
#include "domain/text/text.h"
#include "domain/world/past.h"

namespace roster::domain {
namespace {

using view::v1::SearchOfRow;

SearchOfRow FindSearchOf(const World& world, const std::string& key) {
  SearchOfRow row;
  if (const auto bytes = world.Get(Table::kSearchOf, key)) Decode(*bytes, row);
  return row;
}

// The keys of the rows that the data calls for.
std::vector<std::string> KeysFor(std::string_view account_id, std::string_view user_id,
                                 const event::v1::PersonalData& personal) {
  std::vector<std::string> keys = KeysByText(account_id, user_id, personal);
  keys.push_back(NameKey(account_id, personal.full_name(), user_id));
  keys.push_back(UserNameSkeletonKey(account_id, personal.user_name()));
  if (auto key = EmailSkeletonKey(account_id, personal.email())) keys.push_back(*std::move(key));
  return keys;
}

// Removes the ended rows of the key that were the user's.
void ForgetPast(Overlay& world, const std::string& key, const std::string& user_id) {
  std::vector<std::string> found;
  world.Scan(Table::kSearchPast, PastPrefix(Table::kSearch, key), "",
             [&](std::string_view past_key, std::string_view row) {
               row.remove_suffix(kPositionBytes);
               if (row == user_id) found.emplace_back(past_key);
               return true;
             });
  for (const std::string& past_key : found) world.Forget(Table::kSearchPast, past_key);
}

}  // namespace

std::vector<std::string> WordsOf(const event::v1::PersonalData& personal) {
  std::vector<std::string> all = FromEachWord(personal.full_name());
  all.push_back(Normalize(personal.given_name()));
  all.push_back(Normalize(personal.family_name()));
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
  SearchOfRow list;
  for (const std::string& key : KeysFor(account_id, user_id, personal)) {
    world.Insert(Table::kSearch, key, user_id);
    list.add_keys(key);
  }
  world.Insert(Table::kSearchOf, RowKey(account_id, user_id), Encode(list));
}

void PutSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id,
                   const event::v1::PersonalData& personal) {
  const std::vector<std::string> wanted = KeysFor(account_id, user_id, personal);
  const std::string list_key = RowKey(account_id, user_id);
  SearchOfRow list = FindSearchOf(world, list_key);
  for (const std::string& key : list.keys()) {
    const bool stays = std::find(wanted.begin(), wanted.end(), key) != wanted.end();
    if (!stays && world.Get(Table::kSearch, key) == user_id) world.Delete(Table::kSearch, key);
  }
  const int listed = list.keys_size();
  for (const std::string& key : wanted) {
    if (world.Get(Table::kSearch, key) != user_id) world.Put(Table::kSearch, key, user_id);
    const auto& keys = list.keys();
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) list.add_keys(key);
  }
  if (list.keys_size() > listed) world.Put(Table::kSearchOf, list_key, Encode(list));
}

void ForgetSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id) {
  const std::string list_key = RowKey(account_id, user_id);
  const SearchOfRow list = FindSearchOf(world, list_key);
  for (const std::string& key : list.keys()) {
    if (world.Get(Table::kSearch, key) == user_id) world.Forget(Table::kSearch, key);
    ForgetPast(world, key, user_id);
  }
  world.Forget(Table::kSearchOf, list_key);
}

}  // namespace roster::domain
