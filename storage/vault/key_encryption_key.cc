#include "storage/vault/key_encryption_key.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "domain/base/try.h"
#include "storage/base/file.h"
#include "storage/base/secret_file.h"

namespace roster::storage {
namespace {

constexpr std::string_view kEnvironment = "env:";

bool IsInEnvironment(const std::string& source) {
  return source.compare(0, kEnvironment.size(), kEnvironment) == 0;
}

absl::StatusOr<SecretKey> Parse(const std::string& source, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool is_hex = text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!is_hex || text.size() != 2 * kSecretKeyBytes) {
    return absl::FailedPreconditionError(absl::StrCat(
        source, " does not hold a key-encryption key, which has 64 hexadecimal digits"));
  }
  return SecretKey(absl::HexStringToBytes(absl::string_view(text.data(), text.size())));
}

absl::Status CheckPrivate(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) {
    const int error = errno;
    if (error == ENOENT) {
      return absl::NotFoundError(
          absl::StrCat("no key-encryption key is at ", path,
                       "; restore it, or say where it is with --key-encryption-key"));
    }
    return absl::ErrnoToStatus(error, absl::StrCat("can't read ", path));
  }
  return CheckSecretFile(path, file);
}

}  // namespace

absl::StatusOr<SecretKey> ReadKeyEncryptionKey(const std::string& source) {
  if (IsInEnvironment(source)) {
    const char* const value = std::getenv(source.substr(kEnvironment.size()).c_str());
    if (value != nullptr) return Parse(source, value);
    return absl::NotFoundError(absl::StrCat("the environment variable of ", source, " is not set"));
  }
  ROSTER_TRY(CheckPrivate(source));
  const absl::StatusOr<std::string> text = ReadFile(source);
  return text.ok() ? Parse(source, *text) : text.status();
}

absl::Status CreateKeyEncryptionKey(const std::string& source) {
  if (IsInEnvironment(source)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the environment variable of ", source, " is not set"));
  }
  if (ReadFile(source).ok()) {
    return absl::AlreadyExistsError(absl::StrCat("a key-encryption key is in ", source));
  }
  const std::string digits(absl::BytesToHexString(RandomBytes(kSecretKeyBytes)));
  ROSTER_TRY(ReplaceFile(source, digits + "\n"));
  if (chmod(source.c_str(), S_IRUSR | S_IWUSR) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("can't protect ", source));
}

}  // namespace roster::storage
