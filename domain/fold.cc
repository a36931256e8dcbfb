#include "domain/fold.h"

#include "domain/account/account.h"
#include "domain/request/request.h"
#include "domain/rows/subject_rows.h"
#include "domain/service_account/service_account.h"
#include "domain/subjects.h"
#include "domain/user/fold.h"

namespace roster::domain {
namespace {

using event::v1::Event;

void FoldEvent(Overlay& world, const event::v1::Commit& commit, const Event& event) {
  switch (event.kind_case()) {  // no default: the compiler finds the event that was forgotten
    case Event::kOperatorTokenIssued:
      return Fold(world, commit, event.operator_token_issued());
    case Event::kAccountCreated:
      return Fold(world, commit, event.account_created());
    case Event::kAccountPolicyChanged:
      return Fold(world, commit, event.account_policy_changed());
    case Event::kUserCreated:
      return Fold(world, commit, event.user_created(), event);
    case Event::kUserUpdated:
      return Fold(world, commit, event.user_updated(), event);
    case Event::kUserEnabled:
      return Fold(world, commit, event.user_enabled());
    case Event::kUserDisabled:
      return Fold(world, commit, event.user_disabled());
    case Event::kUserDeleted:
      return Fold(world, commit, event.user_deleted());
    case Event::kUserRestored:
      return Fold(world, commit, event.user_restored());
    case Event::kRoleChanged:
      return Fold(world, commit, event.role_changed());
    case Event::kServiceAccountCreated:
      return Fold(world, commit, event.service_account_created());
    case Event::kServiceAccountDisabled:
      return Fold(world, commit, event.service_account_disabled());
    case Event::kServiceTokenIssued:
      return Fold(world, commit, event.service_token_issued());
    case Event::kServiceTokenRevoked:
      return Fold(world, commit, event.service_token_revoked());
    case Event::kCertificateBound:
      return Fold(world, commit, event.certificate_bound());
    case Event::kCertificateUnbound:
      return Fold(world, commit, event.certificate_unbound());
    case Event::kUserErased:
      return Fold(world, commit, event.user_erased());
    case Event::KIND_NOT_SET:
      return;  // KnowsEveryEvent has refused it
  }
}

// Notes that the commit touched the subject.
void AddSubject(Overlay& world, const event::v1::Commit& commit, const std::string& subject_id) {
  world.Put(Table::kSubjects, SubjectKey(commit.account_id(), subject_id, commit.position()), "");
}

}  // namespace

void Fold(Overlay& world, const event::v1::Commit& commit) {
  world.MoveTo(commit.position());
  for (const Event& event : commit.events()) {
    FoldEvent(world, commit, event);
    for (const std::string& subject : SubjectsOf(event)) AddSubject(world, commit, subject);
  }
  if (!commit.request_id().empty()) RecordRequest(world, commit);
  if (!commit.account_id().empty()) AddSubject(world, commit, commit.account_id());
}

bool KnowsEveryEvent(const event::v1::Commit& commit) {
  for (const Event& event : commit.events()) {
    if (event.kind_case() == Event::KIND_NOT_SET) return false;
  }
  return true;
}

}  // namespace roster::domain
