#include "domain/user/list/user_fields.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "domain/base/try.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/email.h"
#include "domain/text/text.h"
#include "domain/user/list/search.h"
#include "google/protobuf/descriptor.h"

namespace roster::domain {

using event::v1::PersonalData;
using view::v1::UserRow;

// How a field is read. A member is null where the field is of another kind.
struct FilterField {
  std::string_view name;
  // Texts.
  const std::string& (PersonalData::*text)() const = nullptr;
  std::string (*normalize)(std::string_view) = nullptr;
  // Enums and flags.
  int (*number)(const UserRow&) = nullptr;
  const google::protobuf::EnumDescriptor* (*names)() = nullptr;  // of an enum
  std::string_view prefix = "";                                  // of those names
  // Times.
  std::optional<absl::Time> (*time)(const UserRow&) = nullptr;
};

namespace {

constexpr FilterField kFields[] = {
    {.name = "status",
     .number = [](const UserRow& row) -> int { return row.status(); },
     .names = event::v1::UserStatus_descriptor,
     .prefix = "USER_STATUS_"},
    {.name = "role"},
    {.name = "approved", .number = [](const UserRow& row) -> int { return row.approved(); }},
    {.name = "user_type",
     .number = [](const UserRow& row) -> int { return row.user_type(); },
     .names = event::v1::UserType_descriptor,
     .prefix = "USER_TYPE_"},
    {.name = "auth_method",
     .number = [](const UserRow& row) -> int { return row.auth_method(); },
     .names = event::v1::AuthMethod_descriptor,
     .prefix = "AUTH_METHOD_"},
    {.name = "full_name", .text = &PersonalData::full_name, .normalize = Normalize},
    {.name = "given_name", .text = &PersonalData::given_name, .normalize = Normalize},
    {.name = "family_name", .text = &PersonalData::family_name, .normalize = Normalize},
    {.name = "email", .text = &PersonalData::email, .normalize = NormalizeEmail},
    {.name = "user_name", .text = &PersonalData::user_name, .normalize = Normalize},
    {.name = "title", .text = &PersonalData::title, .normalize = Normalize},
    {.name = "create_time",
     .time = [](const UserRow& row) { return std::optional(FromTimestamp(row.created_at())); }},
    {.name = "update_time",
     .time = [](const UserRow& row) { return std::optional(FromTimestamp(row.updated_at())); }},
    {.name = "delete_time",
     .time =
         [](const UserRow& row) {
           return row.has_deleted_at() ? std::optional(FromTimestamp(row.deleted_at()))
                                       : std::nullopt;
         }},
    // Nobody has one before there is sign-in.
    {.name = "last_active_time",
     .time = [](const UserRow& /*row*/) { return std::optional<absl::Time>(); }},
};

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

bool Holds(const UserRow& user, const std::string& role) {
  if (role.empty()) return user.roles().empty();
  return std::find(user.roles().begin(), user.roles().end(), role) != user.roles().end();
}

template <typename Value>
bool Compare(const Value& one, Operator op, const Value& other) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kHas:
      return one == other;
    case Operator::kNotEqual:
      return one != other;
    case Operator::kLess:
      return one < other;
    case Operator::kLessOrEqual:
      return one <= other;
    case Operator::kGreater:
      return one > other;
    case Operator::kGreaterOrEqual:
      return one >= other;
  }
  return false;
}

bool CompareText(const std::string& text, const Comparison& with) {
  if (with.op == Operator::kHas) return absl::StrContains(text, with.text);
  const bool equal = with.begins ? absl::StartsWith(text, with.text) : text == with.text;
  return equal == (with.op == Operator::kEqual);
}

bool IsFound(const Candidate& user, const Comparison& search) {
  if (absl::StartsWith(user.Text(*FindFilterField("email")), search.email_text)) return true;
  if (absl::StartsWith(user.Text(*FindFilterField("user_name")), search.text)) return true;
  const std::vector<std::string>& words = user.Words();
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& text) { return absl::StartsWith(text, search.text); });
}

absl::StatusOr<int> ParseNumber(const FilterField& field, const Literal& value) {
  if (field.names == nullptr) {
    if (value.text == "true") return 1;
    if (value.text == "false") return 0;
    return Wrong("the value is true or false");
  }
  std::vector<std::string_view> known;
  for (int i = 0; i < field.names()->value_count(); ++i) {
    const auto& named = *field.names()->value(i);
    const bool erased = field.name == "status" && named.number() == event::v1::USER_STATUS_ERASED;
    if (named.number() == 0 || erased) continue;  // no listed user has it
    known.push_back(std::string_view(named.name()).substr(field.prefix.size()));
    if (known.back() == value.text) return named.number();
  }
  return Wrong(absl::StrCat("the value is one of ",
                            absl::StrJoin(known, ", ", [](std::string* out, std::string_view name) {
                              out->append(name);
                            })));
}

// RFC 3339, or a date, which is its first moment in UTC.
absl::StatusOr<absl::Time> ParseMoment(const std::string& text) {
  absl::Time time;
  std::string error;
  const bool digit = !text.empty() && text[0] >= '0' && text[0] <= '9';  // no "infinite-future"
  if (digit && (absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
                absl::ParseTime("%Y-%m-%d", text, &time, &error))) {
    return time;
  }
  return Wrong("the value is a time, as 2026-01-31T12:00:00Z, or a date, as 2026-01-31");
}

// The operators that the kind of the field takes.
std::string_view OperatorsOf(const FilterField& field) {
  if (field.time != nullptr) return "= != < <= > >=";
  if (field.number != nullptr) return "= !=";
  return "= != :";
}

bool Takes(const FilterField& field, Operator op) {
  if (op == Operator::kEqual || op == Operator::kNotEqual) return true;
  if (op == Operator::kHas) return field.time == nullptr && field.number == nullptr;
  return field.time != nullptr;
}

}  // namespace

const PersonalData* Candidate::personal() const {
  if (!opened_) personal_ = PersonalOf(*world_, account_id_, row_);
  opened_ = true;
  return personal_ ? &*personal_ : nullptr;
}

const std::string& Candidate::Text(const FilterField& field) const {
  for (const auto& [known, text] : texts_) {
    if (known == &field) return text;
  }
  return texts_.emplace_back(&field, field.normalize((personal()->*field.text)())).second;
}

const std::vector<std::string>& Candidate::Words() const {
  if (!words_) words_ = WordsOf(*personal());
  return *words_;
}

bool Comparison::Matches(const Candidate& user) const {
  if (field == nullptr || field->text != nullptr) {
    if (user.personal() == nullptr) return false;
    return field == nullptr ? IsFound(user, *this) : CompareText(user.Text(*field), *this);
  }
  if (field->number != nullptr) return Compare(field->number(user.row()), op, number);
  if (field->time != nullptr) {
    const std::optional<absl::Time> at = field->time(user.row());
    return at && Compare(*at, op, time);
  }
  return Holds(user.row(), text) == (op != Operator::kNotEqual);
}

std::string_view Comparison::name() const {
  return field == nullptr ? std::string_view() : field->name;
}

const FilterField* FindFilterField(std::string_view name) {
  for (const FilterField& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string FilterFieldNames() {
  std::string names;
  for (const FilterField& field : kFields) {
    names.append(names.empty() ? "" : ", ").append(field.name);
  }
  return names;
}

absl::StatusOr<Comparison> MakeComparison(const FilterField& field, Operator op,
                                          const Literal& value) {
  if (!Takes(field, op)) {
    return Wrong(std::string("the operators of this field are ").append(OperatorsOf(field)));
  }
  if (value.star && (field.text == nullptr || op == Operator::kHas)) {
    return Wrong("an asterisk goes with = and != of texts");
  }
  Comparison made{.field = &field, .op = op, .begins = value.star};
  if (field.text != nullptr) {
    made.text = field.normalize(value.text);
  } else if (field.number != nullptr) {
    ROSTER_ASSIGN(const int number, ParseNumber(field, value));
    made.number = number;
  } else if (field.time != nullptr) {
    ROSTER_ASSIGN(const absl::Time time, ParseMoment(value.text));
    made.time = time;
  } else {
    made.text = value.text;
  }
  return made;
}

absl::StatusOr<Comparison> MakeSearch(const Literal& text) {
  Comparison search{.text = Normalize(text.text), .email_text = NormalizeEmail(text.text)};
  if (search.text.empty()) return Wrong("the text to search for is empty");
  return search;
}

}  // namespace roster::domain
