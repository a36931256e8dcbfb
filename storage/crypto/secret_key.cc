#include "storage/crypto/secret_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

#include "storage/crypto/sha256.h"

namespace roster::storage {

SecretKey SecretKey::Random() { return SecretKey(RandomBytes(kSecretKeyBytes)); }

SecretKey::SecretKey(std::string_view bytes) {
  if (bytes.size() != kSecretKeyBytes) std::abort();
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

SecretKey::~SecretKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

SecretKey SecretKey::DeriveFor(std::string_view purpose) const {
  return SecretKey(Authenticate(std::string(purpose) + '\x01'));
}

std::string SecretKey::Authenticate(std::string_view message) const {
  std::string code(kSha256Bytes, '\0');
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(),
           reinterpret_cast<unsigned char*>(code.data()), &length) == nullptr) {
    std::abort();
  }
  return code;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    std::abort();
  }
  return bytes;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace roster::storage
