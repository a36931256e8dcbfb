#include "domain/user/administrators.h"

#include <string>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/rows/counter.h"

namespace roster::domain {
namespace {

constexpr Permission kDuties[] = {Permission::kAccountManage, Permission::kAccessManage};

std::string CounterName(Permission duty) {
  return "administrators/" + std::string(PermissionName(duty));
}

bool Carries(const view::v1::AccountRow& account, const view::v1::UserRow& user, Permission duty) {
  const bool stands = user.status() == event::v1::USER_STATUS_PENDING ||
                      user.status() == event::v1::USER_STATUS_ACTIVE;
  return stands && user.approved() && Has(EffectivePermissionsOf(account, user).permissions, duty);
}

}  // namespace

absl::Status CheckAdministratorsRemain(const World& world, const view::v1::AccountRow& account,
                                       const view::v1::UserRow& before,
                                       const view::v1::UserRow& after) {
  for (const Permission duty : kDuties) {
    if (Carries(account, before, duty) && !Carries(account, after, duty) &&
        Counter(world, account.account_id(), CounterName(duty)) <= 1) {
      return Refuse(Reason::kLastAdministrator,
                    {{"permission", std::string(PermissionName(duty))}});
    }
  }
  return absl::OkStatus();
}

void CountAdministrators(Overlay& world, const view::v1::AccountRow& account,
                         const view::v1::UserRow& before, const view::v1::UserRow& after) {
  for (const Permission duty : kDuties) {
    const int difference = static_cast<int>(Carries(account, after, duty)) -
                           static_cast<int>(Carries(account, before, duty));
    AddToCounter(world, account.account_id(), CounterName(duty), difference);
  }
}

}  // namespace roster::domain
