#include "domain/user/profile.h"

#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr size_t kMaxCodePoints = 256;

}  // namespace

RequiredFields RequiredBy(const event::v1::AccountPolicy& policy) {
  return {.given_and_family_name = policy.names_required(),
          .user_name = policy.user_name_required()};
}

std::vector<Violation> CheckProfile(const event::v1::PersonalData& personal,
                                    RequiredFields required) {
  std::vector<Violation> wrong;
  const auto check = [&wrong](const char* field, const std::string& value, bool needed,
                              bool lines = false) {
    if (value.empty()) {
      if (needed) wrong.push_back({field, Reason::kMissingField});
    } else if (!IsAcceptable(value, kMaxCodePoints, lines)) {
      wrong.push_back({field, Reason::kInvalidValue});
    }
  };
  check("full_name", personal.full_name(), true);
  check("given_name", personal.given_name(), required.given_and_family_name);
  check("family_name", personal.family_name(), required.given_and_family_name);
  if (personal.email().empty()) {
    wrong.push_back({"email", Reason::kMissingField});
  } else if (!IsEmail(personal.email())) {
    wrong.push_back({"email", Reason::kInvalidEmail});
  }
  check("user_name", personal.user_name(), required.user_name);
  check("title", personal.title(), false, /*lines=*/true);
  return wrong;
}

event::v1::PersonalData WithUserName(event::v1::PersonalData personal) {
  if (personal.user_name().empty()) personal.set_user_name(personal.email());
  return personal;
}

const std::string* ProfileField(const event::v1::PersonalData& personal, std::string_view name) {
  if (name == "full_name") return &personal.full_name();
  if (name == "given_name") return &personal.given_name();
  if (name == "family_name") return &personal.family_name();
  if (name == "email") return &personal.email();
  if (name == "title") return &personal.title();
  return nullptr;
}

std::string* MutableProfileField(event::v1::PersonalData& personal, std::string_view name) {
  return const_cast<std::string*>(ProfileField(personal, name));
}

}  // namespace roster::domain
