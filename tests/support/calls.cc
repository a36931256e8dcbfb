#include "tests/support/calls.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace roster::api_test {
namespace {

// The name of an enum value without the prefix of its type.
std::string Short(const std::string& name, const std::string& prefix) {
  return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

}  // namespace

identity::v1::UserProfile Person(const std::string& name) {
  identity::v1::UserProfile profile;
  profile.set_full_name(name + " Tester");
  profile.set_given_name(name);
  profile.set_family_name("Tester");
  profile.set_email(name + "@example.org");
  profile.set_user_name(name);
  return profile;
}

identity::v1::CreateUserRequest NewUser(const std::string& account_id, const std::string& name,
                                        const std::vector<std::string>& roles) {
  auto request = In<identity::v1::CreateUserRequest>(account_id);
  *request.mutable_profile() = Person(name);
  *request.mutable_roles() = {roles.begin(), roles.end()};
  return request;
}

identity::v1::CreateAccountRequest NewAccount(Preset preset) {
  identity::v1::CreateAccountRequest request;
  request.set_display_name("Example Works");
  request.set_preset(preset);
  *request.mutable_administrator() = Person("first");
  return request;
}

access::v1::ChangeUserRoleRequest RoleChange(const std::string& account_id,
                                             const std::string& user_id, const std::string& role) {
  auto request = About<access::v1::ChangeUserRoleRequest>(account_id, user_id);
  request.set_role(role);
  return request;
}

identity::v1::UpdateUserRequest Update(const std::string& account_id, const std::string& user_id,
                                       const std::string& field, const std::string& value) {
  auto request = About<identity::v1::UpdateUserRequest>(account_id, user_id);
  request.mutable_update_mask()->add_paths(field);
  auto& profile = *request.mutable_profile();
  const auto* descriptor = profile.GetDescriptor()->FindFieldByName(field);
  if (descriptor != nullptr) profile.GetReflection()->SetString(&profile, descriptor, value);
  return request;
}

access::v1::CheckRequest Question(const std::string& account_id, const std::string& user_id,
                                  const std::string& permission) {
  auto request = About<access::v1::CheckRequest>(account_id, user_id);
  request.set_permission(permission);
  return request;
}

identity::v1::ListUsersRequest List(const std::string& account_id, const std::string& filter) {
  auto request = In<identity::v1::ListUsersRequest>(account_id);
  request.set_filter(filter);
  request.set_page_size(1000);
  return request;
}

std::vector<std::string> NamesOf(const identity::v1::ListUsersResponse& response) {
  std::vector<std::string> names;
  for (const auto& user : response.users()) names.push_back(user.profile().user_name());
  return names;
}

std::string TextOf(const access::v1::CheckResult& result) {
  std::string text =
      absl::StrCat(Short(access::v1::Decision_Name(result.decision()), "DECISION_"), " ",
                   Short(access::v1::CheckReason_Name(result.reason()), "CHECK_REASON_"));
  if (!result.role().empty()) absl::StrAppend(&text, " ", result.role());
  return text;
}

std::string StatusOf(const identity::v1::User& user) {
  return Short(event::v1::UserStatus_Name(user.status()), "USER_STATUS_");
}

}  // namespace roster::api_test
