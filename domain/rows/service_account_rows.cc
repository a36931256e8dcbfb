#include "domain/rows/service_account_rows.h"

#include "domain/rows/codec.h"
#include "domain/rows/search_kind.h"
#include "domain/text/text.h"

namespace roster::domain {
namespace {

constexpr char kPrefixMark = ' ';

}  // namespace

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

std::string CertificatePrefixKey(std::string_view prefix) {
  return kPrefixMark + std::string(prefix);
}

std::optional<view::v1::CertificateRow> FindCertificatePrefix(const World& world,
                                                              std::string_view name) {
  // Whatever stands between a prefix and a name that it covers begins with that prefix, and no
  // other prefix does. So only the last one before the name can cover it.
  const std::string key = CertificatePrefixKey(name);
  std::optional<view::v1::CertificateRow> found;
  world.Scan(
      Table::kCertificates, std::string_view(&kPrefixMark, 1), key,
      [&](std::string_view prefix, std::string_view value) {
        if (key.compare(0, prefix.size(), prefix) == 0) Decode(value, found.emplace());
        return false;
      },
      Direction::kDescending);
  return found;
}

std::optional<view::v1::TokenRow> FindToken(const World& world, std::string_view token_hash) {
  return FindRow<view::v1::TokenRow>(world, Table::kTokens, token_hash);
}

}  // namespace roster::domain
