#include "domain/user/fold.h"

#include <algorithm>
#include <string>

#include "absl/functional/function_ref.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/person_key_rows.h"
#include "domain/rows/update_row.h"
#include "domain/rows/user_rows.h"
#include "domain/user/administrators.h"
#include "domain/user/list/index.h"
#include "domain/user/list/search.h"

namespace roster::domain {
namespace {

using event::v1::Commit;
using view::v1::UserRow;

// Whether nothing differs by which users are counted or listed.
bool StandTheSame(const UserRow& one, const UserRow& other) {
  return one.status() == other.status() && one.approved() == other.approved() &&
         one.user_type() == other.user_type() &&
         std::equal(one.roles().begin(), one.roles().end(), other.roles().begin(),
                    other.roles().end());
}

// Keeps what is counted and listed of users in step with a change. `before` is an empty row for a
// new user.
void Derive(Overlay& world, const Commit& commit, const UserRow& before, const UserRow& after) {
  if (StandTheSame(before, after)) return;
  IndexUser(world, commit.account_id(), before, after);
  if (const auto account = FindAccount(world, commit.account_id())) {
    CountAdministrators(world, *account, before, after);
  }
}

// Stores what `change` makes of the user.
void Update(Overlay& world, const Commit& commit, const std::string& user_id,
            absl::FunctionRef<void(UserRow&)> change) {
  const auto changed = UpdateRow<UserRow>(
      world, Table::kUsers, UserRowKey(commit.account_id(), user_id), [&](UserRow& row) {
        change(row);
        *row.mutable_updated_at() = commit.time();
      });
  if (changed) Derive(world, commit, changed->before, changed->after);
}

// A status by hand or by rule, decided by this commit.
void SetStatus(UserRow& row, const Commit& commit, event::v1::UserStatus status) {
  row.set_status(status);
  row.set_status_position(commit.position());
  row.clear_status_reason();
  row.clear_deleted_at();
  row.clear_restorable_until();
}

void SetApproved(UserRow& row, const Commit& commit, bool approved) {
  row.set_approved(approved);
  row.set_approval_position(commit.position());
}

// The status of a user while nobody disables or deletes them.
event::v1::UserStatus EnabledStatus(const UserRow& row) {
  return row.signed_in() ? event::v1::USER_STATUS_ACTIVE : event::v1::USER_STATUS_PENDING;
}

}  // namespace

void Fold(Overlay& world, const Commit& commit, const event::v1::UserCreated& event,
          const event::v1::Event& whole) {
  UserRow row;
  row.set_user_id(event.user_id());
  SetStatus(row, commit, event::v1::USER_STATUS_PENDING);
  row.set_auth_method(event.auth_method());
  row.set_user_type(event.user_type());
  *row.mutable_roles() = event.roles();
  row.set_approved(event.approved());
  *row.mutable_created_at() = commit.time();
  *row.mutable_updated_at() = commit.time();
  *row.mutable_created_by() = commit.actor();
  row.set_created_position(commit.position());
  row.set_role_position(commit.position());
  if (whole.has_sealed()) {
    *row.mutable_sealed() = whole.sealed();
    RaiseLastKey(world, whole.sealed());
  }
  if (whole.has_personal()) {
    InsertSearchRows(world, commit.account_id(), event.user_id(), whole.personal());
  }
  InsertRow(world, Table::kUsers, UserRowKey(commit.account_id(), event.user_id()), row);
  Derive(world, commit, UserRow(), row);
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserUpdated& event,
          const event::v1::Event& whole) {
  Update(world, commit, event.user_id(), [&](UserRow& row) {
    *row.mutable_sealed() = whole.sealed();
    if (whole.has_personal()) {
      PutSearchRows(world, commit.account_id(), event.user_id(), whole.personal());
    }
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserEnabled& event) {
  Update(world, commit, event.user_id(),
         [&](UserRow& row) { SetStatus(row, commit, EnabledStatus(row)); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserDisabled& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) {
    SetStatus(row, commit, event::v1::USER_STATUS_DISABLED);
    row.set_status_reason(event.reason());
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserDeleted& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) {
    SetStatus(row, commit, event::v1::USER_STATUS_DELETED);
    *row.mutable_deleted_at() = commit.time();
    *row.mutable_restorable_until() = event.restorable_until();
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserRestored& event) {
  Update(world, commit, event.user_id(),
         [&](UserRow& row) { SetStatus(row, commit, EnabledStatus(row)); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::RoleChanged& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) {
    row.clear_roles();
    if (!event.to().empty()) row.add_roles(event.to());
    row.set_role_position(commit.position());
  });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserApproved& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) { SetApproved(row, commit, true); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserApprovalRevoked& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) { SetApproved(row, commit, false); });
}

void Fold(Overlay& world, const Commit& commit, const event::v1::UserErased& event) {
  Update(world, commit, event.user_id(), [&](UserRow& row) {
    SetStatus(row, commit, event::v1::USER_STATUS_ERASED);
    row.clear_sealed();
    row.clear_roles();
  });
  ForgetSearchRows(world, commit.account_id(), event.user_id());
  view::v1::ErasureRow erasure;
  erasure.set_account_id(commit.account_id());
  erasure.set_user_id(event.user_id());
  erasure.set_position(commit.position());
  world.Put(Table::kErasures, ErasureKey(event.key_id()), Encode(erasure));
}

}  // namespace roster::domain
