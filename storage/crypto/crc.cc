#include "storage/crypto/crc.h"

#include <zlib.h>

#include <cstdint>

namespace roster::storage {

std::string Crc32(std::string_view bytes) {
  const uint32_t crc =
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  std::string encoded;
  for (int shift = 24; shift >= 0; shift -= 8) encoded += static_cast<char>(crc >> shift);
  return encoded;
}

}  // namespace roster::storage
