#include "domain/subjects.h"

#include "domain/rows/user_rows.h"

namespace roster::domain {

using event::v1::Event;

std::vector<std::string> SubjectsOf(const Event& event) {
  switch (event.kind_case()) {  // no default: the compiler finds the event that was forgotten
    case Event::kOperatorTokenIssued:
    case Event::kAccountCreated:
    case Event::kAccountPolicyChanged:
      return {};
    case Event::kUserCreated:
      return {event.user_created().user_id()};
    case Event::kUserUpdated:
      return {event.user_updated().user_id()};
    case Event::kUserEnabled:
      return {event.user_enabled().user_id()};
    case Event::kUserDisabled:
      return {event.user_disabled().user_id()};
    case Event::kUserDeleted:
      return {event.user_deleted().user_id()};
    case Event::kUserRestored:
      return {event.user_restored().user_id()};
    case Event::kUserErased:
      return {event.user_erased().user_id()};
    case Event::kRoleChanged:
      return {event.role_changed().user_id()};
    case Event::kServiceAccountCreated:
      return {event.service_account_created().service_account_id()};
    case Event::kServiceAccountDisabled:
      return {event.service_account_disabled().service_account_id()};
    case Event::kServiceTokenIssued:
      return {event.service_token_issued().service_account_id()};
    case Event::kServiceTokenRevoked:
      return {event.service_token_revoked().service_account_id()};
    case Event::kCertificateBound:
      return {event.certificate_bound().service_account_id()};
    case Event::kCertificateUnbound:
      return {event.certificate_unbound().service_account_id()};
    case Event::KIND_NOT_SET:
      break;  // KnowsEveryEvent has refused it
  }
  return {};
}

std::optional<Person> PersonOf(const Event& event) {
  switch (event.kind_case()) {  // no default, as above
    case Event::kUserCreated:
      return Person{event.user_created().user_id(), true};
    case Event::kUserUpdated:
      return Person{event.user_updated().user_id()};
    case Event::kOperatorTokenIssued:
    case Event::kAccountCreated:
    case Event::kAccountPolicyChanged:
    case Event::kUserEnabled:
    case Event::kUserDisabled:
    case Event::kUserDeleted:
    case Event::kUserRestored:
    case Event::kUserErased:
    case Event::kRoleChanged:
    case Event::kServiceAccountCreated:
    case Event::kServiceAccountDisabled:
    case Event::kServiceTokenIssued:
    case Event::kServiceTokenRevoked:
    case Event::kCertificateBound:
    case Event::kCertificateUnbound:
    case Event::KIND_NOT_SET:
      break;
  }
  return std::nullopt;
}

absl::StatusOr<KeyId> KeyOf(const World& world, std::string_view account_id, const Person& person) {
  if (person.is_new) return KeyId{0};
  const auto user = FindUser(world, account_id, person.user_id);
  if (!user) return absl::InternalError("personal data of an unknown user");
  return user->sealed().key_id();
}

}  // namespace roster::domain
