// SHA-256, for hash chains and tokens.

#ifndef ROSTER_STORAGE_CRYPTO_SHA256_H_
#define ROSTER_STORAGE_CRYPTO_SHA256_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // of OpenSSL

namespace roster::storage {

inline constexpr size_t kSha256Bytes = 32;

// The digest, raw. Thread-safe.
std::string Sha256(std::string_view bytes);

// The digest of bytes that come piece by piece. Thread-compatible.
class Sha256Stream {
 public:
  Sha256Stream();

  void Add(std::string_view bytes);
  // The digest of what was added, raw. The stream is as new then.
  std::string Finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_CRYPTO_SHA256_H_
