// A user's personal data: what is required, what is acceptable.

#ifndef ROSTER_DOMAIN_USER_PROFILE_H_
#define ROSTER_DOMAIN_USER_PROFILE_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "domain/base/refusal.h"
#include "roster/event/v1/account.pb.h"
#include "roster/event/v1/user.pb.h"

namespace roster::domain {

// Which fields must be there, beside full name and email, which always must. Where users may hold
// many roles, they may get their first one later; sign-in waits for it.
struct RequiredFields {
  bool given_and_family_name = false;
  bool user_name = false;
  bool role = false;
};
RequiredFields RequiredBy(const event::v1::AccountPolicy& policy);

// What is wrong with the data, one violation a field, in the order of the fields; empty when
// nothing is. `at`: the path of the data in the request, to which the name of the field is added.
std::vector<Violation> CheckProfile(const event::v1::PersonalData& personal,
                                    RequiredFields required, std::string_view at);

// The path of the data in the requests of users.
inline constexpr std::string_view kProfilePath = "profile.";

// The data with the email as user name where it has none.
event::v1::PersonalData WithUserName(event::v1::PersonalData personal);

// The value of one of the fields that UpdateUser may change, by its name in the proto; null for any
// other name.
const std::string* ProfileField(const event::v1::PersonalData& personal, std::string_view name);
std::string* MutableProfileField(event::v1::PersonalData& personal, std::string_view name);

// The names of those fields, in the order of the proto.
inline constexpr std::string_view kProfileFields[] = {"full_name", "given_name", "family_name",
                                                      "email", "title"};

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_PROFILE_H_
