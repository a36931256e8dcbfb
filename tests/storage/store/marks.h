// Marks that stand for personal data, and the search for them in bytes, in many encodings.

#ifndef ROSTER_TESTS_STORAGE_STORE_MARKS_H_
#define ROSTER_TESTS_STORAGE_STORE_MARKS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "roster/event/v1/user.pb.h"

namespace roster::storage {

// Neighbouring keys of a table share their first bytes, which are stored once: so many at the
// beginning of a mark are not searched for.
inline constexpr size_t kSharedBytes = 6;

// The data of a user at some time: each field is a mark of that user and time alone.
event::v1::PersonalData MarkedPerson(const std::string& user, const std::string& time);
// The marks in it.
std::vector<std::string> PersonMarks(const std::string& user, const std::string& time);

std::string Lower(std::string text);

// Thread-compatible.
class MarkFinder {
 public:
  // Searches for the mark of this owner: in UTF-8, both orders of UTF-16, hexadecimal digits of
  // either case and base64 at each alignment, each also of its lower case.
  void Add(const std::string& mark, int owner);

  // Adds the owners of all marks that are in the bytes.
  void FindIn(std::string_view bytes, std::set<int>& found) const;

 private:
  static constexpr size_t kBeginning = sizeof(uint64_t);
  static uint64_t Beginning(std::string_view bytes) {
    uint64_t number = 0;
    std::memcpy(&number, bytes.data(), kBeginning);
    return number;
  }

  // The rest of each pattern and its owner, by how it begins.
  std::unordered_multimap<uint64_t, std::pair<std::string, int>> patterns_;
};

}  // namespace roster::storage

#endif  // ROSTER_TESTS_STORAGE_STORE_MARKS_H_
