#include "domain/fold.h"

#include "domain/account/account.h"
#include "domain/clock/clock.h"
#include "domain/request/request.h"
#include "domain/rows/subject_rows.h"
#include "domain/service_account/certificate_prefixes.h"
#include "domain/service_account/credentials.h"
#include "domain/service_account/service_account.h"
#include "domain/subjects.h"
#include "domain/user/fold.h"

namespace roster::domain {
namespace {

using event::v1::Event;

// Folds of events with personal data take the whole event too.
template <typename Kind>
void FoldKind(Overlay& world, const event::v1::Commit& commit, const Kind& kind,
              const Event& whole) {
  if constexpr (requires { Fold(world, commit, kind, whole); }) {
    Fold(world, commit, kind, whole);
  } else {
    Fold(world, commit, kind);
  }
}

void FoldEvent(Overlay& world, const event::v1::Commit& commit, const Event& event) {
  switch (event.kind_case()) {
#define ROSTER_EVENT(kind, field, ...) \
  case Event::kind:                    \
    return FoldKind(world, commit, event.field(), event);
#include "domain/events.def"
#undef ROSTER_EVENT
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
