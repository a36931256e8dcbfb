#include "domain/service_account/credentials.h"

#include <string>
#include <string_view>
#include <vector>

#include "domain/rows/codec.h"
#include "domain/rows/update_row.h"

namespace roster::domain {
namespace {

using view::v1::ServiceAccountRow;

std::vector<std::string> KeysOf(const World& world, Table table) {
  std::vector<std::string> keys;
  world.Scan(table, "", "", [&](std::string_view key, std::string_view /*value*/) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

bool HasCredentials(const Overlay& world, std::string_view key) {
  const auto row = FindRow<ServiceAccountRow>(world, Table::kServiceAccounts, key);
  return row && (row->tokens_size() > 0 || row->certificates_size() > 0);
}

}  // namespace

void EndCredentials(Overlay& world, ServiceAccountRow& row) {
  for (const auto& token : row.tokens()) world.Delete(Table::kTokens, token.token_hash());
  row.clear_tokens();
  for (const auto& certificate : row.certificates()) {
    world.Delete(Table::kCertificates, certificate.identity());
  }
  row.clear_certificates();
}

void Fold(Overlay& world, const event::v1::Commit& /*commit*/,
          const event::v1::StoreRestored& event) {
  if (event.credentials_kept()) return;
  for (const std::string& key : KeysOf(world, Table::kServiceAccounts)) {
    if (!HasCredentials(world, key)) continue;
    UpdateRow<ServiceAccountRow>(world, Table::kServiceAccounts, key,
                                 [&](ServiceAccountRow& row) { EndCredentials(world, row); });
  }
  // What is left is the operator's.
  for (const std::string& hash : KeysOf(world, Table::kTokens)) world.Delete(Table::kTokens, hash);
}

}  // namespace roster::domain
