#include "services/transport/tls_identity.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "domain/base/try.h"
#include "storage/base/secret_file.h"

namespace roster::services {
namespace {

constexpr off_t kMaxFileBytes = off_t{1} << 20;

enum class Secrecy { kPublic, kSecret };

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* held) const {
    Free(held);
  }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status SystemError(const std::string& path) {
  return absl::ErrnoToStatus(errno, "cannot read " + path);
}

absl::Status CheckFile(const std::string& path, const struct stat& found, Secrecy secrecy) {
  if (!S_ISREG(found.st_mode))
    return absl::FailedPreconditionError(path + " is not a regular file");
  if (found.st_size > kMaxFileBytes)
    return absl::FailedPreconditionError(path + " is larger than 1 MiB");
  return secrecy == Secrecy::kSecret ? storage::CheckSecretFile(path, found) : absl::OkStatus();
}

// The mode is that of the open file: the path may name another file a moment later.
absl::StatusOr<std::string> ReadFile(const std::string& path, Secrecy secrecy) {
  const FileDescriptor file(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not block
  if (file.get() < 0) return SystemError(path);
  struct stat found;
  if (fstat(file.get(), &found) != 0) return SystemError(path);
  ROSTER_TRY(CheckFile(path, found, secrecy));
  std::string content(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0) return SystemError(path);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

BioPtr Reader(const std::string& pem) {
  return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The certificates of the text. None when it has none or any of them is damaged, because a file
// that is being written may end anywhere.
std::vector<CertificatePtr> CertificatesIn(const std::string& pem) {
  const BioPtr reader = Reader(pem);
  std::vector<CertificatePtr> all;
  while (X509* next = PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)) {
    all.emplace_back(next);
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!ended) all.clear();
  return all;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  ASN1_TIME_to_tm(time, &parts);
  return absl::FromTimeT(timegm(&parts));
}

absl::Status NoCertificate(const std::string& path) {
  return absl::InvalidArgumentError(path + " holds no PEM certificate, or a damaged one");
}

// gRPC only reports "cannot start" about files that do not match, so they are checked here first.
// Sets when the certificates are valid.
absl::Status Check(const TlsFiles& files, TlsIdentity& identity) {
  const std::vector<CertificatePtr> chain = CertificatesIn(identity.certificate_pem);
  char no_passphrase[] =
      "";  // without it OpenSSL would ask the terminal for the passphrase of an encrypted key
  const BioPtr key_reader = Reader(identity.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, nullptr, no_passphrase));
  const bool match =
      !chain.empty() && key && X509_check_private_key(chain.front().get(), key.get()) == 1;
  ERR_clear_error();
  if (chain.empty()) return NoCertificate(files.certificate);
  if (!key) return absl::InvalidArgumentError(files.key + " holds no unencrypted PEM key");
  if (!match)
    return absl::InvalidArgumentError(files.key + " is not the key of the certificate " +
                                      files.certificate);
  if (!files.client_ca.empty() && CertificatesIn(identity.client_ca_pem).empty()) {
    return NoCertificate(files.client_ca);
  }
  for (const CertificatePtr& each : chain) {
    identity.valid_from = std::max(identity.valid_from, TimeOf(X509_get0_notBefore(each.get())));
    identity.valid_until = std::min(identity.valid_until, TimeOf(X509_get0_notAfter(each.get())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files) {
  ROSTER_ASSIGN(std::string certificate, ReadFile(files.certificate, Secrecy::kPublic));
  ROSTER_ASSIGN(std::string key, ReadFile(files.key, Secrecy::kSecret));
  TlsIdentity identity{std::move(certificate), std::move(key)};
  if (!files.client_ca.empty()) {
    ROSTER_ASSIGN(std::string client_ca, ReadFile(files.client_ca, Secrecy::kPublic));
    identity.client_ca_pem = std::move(client_ca);
  }
  ROSTER_TRY(Check(files, identity));
  return identity;
}

}  // namespace roster::services
