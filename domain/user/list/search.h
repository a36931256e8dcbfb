// The rows of search: plain text by which users are found, each with the id of its user as value.
// They alone hold personal data in plain text, and go when the user is erased.
//
// So that those are found then, Table::kSearchOf has a row with the keys that the user has now. The
// ended rows, of which there may be many, stay in Table::kSearchPast: no list shows an erased user
// by them (UserList), and the next purge of the views drops them.

#ifndef ROSTER_DOMAIN_USER_LIST_SEARCH_H_
#define ROSTER_DOMAIN_USER_LIST_SEARCH_H_

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "domain/world/overlay.h"
#include "roster/event/v1/user.pb.h"

namespace roster::domain {

// Words of the names of a user in the form of searches (SearchForm), each with all that follows it:
// the full name, the given and the family name, the full name from each later word on; and user
// name and email where that form of them is another than the one by which they are unique. None
// begins with another.
std::vector<std::string> WordsOf(const event::v1::PersonalData& personal);

// The keys of the rows of a user that are found by the beginning of a text: email, user name,
// words.
std::vector<std::string> KeysByText(std::string_view account_id, std::string_view user_id,
                                    const event::v1::PersonalData& personal);

// Puts the rows of a new user. Decisions see to it that nobody else has one of them; in a log that
// was decided under other rules of text, the later user takes it over.
void InsertSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id,
                      const event::v1::PersonalData& personal);

// Puts the rows that the data calls for in the place of those that the user has.
void PutSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id,
                   const event::v1::PersonalData& personal);

// Removes the rows that are the user's, and what lists them: nothing is kept. What the user had
// before stays behind, so that an erasure costs the same whatever the user's past.
void ForgetSearchRows(Overlay& world, std::string_view account_id, const std::string& user_id);

// All users who were ever erased, to find what stayed behind of them. Thread-compatible.
class ErasedUsers {
 public:
  explicit ErasedUsers(const World& world);

  // Whether a row of Table::kSearchPast was that of one of them.
  bool Left(std::string_view past_key, std::string_view row) const;

 private:
  std::unordered_set<std::string> keys_;  // of their rows
};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_LIST_SEARCH_H_
