#include "domain/rows/rows.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "domain/text/confusable.h"
#include "domain/text/email.h"
#include "domain/text/name.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

// What kind of search row it is.
constexpr char kEmail[] = "e/";
constexpr char kUserName[] = "n/";
constexpr char kLookOfEmail[] = "el/";
constexpr char kLookOfUserName[] = "nl/";
constexpr char kName[] = "o/";
constexpr char kWords[] = "w/";

constexpr char kSeparator = '/';
// Between a text and the id of its user: less than any byte that may go on a text, so that the
// shorter text comes first, and not 0, which keys in the past have after them.
constexpr char kEndOfText = '\x01';
constexpr char kLastKeyCounter[] = "last_key";

template <typename Row>
std::optional<Row> Find(const World& world, Table table, std::string_view key) {
  const auto bytes = world.Get(table, key);
  if (!bytes) return std::nullopt;
  Row row;
  Decode(*bytes, row);
  return row;
}

std::optional<view::v1::UserRow> FindUserBySearchRow(const World& world,
                                                     std::string_view account_id,
                                                     std::string_view key) {
  const auto user_id = world.Get(Table::kSearch, key);
  if (!user_id) return std::nullopt;
  return FindUser(world, account_id, *user_id);
}

}  // namespace

std::string Key(std::string_view account_id, std::string_view id) {
  std::string key;
  key.reserve(account_id.size() + 1 + id.size());
  key.append(account_id).push_back(kSeparator);
  return key.append(id);
}

std::string Prefix(std::string_view account_id) { return Key(account_id, ""); }

std::string EmailKey(std::string_view account_id, std::string_view email) {
  return EmailPrefix(account_id, NormalizeEmail(email));
}

std::string UserNameKey(std::string_view account_id, std::string_view user_name) {
  return UserNamePrefix(account_id, Normalize(user_name));
}

std::optional<std::string> EmailSkeletonKey(std::string_view account_id, std::string_view email) {
  const std::string skeleton = EmailSkeleton(email);
  if (skeleton == NormalizeEmail(email)) return std::nullopt;
  return Key(account_id, kLookOfEmail + skeleton);
}

std::string UserNameSkeletonKey(std::string_view account_id, std::string_view user_name) {
  return Key(account_id, kLookOfUserName + Skeleton(user_name));
}

std::string NameKey(std::string_view account_id, std::string_view full_name,
                    std::string_view user_id) {
  return NamePrefix(account_id).append(SortKey(full_name)).append(1, kEndOfText).append(user_id);
}

std::string WordsKey(std::string_view account_id, std::string_view words,
                     std::string_view user_id) {
  return WordsPrefix(account_id, words).append(1, kEndOfText).append(user_id);
}

std::string NamePrefix(std::string_view account_id) { return Key(account_id, kName); }

std::string EmailPrefix(std::string_view account_id, std::string_view text) {
  return Key(account_id, kEmail).append(text);
}

std::string UserNamePrefix(std::string_view account_id, std::string_view text) {
  return Key(account_id, kUserName).append(text);
}

std::string WordsPrefix(std::string_view account_id, std::string_view text) {
  return Key(account_id, kWords).append(text);
}

std::string SubjectKey(std::string_view account_id, std::string_view subject_id,
                       Position position) {
  std::string key = SubjectPrefix(account_id, subject_id);
  AppendPosition(key, position);
  return key;
}

std::string SubjectPrefix(std::string_view account_id, std::string_view subject_id) {
  return Key(account_id, std::string(subject_id) + kSeparator);
}

std::string ErasureKey(KeyId key_id) {
  std::string key;
  AppendPosition(key, key_id);
  return key;
}

std::optional<view::v1::AccountRow> FindAccount(const World& world, std::string_view account_id) {
  return Find<view::v1::AccountRow>(world, Table::kAccounts, account_id);
}

std::optional<view::v1::UserRow> FindUser(const World& world, std::string_view account_id,
                                          std::string_view user_id) {
  return Find<view::v1::UserRow>(world, Table::kUsers, Key(account_id, user_id));
}

std::optional<view::v1::UserRow> FindUserByEmail(const World& world, std::string_view account_id,
                                                 std::string_view email) {
  return FindUserBySearchRow(world, account_id, EmailKey(account_id, email));
}

std::optional<view::v1::UserRow> FindUserByName(const World& world, std::string_view account_id,
                                                std::string_view user_name) {
  return FindUserBySearchRow(world, account_id, UserNameKey(account_id, user_name));
}

std::optional<view::v1::UserRow> FindUserByEmailSkeleton(const World& world,
                                                         std::string_view account_id,
                                                         std::string_view email) {
  const std::string skeleton = EmailSkeleton(email);
  auto foreign = FindUserBySearchRow(world, account_id, Key(account_id, kLookOfEmail + skeleton));
  if (foreign) return foreign;
  // An email that has no row of its own for what it looks like.
  return FindUserBySearchRow(world, account_id, Key(account_id, kEmail + skeleton));
}

std::optional<view::v1::UserRow> FindUserByNameSkeleton(const World& world,
                                                        std::string_view account_id,
                                                        std::string_view user_name) {
  return FindUserBySearchRow(world, account_id, UserNameSkeletonKey(account_id, user_name));
}

std::optional<view::v1::ServiceAccountRow> FindServiceAccount(const World& world,
                                                              std::string_view account_id,
                                                              std::string_view service_account_id) {
  return Find<view::v1::ServiceAccountRow>(world, Table::kServiceAccounts,
                                           Key(account_id, service_account_id));
}

std::optional<view::v1::CertificateRow> FindCertificate(const World& world, std::string_view name) {
  return Find<view::v1::CertificateRow>(world, Table::kCertificates, name);
}

std::optional<view::v1::TokenRow> FindToken(const World& world, std::string_view token_hash) {
  return Find<view::v1::TokenRow>(world, Table::kTokens, token_hash);
}

std::optional<event::v1::PersonalData> PersonalOf(const World& world, std::string_view account_id,
                                                  const view::v1::UserRow& user) {
  if (!user.has_sealed()) return std::nullopt;
  return world.keys().Open(account_id, user.user_id(), user.sealed());
}

uint64_t Counter(const World& world, std::string_view account_id, std::string_view name) {
  const auto text = world.Get(Table::kCounters, Key(account_id, name));
  uint64_t value = 0;
  if (text && !absl::SimpleAtoi(*text, &value)) std::abort();
  return value;
}

void AddToCounter(Overlay& world, std::string_view account_id, std::string_view name,
                  int64_t difference) {
  if (difference == 0) return;
  const auto value = static_cast<int64_t>(Counter(world, account_id, name)) + difference;
  world.Put(Table::kCounters, Key(account_id, name), absl::StrCat(value));
}

KeyId LastKey(const World& world) { return Counter(world, "", kLastKeyCounter); }

void NoteKey(Overlay& world, const event::v1::SealedData& sealed) {
  const KeyId last = LastKey(world);
  if (sealed.key_id() <= last) return;
  AddToCounter(world, "", kLastKeyCounter, static_cast<int64_t>(sealed.key_id() - last));
}

std::string Encode(const google::protobuf::MessageLite& row) { return row.SerializeAsString(); }

void Decode(std::string_view bytes, google::protobuf::MessageLite& row) {
  if (!row.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) std::abort();
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(since_epoch, absl::Seconds(1), &rest);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return timestamp;
}

absl::Time FromTimestamp(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

}  // namespace roster::domain
