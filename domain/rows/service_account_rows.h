// Rows of service accounts, and of the tokens and certificates that prove them.

#ifndef ROSTER_DOMAIN_ROWS_SERVICE_ACCOUNT_ROWS_H_
#define ROSTER_DOMAIN_ROWS_SERVICE_ACCOUNT_ROWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

// Key of the row of a service account, and of the search row that holds a name for one.
std::string ServiceAccountRowKey(std::string_view account_id, std::string_view service_account_id);
std::string ServiceAccountNameKey(std::string_view account_id, std::string_view name);

// The rows, or nothing when there is none.
std::optional<view::v1::ServiceAccountRow> FindServiceAccount(const World& world,
                                                              std::string_view account_id,
                                                              std::string_view service_account_id);
std::optional<view::v1::TokenRow> FindToken(const World& world, std::string_view token_hash);
// `name`: a name in a certificate in the form in which it is bound (certificate_name.h).
std::optional<view::v1::CertificateRow> FindCertificate(const World& world, std::string_view name);

// The key under which a prefix of names is delegated, beside the names: none of them has a space.
std::string CertificatePrefixKey(std::string_view prefix);
// The delegated prefix that covers the name, or nothing. No two delegated prefixes cover each
// other.
std::optional<view::v1::CertificateRow> FindCertificatePrefix(const World& world,
                                                              std::string_view name);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_ROWS_SERVICE_ACCOUNT_ROWS_H_
