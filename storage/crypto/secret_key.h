// A secret of 32 bytes: not printable, not comparable, wiped by the destructor.

#ifndef ROSTER_STORAGE_CRYPTO_SECRET_KEY_H_
#define ROSTER_STORAGE_CRYPTO_SECRET_KEY_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace roster::storage {

inline constexpr size_t kSecretKeyBytes = 32;

// Thread-compatible.
class SecretKey {
 public:
  // A new key from the system's random numbers.
  static SecretKey Random();
  // `bytes` are kSecretKeyBytes.
  explicit SecretKey(std::string_view bytes);
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;

  // Another key, for one purpose alone: HMAC-SHA-256 of the purpose under this key, which is the
  // first block of HKDF-Expand (RFC 5869 §2.3).
  SecretKey DeriveFor(std::string_view purpose) const;

  // HMAC-SHA-256 (RFC 2104) of a message.
  std::string Authenticate(std::string_view message) const;

  // Raw bytes for OpenSSL calls. Do not store, log or compare.
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, kSecretKeyBytes> bytes_;
};

// Random bytes of the system. Ends the process if it has none.
std::string RandomBytes(size_t count);

// Whether two texts are equal. The time depends on their lengths alone, not on where they differ.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_CRYPTO_SECRET_KEY_H_
