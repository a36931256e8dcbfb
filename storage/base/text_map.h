// A map by text that is looked up without making a string.

#ifndef ROSTER_STORAGE_BASE_TEXT_MAP_H_
#define ROSTER_STORAGE_BASE_TEXT_MAP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roster::storage {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

// `find` takes a std::string_view.
template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_TEXT_MAP_H_
