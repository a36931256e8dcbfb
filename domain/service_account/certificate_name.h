// The names in a client certificate (subjectAltName, RFC 5280 §4.2.1.6) that may stand for a
// service account. Pure.

#ifndef ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_NAME_H_
#define ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_NAME_H_

#include <optional>
#include <string>
#include <string_view>

namespace roster::domain {

// The form in which a name is bound and looked up; nothing when it can't stand for anybody. No name
// has both forms, so a DNS name of a certificate never passes for a URI, nor the other way round.

// A URI with an authority, e.g. "spiffe://example.org/billing": printable ASCII of at most 2048
// bytes (SPIFFE-ID §2.3), as it is.
std::optional<std::string> UriName(std::string_view uri);

// A host name of at most 253 bytes, in lower case. No wildcards: they stand for many.
std::optional<std::string> DnsName(std::string_view name);

// Either of them.
std::optional<std::string> CertificateName(std::string_view text);

// Whether the text may stand for all URIs that begin with it. It ends with a slash, so that it
// covers whole segments: "spiffe://example.org/ns/a/" is no prefix of "spiffe://example.org/ns/ab".
bool IsCertificatePrefix(std::string_view text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_SERVICE_ACCOUNT_CERTIFICATE_NAME_H_
