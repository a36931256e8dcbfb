#include "domain/access/authentication.h"

#include <string>
#include <utility>

#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/rows/service_account_rows.h"

namespace roster::domain {
namespace {

using event::v1::Actor;

Caller ServiceAccount(const std::string& account_id, const std::string& id, absl::Time at) {
  Caller caller{.actor = {}, .actor_account_id = account_id, .at = at};
  caller.actor.set_kind(Actor::KIND_SERVICE_ACCOUNT);
  caller.actor.set_id(id);
  return caller;
}

absl::StatusOr<Caller> ByToken(const World& world, const std::string& hash, absl::Time at) {
  const auto token = FindToken(world, hash);
  if (!token) return Refuse(Reason::kUnauthenticated);
  if (!token->service_account_id().empty()) {
    return ServiceAccount(token->account_id(), token->service_account_id(), at);
  }
  Caller caller{.actor = {}, .actor_account_id = {}, .at = at};
  caller.actor.set_kind(Actor::KIND_OPERATOR);
  return caller;
}

// Both credentials are good, so the caller has them and learns nothing new.
absl::Status RefuseTwoCallers() {
  return Refuse(Reason::kUnauthenticated, {{"why", "the credentials are those of two callers"}});
}

// A caller of no kind where no name is bound.
absl::StatusOr<Caller> ByCertificate(const World& world, const std::vector<std::string>& names,
                                     absl::Time at) {
  Caller caller{.actor = {}, .actor_account_id = {}, .at = at};
  for (const std::string& name : names) {
    const auto bound = FindCertificate(world, name);
    if (!bound) continue;
    const bool first = caller.actor.kind() == Actor::KIND_UNSPECIFIED;
    if (!first && bound->service_account_id() != caller.actor.id()) return RefuseTwoCallers();
    caller = ServiceAccount(bound->account_id(), bound->service_account_id(), at);
  }
  return caller;
}

bool IsSame(const Caller& one, const Caller& other) {
  return one.actor.kind() == other.actor.kind() && one.actor.id() == other.actor.id();
}

absl::StatusOr<Caller> Behind(const World& world, const Proof& proof, absl::Time at) {
  absl::StatusOr<Caller> certified = ByCertificate(world, proof.certificate_names, at);
  if (!certified.ok() || proof.token_hash.empty()) return certified;
  absl::StatusOr<Caller> caller = ByToken(world, proof.token_hash, at);
  if (!caller.ok() || certified->actor.kind() == Actor::KIND_UNSPECIFIED) return caller;
  return IsSame(*certified, *caller) ? caller : RefuseTwoCallers();
}

}  // namespace

absl::StatusOr<Caller> Authenticate(const World& world, Proof proof, absl::Time at) {
  ROSTER_ASSIGN(Caller caller, Behind(world, proof, at));
  caller.proof = std::move(proof);
  return caller;
}

absl::Status CheckProof(const World& world, const Caller& caller) {
  const Proof& proof = caller.proof;
  if (proof.token_hash.empty() && proof.certificate_names.empty()) return absl::OkStatus();
  ROSTER_ASSIGN(const Caller now, Behind(world, proof, caller.at));
  return IsSame(now, caller) ? absl::OkStatus() : Refuse(Reason::kUnauthenticated);
}

}  // namespace roster::domain
