// Rows of users, and the search rows by which users are found.

#ifndef ROSTER_DOMAIN_ROWS_USER_ROWS_H_
#define ROSTER_DOMAIN_ROWS_USER_ROWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Key of the row of a user.
std::string UserRowKey(std::string_view account_id, std::string_view user_id);

// Keys of the search rows that hold an email or user name for its user. The text is as it was
// entered.
std::string EmailKey(std::string_view account_id, std::string_view email);
std::string UserNameKey(std::string_view account_id, std::string_view user_name);

// Key of the search row that reserves for its user what looks like the email or user name. An email
// that looks like itself only, as ASCII emails do, has no such row.
std::optional<std::string> EmailSkeletonKey(std::string_view account_id, std::string_view email);
std::optional<std::string> UserNameSkeletonKey(std::string_view account_id,
                                               std::string_view user_name);

// Key of the search row that puts a user where the full name belongs (SortKey). The user
// makes it unique.
std::string NameKey(std::string_view account_id, std::string_view full_name,
                    std::string_view user_id);
// Key of the search row by which a user is found by a part of the name: `words`, in the form of
// searches.
std::string WordsKey(std::string_view account_id, std::string_view words, std::string_view user_id);
// Whether a key is one of those two, of this user: then nobody else ever has its row.
bool NamesUser(std::string_view key, std::string_view user_id);

// The beginnings of the keys of all search rows of users by name, and of those whose email, user
// name, or words of a name begin with this text, which is in the form of those keys.
std::string NamePrefix(std::string_view account_id);
std::string EmailPrefix(std::string_view account_id, std::string_view text);
std::string UserNamePrefix(std::string_view account_id, std::string_view text);
std::string WordsPrefix(std::string_view account_id, std::string_view text);

// The row of a user; nothing when there is none. Email and user name are as they were entered.
std::optional<view::v1::UserRow> FindUser(const World& world, std::string_view account_id,
                                          std::string_view user_id);
std::optional<view::v1::UserRow> FindUserByEmail(const World& world, std::string_view account_id,
                                                 std::string_view email);
std::optional<view::v1::UserRow> FindUserByUserName(const World& world, std::string_view account_id,
                                                    std::string_view user_name);

// The user whose email or user name looks like this one (UTS 39), and is perhaps another one.
std::optional<view::v1::UserRow> FindUserByEmailSkeleton(const World& world,
                                                         std::string_view account_id,
                                                         std::string_view email);
std::optional<view::v1::UserRow> FindUserByUserNameSkeleton(const World& world,
                                                            std::string_view account_id,
                                                            std::string_view user_name);

// The personal data of a user; nothing once it is forgotten.
std::optional<event::v1::PersonalData> PersonalOf(const World& world, std::string_view account_id,
                                                  const view::v1::UserRow& user);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_USER_ROWS_H_
