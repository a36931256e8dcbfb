// Typed access to the rows of a world: keys, parsing, and look-ups.

#ifndef ROSTER_DOMAIN_ROWS_ROWS_H_
#define ROSTER_DOMAIN_ROWS_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "domain/world/overlay.h"
#include "domain/world/world.h"
#include "google/protobuf/timestamp.pb.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// `account/id`: every id stands under its account.
std::string Key(std::string_view account_id, std::string_view id);

// The prefix of all keys of an account.
std::string Prefix(std::string_view account_id);

// Key of the search row that holds an email or user name for its user.
std::string EmailKey(std::string_view account_id, std::string_view email);
std::string UserNameKey(std::string_view account_id, std::string_view user_name);

// Key of the search row that holds for its user what looks like his email or user name. An email
// that looks like itself only, as ASCII emails do, has no such row.
std::optional<std::string> EmailSkeletonKey(std::string_view account_id, std::string_view email);
std::string UserNameSkeletonKey(std::string_view account_id, std::string_view user_name);

// Key of the search row by which a user stands where his full name puts him (SortKey). The user
// makes it unique.
std::string NameKey(std::string_view account_id, std::string_view full_name,
                    std::string_view user_id);
// Key of the search row by which a user is found by a part of his name: `words`, in comparison
// form.
std::string WordsKey(std::string_view account_id, std::string_view words, std::string_view user_id);

// The beginnings of the keys of all search rows of users by name, and of those whose email, user
// name, or words of a name begin with this text, which is in comparison form.
std::string NamePrefix(std::string_view account_id);
std::string EmailPrefix(std::string_view account_id, std::string_view text);
std::string UserNamePrefix(std::string_view account_id, std::string_view text);
std::string WordsPrefix(std::string_view account_id, std::string_view text);

// Key of the row that says that the commit at `position` touched the subject; it ends with the
// position.
std::string SubjectKey(std::string_view account_id, std::string_view subject_id, Position position);
std::string SubjectPrefix(std::string_view account_id, std::string_view subject_id);

// Key of the row that says whose key this was before it was destroyed.
std::string ErasureKey(KeyId key_id);

// The rows, or nothing when there is none.
std::optional<view::v1::AccountRow> FindAccount(const World& world, std::string_view account_id);
std::optional<view::v1::UserRow> FindUser(const World& world, std::string_view account_id,
                                          std::string_view user_id);
std::optional<view::v1::UserRow> FindUserByEmail(const World& world, std::string_view account_id,
                                                 std::string_view email);
std::optional<view::v1::UserRow> FindUserByName(const World& world, std::string_view account_id,
                                                std::string_view user_name);

// The user whose email or user name looks like this one, himself included (UTS 39).
std::optional<view::v1::UserRow> FindUserByEmailSkeleton(const World& world,
                                                         std::string_view account_id,
                                                         std::string_view email);
std::optional<view::v1::UserRow> FindUserByNameSkeleton(const World& world,
                                                        std::string_view account_id,
                                                        std::string_view user_name);

std::optional<view::v1::ServiceAccountRow> FindServiceAccount(const World& world,
                                                              std::string_view account_id,
                                                              std::string_view service_account_id);
std::optional<view::v1::TokenRow> FindToken(const World& world, std::string_view token_hash);
// `name`: a name in a certificate in the form in which it is bound (certificate_name.h).
std::optional<view::v1::CertificateRow> FindCertificate(const World& world, std::string_view name);

// The personal data of a user; nothing once it is forgotten.
std::optional<event::v1::PersonalData> PersonalOf(const World& world, std::string_view account_id,
                                                  const view::v1::UserRow& user);

// A counter of an account; 0 when it was never raised.
uint64_t Counter(const World& world, std::string_view account_id, std::string_view name);
void AddToCounter(Overlay& world, std::string_view account_id, std::string_view name,
                  int64_t difference);

// The highest key id that an event has named; the next key comes after it.
KeyId LastKey(const World& world);
void NoteKey(Overlay& world, const event::v1::SealedData& sealed);

// A row as bytes, and back. A row that does not parse is a broken invariant of the views: the
// process ends.
std::string Encode(const google::protobuf::MessageLite& row);
void Decode(std::string_view bytes, google::protobuf::MessageLite& row);

google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& time);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_ROWS_H_
