#include "domain/service_account/certificate_prefixes.h"

#include <algorithm>

#include "domain/access/authority.h"
#include "domain/base/refusal.h"
#include "domain/base/revision.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "domain/rows/account_rows.h"
#include "domain/rows/codec.h"
#include "domain/rows/service_account_rows.h"
#include "domain/rows/update_row.h"
#include "domain/service_account/certificate_name.h"

namespace roster::domain {
namespace {

using view::v1::AccountRow;
using view::v1::CertificateRow;

constexpr size_t kMaxPrefixes = 16;

bool Covers(std::string_view prefix, std::string_view text) {
  return text.substr(0, prefix.size()) == prefix;
}

std::vector<Violation> CheckPrefixes(const std::vector<std::string>& prefixes) {
  std::vector<Violation> wrong;
  for (size_t i = 0; i < prefixes.size(); ++i) {
    const std::string field = "prefixes." + std::to_string(i);
    if (!IsCertificatePrefix(prefixes[i])) {
      wrong.push_back({field, Reason::kInvalidValue, wrong::NoCertificatePrefix()});
      continue;
    }
    const auto here = prefixes.begin() + static_cast<ptrdiff_t>(i);
    const auto other = std::find_if(prefixes.begin(), here, [&](const std::string& before) {
      return Covers(before, *here) || Covers(*here, before);
    });
    if (other == here) continue;
    wrong.push_back({field, Reason::kInvalidValue,
                     wrong::Overlaps(static_cast<size_t>(other - prefixes.begin()))});
  }
  return wrong;
}

// Whether a row whose key begins so, a name or a prefix, is of another account.
bool OthersHave(const World& world, std::string_view key, std::string_view account_id) {
  bool found = false;
  world.Scan(Table::kCertificates, key, "", [&](std::string_view, std::string_view value) {
    CertificateRow row;
    Decode(value, row);
    found = row.account_id() != account_id;
    return !found;
  });
  return found;
}

absl::Status CheckFree(const World& world, const std::string& prefix,
                       const std::string& account_id) {
  const auto above = FindCertificatePrefix(world, prefix);
  if ((above && above->account_id() != account_id) ||
      OthersHave(world, CertificatePrefixKey(prefix), account_id) ||
      OthersHave(world, prefix, account_id)) {
    return Refuse(Reason::kCertificateTaken, {{"prefix", prefix}});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Events> Decide(const World& world, const SetCertificatePrefixes& command,
                              const Caller& caller) {
  ROSTER_TRY(AuthorizeOperator(caller));
  const auto account = FindAccount(world, command.account_id);
  if (!account) return Refuse(Reason::kAccountNotFound);
  ROSTER_TRY(CheckRevision(command.expected_revision, account->revision()));
  if (command.prefixes.size() > kMaxPrefixes) return RefuseLimit("prefixes", kMaxPrefixes);
  if (auto wrong = CheckPrefixes(command.prefixes); !wrong.empty()) return RefuseFields(wrong);
  for (const std::string& prefix : command.prefixes) {
    ROSTER_TRY(CheckFree(world, prefix, command.account_id));
  }
  const auto& before = account->certificate_prefixes();
  if (std::is_permutation(before.begin(), before.end(), command.prefixes.begin(),
                          command.prefixes.end())) {
    return Events{};
  }
  Events events(1);
  auto* changed = events[0].mutable_certificate_prefixes_changed();
  changed->set_account_id(command.account_id);
  *changed->mutable_from() = before;
  for (const std::string& prefix : command.prefixes) changed->add_to(prefix);
  return events;
}

absl::Status AuthorizeBinding(const World& world, const Caller& caller, std::string_view account_id,
                              std::string_view name) {
  const auto& shown = caller.proof.certificate_names;
  const auto prefix = FindCertificatePrefix(world, name);
  const bool is_own = prefix && prefix->account_id() == account_id;
  const bool is_proven = std::find(shown.begin(), shown.end(), name) != shown.end();
  if (!is_own && !is_proven && caller.actor.kind() != event::v1::Actor::KIND_OPERATOR) {
    return Refuse(Reason::kCertificateNotProven);
  }
  if ((prefix && !is_own) || FindCertificate(world, name)) {
    return Refuse(Reason::kCertificateTaken);
  }
  return absl::OkStatus();
}

void Fold(Overlay& world, const event::v1::Commit& /*commit*/,
          const event::v1::CertificatePrefixesChanged& event) {
  UpdateRow<AccountRow>(world, Table::kAccounts, event.account_id(),
                        [&](AccountRow& row) { *row.mutable_certificate_prefixes() = event.to(); });
  for (const std::string& prefix : event.from()) {
    world.Delete(Table::kCertificates, CertificatePrefixKey(prefix));
  }
  CertificateRow delegated;
  delegated.set_account_id(event.account_id());
  for (const std::string& prefix : event.to()) {
    world.Put(Table::kCertificates, CertificatePrefixKey(prefix), Encode(delegated));
  }
}

}  // namespace roster::domain
