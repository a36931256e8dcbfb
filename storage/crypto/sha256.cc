#include "storage/crypto/sha256.h"

#include <openssl/evp.h>

#include <cstdlib>

namespace roster::storage {
namespace {

void Require(int done) {
  if (done != 1) std::abort();
}

void Begin(EVP_MD_CTX* context) {
  // Fetched once: otherwise OpenSSL 3 looks the algorithm up by name at every use, which costs as
  // much as hashing a record.
  static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Require(EVP_DigestInit_ex2(context, kSha256, nullptr));
}

}  // namespace

void Sha256Stream::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) { Begin(context_.get()); }

void Sha256Stream::Add(std::string_view bytes) {
  Require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

std::string Sha256Stream::Finish() {
  std::string hash(kSha256Bytes, '\0');
  Require(
      EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(hash.data()), nullptr));
  Begin(context_.get());
  return hash;
}

std::string Sha256(std::string_view bytes) {
  thread_local Sha256Stream stream;
  stream.Add(bytes);
  return stream.Finish();
}

}  // namespace roster::storage
