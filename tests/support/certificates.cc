#include "tests/support/certificates.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdlib>

namespace roster::services {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype([](BIO* held) { BIO_free_all(held); })>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* held) { EVP_PKEY_free(held); })>;
using CertificatePtr = std::unique_ptr<X509, decltype([](X509* held) { X509_free(held); })>;
using ContextPtr = std::unique_ptr<SSL_CTX, decltype([](SSL_CTX* held) { SSL_CTX_free(held); })>;

void Require(bool done) {
  if (!done) std::abort();
}

std::string Text(BIO& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string ToPem(X509& certificate) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_X509(memory.get(), &certificate) == 1);
  return Text(*memory);
}

std::string ToPem(EVP_PKEY& key) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(*memory);
}

std::string SerialOf(const X509& certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr);
  char* digits = BN_bn2hex(number);
  std::string serial = digits;
  OPENSSL_free(digits);
  BN_free(number);
  return serial;
}

void Extend(X509& certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, nullptr, kind, value.c_str());
  Require(extension != nullptr && X509_add_ext(&certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// A certificate of the key, not signed yet.
CertificatePtr Draft(EVP_PKEY& key, const std::string& common_name, absl::Duration from,
                     absl::Duration until) {
  CertificatePtr draft(X509_new());
  unsigned char serial[8];
  Require(RAND_bytes(serial, sizeof(serial)) == 1);
  serial[0] = 0x40 | (serial[0] & 0x3f);  // positive, and all digits of it are shown
  BIGNUM* number = BN_bin2bn(serial, sizeof(serial), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(draft.get()));
  BN_free(number);
  X509_set_version(draft.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(draft.get()), absl::ToInt64Seconds(from));
  X509_gmtime_adj(X509_getm_notAfter(draft.get()), absl::ToInt64Seconds(until));
  X509_NAME_add_entry_by_txt(X509_get_subject_name(draft.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  Require(X509_set_pubkey(draft.get(), &key) == 1);
  return draft;
}

TlsIdentity Make(const CertificateSpec& spec, EVP_PKEY& key, X509* issuer, EVP_PKEY& issuer_key) {
  const CertificatePtr made = Draft(key, "test", spec.valid_from, spec.valid_until);
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer != nullptr ? issuer : made.get()));
  Extend(*made, NID_subject_alt_name, spec.names);
  Extend(*made, NID_ext_key_usage, spec.usage);
  Require(X509_sign(made.get(), &issuer_key, EVP_sha256()) > 0);
  return {.certificate_pem = ToPem(*made), .key_pem = ToPem(key)};
}

}  // namespace

struct CertificateAuthority::Signer {
  KeyPtr key{EVP_EC_gen("P-256")};
  CertificatePtr certificate = Draft(*key, "authority", -absl::Hours(24), absl::Hours(24));
};

CertificateAuthority::CertificateAuthority() : signer_(std::make_unique<Signer>()) {
  X509* own = signer_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  Extend(*own, NID_basic_constraints, "critical,CA:TRUE");
  Require(X509_sign(own, signer_->key.get(), EVP_sha256()) > 0);
  pem_ = ToPem(*own);
}

CertificateAuthority::~CertificateAuthority() = default;

TlsIdentity CertificateAuthority::Issue(const CertificateSpec& spec) const {
  const KeyPtr key(EVP_EC_gen("P-256"));
  return Make(spec, *key, signer_->certificate.get(), *signer_->key);
}

TlsIdentity CertificateAuthority::SelfSigned(const CertificateSpec& spec) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  return Make(spec, *key, nullptr, *key);
}

std::string SerialOf(const std::string& certificate_pem) {
  const BioPtr reader(
      BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const CertificatePtr certificate(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
  Require(certificate != nullptr);
  return SerialOf(*certificate);
}

Handshake ShakeHands(std::uint16_t port, int max_version) {
  const ContextPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_security_level(context.get(), 0);  // else OpenSSL would not even offer TLS 1.1
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), max_version);
  constexpr unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof(kHttp2));
  const BioPtr connection(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(connection.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  Handshake handshake{.done = BIO_do_handshake(connection.get()) == 1};
  if (!handshake.done) return handshake;
  SSL* ssl = nullptr;
  BIO_get_ssl(connection.get(), &ssl);
  handshake.version = SSL_version(ssl);
  handshake.serial = SerialOf(*SSL_get0_peer_certificate(ssl));
  return handshake;
}

}  // namespace roster::services
