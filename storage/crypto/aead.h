// Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with random nonces of 96 bits, so a key
// may seal up to 2^32 messages.

#ifndef ROSTER_STORAGE_CRYPTO_AEAD_H_
#define ROSTER_STORAGE_CRYPTO_AEAD_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "storage/crypto/secret_key.h"

namespace roster::storage {

// The nonce is before the ciphertext and the tag after it; the ciphertext is as long as the text.
inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;
inline constexpr size_t kSealBytes = kNonceBytes + kTagBytes;

// Encrypts the text. Only the same key and the same `context` open it. Thread-safe.
std::string Seal(const SecretKey& key, std::string_view context, std::string_view text);

// The text that was sealed. Nothing: the key or context is another, or a bit was changed.
// Thread-safe.
std::optional<std::string> Open(const SecretKey& key, std::string_view context,
                                std::string_view sealed);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_CRYPTO_AEAD_H_
