// CRC-32 (IEEE 802.3), which detects accidental changes.

#ifndef ROSTER_STORAGE_CRYPTO_CRC_H_
#define ROSTER_STORAGE_CRYPTO_CRC_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace roster::storage {

inline constexpr size_t kCrcBytes = 4;

// The checksum, raw, big-endian. Thread-safe.
std::string Crc32(std::string_view bytes);

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_CRYPTO_CRC_H_
