#include "storage/crypto/aead.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace roster::storage {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

Cipher NewCipher() {
  static EVP_CIPHER* const kAlgorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  Cipher cipher(EVP_CIPHER_CTX_new());
  if (EVP_CipherInit_ex2(cipher.get(), kAlgorithm, nullptr, nullptr, 1, nullptr) != 1) std::abort();
  return cipher;
}

// The cipher of this thread, set up with key and nonce. It keeps its algorithm, because setting
// that costs more than sealing a name.
EVP_CIPHER_CTX* Prepare(const SecretKey& key, std::string_view nonce, bool encrypt) {
  thread_local const Cipher kCipher = NewCipher();
  if (EVP_CipherInit_ex2(kCipher.get(), nullptr, Bytes(key.bytes()), Bytes(nonce),
                         static_cast<int>(encrypt), nullptr) != 1) {
    std::abort();
  }
  return kCipher.get();
}

// Runs the context, then the text through the cipher.
bool Run(EVP_CIPHER_CTX* cipher, std::string_view context, std::string_view text, char* out) {
  int length = 0;
  return EVP_CipherUpdate(cipher, nullptr, &length, Bytes(context),
                          static_cast<int>(context.size())) == 1 &&
         EVP_CipherUpdate(cipher, reinterpret_cast<unsigned char*>(out), &length, Bytes(text),
                          static_cast<int>(text.size())) == 1;
}

}  // namespace

std::string Seal(const SecretKey& key, std::string_view context, std::string_view text) {
  std::string sealed = RandomBytes(kNonceBytes);
  EVP_CIPHER_CTX* const cipher = Prepare(key, sealed, /*encrypt=*/true);
  sealed.resize(kSealBytes + text.size());
  int length = 0;
  unsigned char nothing_left[kTagBytes];
  if (!Run(cipher, context, text, sealed.data() + kNonceBytes) ||
      EVP_CipherFinal_ex(cipher, nothing_left, &length) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, kTagBytes,
                          sealed.data() + kNonceBytes + text.size()) != 1) {
    std::abort();
  }
  return sealed;
}

std::optional<std::string> Open(const SecretKey& key, std::string_view context,
                                std::string_view sealed) {
  if (sealed.size() < kSealBytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view text = sealed.substr(kNonceBytes, sealed.size() - kSealBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  EVP_CIPHER_CTX* const cipher = Prepare(key, nonce, /*encrypt=*/false);
  std::string opened(text.size(), '\0');
  int length = 0;
  unsigned char nothing_left[kTagBytes];
  if (!Run(cipher, context, text, opened.data()) ||
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) != 1 ||
      EVP_CipherFinal_ex(cipher, nothing_left, &length) != 1) {
    return std::nullopt;
  }
  return opened;
}

}  // namespace roster::storage
