#include "domain/user/list/user_fields.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "domain/rows/codec.h"
#include "domain/rows/user_rows.h"
#include "domain/text/email.h"
#include "domain/text/name.h"
#include "domain/text/text.h"
#include "domain/user/list/search.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;
using view::v1::UserRow;

const UserCandidate& UserOf(const Candidate& candidate) {
  return static_cast<const UserCandidate&>(candidate);
}

const UserRow& RowOf(const Candidate& candidate) { return UserOf(candidate).row(); }

template <const std::string& (PersonalData::*kGet)() const>
const std::string* TextOf(const Candidate& candidate, const Field& field, Form form) {
  const UserCandidate& user = UserOf(candidate);
  if (user.personal() == nullptr) return nullptr;
  return &user.Text(field, form, (user.personal()->*kGet)());
}

bool HoldsRole(const Candidate& candidate, const std::string& role) {
  const auto& roles = RowOf(candidate).roles();
  return role.empty() ? roles.empty() : std::find(roles.begin(), roles.end(), role) != roles.end();
}

template <const google::protobuf::Timestamp& (UserRow::*kGet)() const>
std::optional<absl::Time> TimeOf(const Candidate& candidate) {
  return FromTimestamp((RowOf(candidate).*kGet)());
}

std::optional<absl::Time> DeleteTime(const Candidate& candidate) {
  const UserRow& row = RowOf(candidate);
  return row.has_deleted_at() ? std::optional(FromTimestamp(row.deleted_at())) : std::nullopt;
}

bool Finds(const Candidate& candidate, const std::vector<std::string>& texts) {
  static const Field* const kEmail = UserFields().Find("email");
  static const Field* const kUserName = UserFields().Find("user_name");
  const UserCandidate& user = UserOf(candidate);
  if (user.personal() == nullptr) return false;
  const auto begins = [&](const Field* field, size_t form) {
    return absl::StartsWith(*field->text(user, *field, Form::kExact), texts[form]);
  };
  if (begins(kEmail, kEmailForm) || begins(kUserName, kWordForm)) return true;
  const std::vector<std::string>& words = user.Words();
  return std::any_of(words.begin(), words.end(), [&](const std::string& text) {
    return absl::StartsWith(text, texts[kWordForm]);
  });
}

Fields MakeFields() {
  const auto text = [](std::string_view name, auto get) {
    return Field{.name = name, .text = get, .exact = Normalize, .loose = SearchForm};
  };
  return {.all = {{.name = "status",
                   .number = [](const Candidate& user) -> int { return RowOf(user).status(); },
                   .names = event::v1::UserStatus_descriptor,
                   .prefix = "USER_STATUS_",
                   .unlisted = event::v1::USER_STATUS_ERASED},
                  {.name = "role", .holds = HoldsRole},
                  {.name = "approved",
                   .number = [](const Candidate& user) -> int { return RowOf(user).approved(); }},
                  {.name = "user_type",
                   .number = [](const Candidate& user) -> int { return RowOf(user).user_type(); },
                   .names = event::v1::UserType_descriptor,
                   .prefix = "USER_TYPE_"},
                  {.name = "auth_method",
                   .number = [](const Candidate& user) -> int { return RowOf(user).auth_method(); },
                   .names = event::v1::AuthMethod_descriptor,
                   .prefix = "AUTH_METHOD_"},
                  text("full_name", TextOf<&PersonalData::full_name>),
                  text("given_name", TextOf<&PersonalData::given_name>),
                  text("family_name", TextOf<&PersonalData::family_name>),
                  {.name = "email",
                   .text = TextOf<&PersonalData::email>,
                   .exact = NormalizeEmail,
                   .loose = ShownEmail},
                  text("user_name", TextOf<&PersonalData::user_name>),
                  text("title", TextOf<&PersonalData::title>),
                  {.name = "create_time", .time = TimeOf<&UserRow::created_at>},
                  {.name = "update_time", .time = TimeOf<&UserRow::updated_at>},
                  {.name = "delete_time", .time = DeleteTime},
                  // Nobody has one before there is sign-in.
                  {.name = "last_active_time",
                   .time = [](const Candidate& /*user*/) { return std::optional<absl::Time>(); }}},
          .search = {.forms = {SearchForm, NormalizeEmail}, .finds = Finds}};
}

}  // namespace

const PersonalData* UserCandidate::personal() const {
  if (!opened_) personal_ = PersonalOf(*world_, account_id_, row_);
  opened_ = true;
  return personal_ ? &*personal_ : nullptr;
}

const std::string& UserCandidate::Text(const Field& field, Form form,
                                       const std::string& text) const {
  for (const Made& made : texts_) {
    if (made.field == &field && made.form == form) return made.text;
  }
  const auto make = form == Form::kLoose ? field.loose : field.exact;
  return texts_.emplace_back(Made{&field, form, make(text)}).text;
}

const std::vector<std::string>& UserCandidate::Words() const {
  if (!words_) words_ = WordsOf(*personal());
  return *words_;
}

const Fields& UserFields() {
  static const Fields* const kFields = new Fields(MakeFields());
  return *kFields;
}

}  // namespace roster::domain
