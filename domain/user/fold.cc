#include "domain/user/fold.h"

#include <string>

#include "absl/functional/function_ref.h"
#include "domain/rows.h"
#include "domain/user/administrators.h"

namespace roster::domain {
namespace {

using event::v1::Commit;
using view::v1::UserRow;

// Stores the row and all that follows from it: counters, and that the commit touched the user.
void Store(Overlay& world, const Commit& commit, const UserRow& before, UserRow after) {
  const std::string& account_id = commit.account_id();
  after.set_revision(before.revision() + 1);
  *after.mutable_updated_at() = commit.time();
  world.Put(Table::kUsers, Key(account_id, after.user_id()), Encode(after));
  world.Put(Table::kSubjects, SubjectKey(account_id, after.user_id(), commit.position()), "");
  if (const auto account = FindAccount(world, account_id)) {
    CountAdministrators(world, *account, before, after);
  }
}

// Stores what `change` makes of the user. An event of an unknown user changes nothing: the fold is
// total.
void Change(Overlay& world, const Commit& commit, const std::string& user_id,
            absl::FunctionRef<void(UserRow&)> change) {
  const auto before = FindUser(world, commit.account_id(), user_id);
  if (!before) return;
  UserRow after = *before;
  change(after);
  Store(world, commit, *before, std::move(after));
}

// A status by hand or by rule, decided by this commit.
void SetStatus(UserRow& row, const Commit& commit, event::v1::UserStatus status) {
  row.set_status(status);
  row.set_status_position(commit.position());
  row.clear_status_reason();
  row.clear_deleted_at();
  row.clear_restorable_until();
}

// Where a user stands who is neither disabled nor deleted (R36, R37).
event::v1::UserStatus Standing(const UserRow& row) {
  return row.signed_in() ? event::v1::USER_STATUS_ACTIVE : event::v1::USER_STATUS_PENDING;
}

}  // namespace

void Fold(Overlay& world, const Commit& commit, const event::v1::UserCreated& event,
          const event::v1::PersonalData& personal) {
  UserRow row;
  row.set_user_id(event.user_id());
  SetStatus(row, commit, event::v1::USER_STATUS_PENDING);
  row.set_auth_method(event.auth_method());
  row.set_user_type(event.user_type());
  *row.mutable_roles() = event.roles();
  row.set_approved(event.approved());
  *row.mutable_created_at() = commit.time();
  *row.mutable_created_by() = commit.actor();
  row.set_created_position(commit.position());
  row.set_role_position(commit.position());
  *row.mutable_personal() = personal;
  const std::string& account_id = commit.account_id();
  world.Put(Table::kSearch, EmailKey(account_id, personal.email()), event.user_id());
  world.Put(Table::kSearch, UserNameKey(account_id, personal.user_name()), event.user_id());
  Store(world, commit, UserRow(), std::move(row));
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserUpdated& event,
          const event::v1::PersonalData& personal) {
  Change(world, commit, event.user_id(), [&](UserRow& row) {
    const std::string before = EmailKey(commit.account_id(), row.personal().email());
    const std::string after = EmailKey(commit.account_id(), personal.email());
    if (before != after) {
      world.Delete(Table::kSearch, before);
      world.Put(Table::kSearch, after, row.user_id());
    }
    *row.mutable_personal() = personal;
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserEnabled& event) {
  Change(world, commit, event.user_id(),
         [&](UserRow& row) { SetStatus(row, commit, Standing(row)); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserDisabled& event) {
  Change(world, commit, event.user_id(), [&](UserRow& row) {
    SetStatus(row, commit, event::v1::USER_STATUS_DISABLED);
    row.set_status_reason(event.reason());
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserDeleted& event) {
  Change(world, commit, event.user_id(), [&](UserRow& row) {
    SetStatus(row, commit, event::v1::USER_STATUS_DELETED);
    *row.mutable_deleted_at() = commit.time();
    *row.mutable_restorable_until() = event.restorable_until();
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserRestored& event) {
  Change(world, commit, event.user_id(),
         [&](UserRow& row) { SetStatus(row, commit, Standing(row)); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::RoleChanged& event) {
  Change(world, commit, event.user_id(), [&](UserRow& row) {
    row.clear_roles();
    if (!event.to().empty()) row.add_roles(event.to());
    row.set_role_position(commit.position());
  });
}

}  // namespace roster::domain
