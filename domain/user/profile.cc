#include "domain/user/profile.h"

#include <utility>

#include "domain/text/email.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

using event::v1::PersonalData;

constexpr size_t kMaxCodePoints = 256;

// Reading and writing go through different accessors: a string that was never set is one that all
// messages share.
struct Field {
  std::string_view name;
  const std::string& (PersonalData::*get)() const;
  std::string* (PersonalData::*mutate)();
};
constexpr Field kFields[] = {
    {"full_name", &PersonalData::full_name, &PersonalData::mutable_full_name},
    {"given_name", &PersonalData::given_name, &PersonalData::mutable_given_name},
    {"family_name", &PersonalData::family_name, &PersonalData::mutable_family_name},
    {"email", &PersonalData::email, &PersonalData::mutable_email},
    {"title", &PersonalData::title, &PersonalData::mutable_title},
};

const Field* Find(std::string_view name) {
  for (const Field& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace

RequiredFields RequiredBy(const event::v1::AccountPolicy& policy) {
  return {.given_and_family_name = policy.names_required(),
          .user_name = policy.user_name_required(),
          .role = policy.role_required() && policy.role_holding() == event::v1::ROLE_HOLDING_ONE};
}

std::vector<Violation> CheckProfile(const event::v1::PersonalData& personal,
                                    RequiredFields required, std::string_view at) {
  std::vector<Violation> wrong;
  const auto add = [&](const char* field, Reason reason, std::string what = "") {
    wrong.push_back({std::string(at) + field, reason, std::move(what)});
  };
  const auto check = [&](const char* field, const std::string& value, bool needed,
                         bool lines = false) {
    if (value.empty()) {
      if (needed) add(field, Reason::kMissingField);
    } else if (std::string what = WrongText(value, kMaxCodePoints, lines); !what.empty()) {
      add(field, Reason::kInvalidValue, std::move(what));
    }
  };
  check("full_name", personal.full_name(), true);
  check("given_name", personal.given_name(), required.given_and_family_name);
  check("family_name", personal.family_name(), required.given_and_family_name);
  if (personal.email().empty()) {
    add("email", Reason::kMissingField);
  } else if (std::string what = WrongEmail(personal.email()); !what.empty()) {
    add("email", Reason::kInvalidEmail, std::move(what));
  }
  if (personal.user_name().empty()) {
    if (required.user_name) add("user_name", Reason::kMissingField);
  } else if (std::string what = WrongUserName(personal.user_name(), kMaxCodePoints);
             !what.empty()) {
    add("user_name", Reason::kInvalidValue, std::move(what));
  }
  check("title", personal.title(), false, /*lines=*/true);
  return wrong;
}

event::v1::PersonalData WithUserName(event::v1::PersonalData personal) {
  if (personal.user_name().empty()) personal.set_user_name(personal.email());
  return personal;
}

const std::string* ProfileField(const PersonalData& personal, std::string_view name) {
  const Field* field = Find(name);
  return field == nullptr ? nullptr : &(personal.*field->get)();
}

std::string* MutableProfileField(PersonalData& personal, std::string_view name) {
  const Field* field = Find(name);
  return field == nullptr ? nullptr : (personal.*field->mutate)();
}

}  // namespace roster::domain
