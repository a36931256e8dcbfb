// SHA-256, for hash chains and tokens.

#ifndef ROSTER_STORAGE_CRYPTO_SHA256_H_
#define ROSTER_STORAGE_CRYPTO_SHA256_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace roster::storage {

inline constexpr size_t kSha256Bytes = 32;

// The digest, raw. Thread-safe.
std::string Sha256(std::string_view bytes);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_CRYPTO_SHA256_H_
