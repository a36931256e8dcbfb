#include "domain/rows/service_account_rows.h"

#include "domain/rows/codec.h"
#include "domain/rows/search_kind.h"
#include "domain/text/text.h"

namespace roster::domain {
std::string ServiceAccountRowKey(std::string_view account_id, std::string_view service_account_id) {
  return RowKey(account_id, service_account_id);
}

std::string ServiceAccountNameKey(std::string_view account_id, std::string_view name) {
  return RowKey(account_id, search_kind::kServiceAccountName + Normalize(name));
}

std::optional<view::v1::ServiceAccountRow> FindServiceAccount(const World& world,
                                                              std::string_view account_id,
                                                              std::string_view service_account_id) {
  return FindRow<view::v1::ServiceAccountRow>(world, Table::kServiceAccounts,
                                              ServiceAccountRowKey(account_id, service_account_id));
}

std::optional<view::v1::CertificateRow> FindCertificate(const World& world, std::string_view name) {
  return FindRow<view::v1::CertificateRow>(world, Table::kCertificates, name);
}

std::optional<view::v1::TokenRow> FindToken(const World& world, std::string_view token_hash) {
  return FindRow<view::v1::TokenRow>(world, Table::kTokens, token_hash);
}

}  // namespace roster::domain
