#include "domain/service_account/certificate_name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace roster::domain {
namespace {

constexpr size_t kMaxUriBytes = 2048;
constexpr size_t kMaxDnsBytes = 253;
constexpr size_t kMaxLabelBytes = 63;
constexpr std::string_view kAfterScheme = "://";

bool IsSchemeCharacter(char c) {
  return absl::ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-';
         });
}

}  // namespace

std::optional<std::string> UriName(std::string_view uri) {
  const size_t scheme = uri.find(kAfterScheme);
  if (scheme == std::string_view::npos || uri.size() > kMaxUriBytes) return std::nullopt;
  const auto begin = uri.begin();
  const bool fits = scheme > 0 && absl::ascii_isalpha(uri[0]) &&
                    std::all_of(begin, begin + scheme, IsSchemeCharacter) &&
                    uri.size() > scheme + kAfterScheme.size() &&
                    uri[scheme + kAfterScheme.size()] != '/' &&
                    std::all_of(begin, uri.end(), absl::ascii_isgraph);
  return fits ? std::optional<std::string>(uri) : std::nullopt;
}

std::optional<std::string> DnsName(std::string_view name) {
  if (name.size() > kMaxDnsBytes) return std::nullopt;
  const absl::string_view text(name.data(), name.size());
  for (const absl::string_view label : absl::StrSplit(text, '.')) {
    if (!IsLabel(label)) return std::nullopt;
  }
  return absl::AsciiStrToLower(text);
}

std::optional<std::string> CertificateName(std::string_view text) {
  std::optional<std::string> uri = UriName(text);
  return uri ? uri : DnsName(text);
}

bool IsCertificatePrefix(std::string_view text) {
  return !text.empty() && text.back() == '/' && UriName(text).has_value();
}

}  // namespace roster::domain
