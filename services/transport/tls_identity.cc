#include "services/transport/tls_identity.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "domain/base/try.h"

namespace roster::services {
namespace {

constexpr off_t kMaxFileBytes = off_t{1} << 20;

enum class Secrecy { kPublic, kOwnerOnly };

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
  if (secrecy == Secrecy::kOwnerOnly && (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(
        "the key file " + path + " is open to group or others: its mode must be 0600 or stricter");
  }
  return absl::OkStatus();
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

// The first certificate of the text. Null when it has none or any of them is damaged, because a
// file that is being written may end anywhere.
CertificatePtr FirstOfWhole(const std::string& pem) {
  const BioPtr reader = Reader(pem);
  CertificatePtr first(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  CertificatePtr next;
  do {
    next.reset(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  } while (next != nullptr);
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return ended ? std::move(first) : nullptr;
}

absl::Status NoCertificate(const std::string& path) {
  return absl::InvalidArgumentError(path + " holds no PEM certificate, or a damaged one");
}

// gRPC only reports "cannot start" about files that do not match, so they are checked here first.
absl::Status Check(const TlsFiles& files, const TlsIdentity& identity) {
  const CertificatePtr certificate = FirstOfWhole(identity.certificate_pem);
  char no_passphrase[] =
      "";  // without it OpenSSL would ask the terminal for the passphrase of an encrypted key
  const BioPtr key_reader = Reader(identity.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_reader.get(), nullptr, nullptr, no_passphrase));
  const bool match =
      certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!certificate) return NoCertificate(files.certificate);
  if (!key) return absl::InvalidArgumentError(files.key + " holds no unencrypted PEM key");
  if (!match)
    return absl::InvalidArgumentError(files.key + " is not the key of the certificate " +
                                      files.certificate);
  if (!files.client_ca.empty() && !FirstOfWhole(identity.client_ca_pem)) {
    return NoCertificate(files.client_ca);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files) {
  ROSTER_ASSIGN(std::string certificate, ReadFile(files.certificate, Secrecy::kPublic));
  ROSTER_ASSIGN(std::string key, ReadFile(files.key, Secrecy::kOwnerOnly));
  TlsIdentity identity{std::move(certificate), std::move(key)};
  if (!files.client_ca.empty()) {
    ROSTER_ASSIGN(std::string client_ca, ReadFile(files.client_ca, Secrecy::kPublic));
    identity.client_ca_pem = std::move(client_ca);
  }
  ROSTER_TRY(Check(files, identity));
  return identity;
}

}  // namespace roster::services
