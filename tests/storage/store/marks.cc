#include "tests/storage/store/marks.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "absl/strings/escaping.h"
#include "storage/crypto/sha256.h"

namespace roster::storage {
namespace {

// 26 letters and digits of either case that look like chance.
std::string MarkOf(const std::string& text) {
  constexpr std::string_view kSigns =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string mark;
  for (const char byte : Sha256(text).substr(0, 26)) {
    mark += kSigns[static_cast<unsigned char>(byte) % kSigns.size()];
  }
  return mark;
}

std::string Utf16(const std::string& text, bool big_endian) {
  std::string wide;
  for (const char c : text) {
    if (big_endian) wide += '\0';
    wide += c;
    if (!big_endian) wide += '\0';
  }
  return wide;
}

std::string Upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(c));
  return text;
}

// What is the same in base64 whatever is before and after the text.
std::string Base64(const std::string& text, size_t before) {
  const std::string encoded = absl::Base64Escape(std::string(before, 'x') + text);
  const size_t skipped = before == 0 ? 0 : before + 1;
  return encoded.substr(skipped, (text.size() - 3) * 4 / 3 - 2);
}

std::vector<std::string> Encodings(const std::string& text) {
  const std::string hex(absl::BytesToHexString(text));
  return {text,       Utf16(text, false), Utf16(text, true), hex,
          Upper(hex), Base64(text, 0),    Base64(text, 1),   Base64(text, 2)};
}

}  // namespace

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

std::vector<std::string> PersonMarks(const std::string& user, const std::string& time) {
  std::vector<std::string> marks;
  for (const char* field : {"full", "given", "family", "email", "user name", "title"}) {
    marks.push_back(MarkOf(user + " " + time + " " + field));
  }
  return marks;
}

event::v1::PersonalData MarkedPerson(const std::string& user, const std::string& time) {
  const std::vector<std::string> marks = PersonMarks(user, time);
  event::v1::PersonalData person;
  person.set_full_name(marks[0]);
  person.set_given_name(marks[1]);
  person.set_family_name(marks[2]);
  person.set_email(marks[3] + "@example.com");
  person.set_user_name(marks[4]);
  person.set_title(marks[5]);
  return person;
}

void MarkFinder::Add(const std::string& mark, int owner) {
  const std::string searched = mark.substr(kSharedBytes);
  for (const std::string& text : {searched, Lower(searched)}) {
    for (const std::string& pattern : Encodings(text)) {
      patterns_.emplace(Beginning(pattern), std::pair(pattern.substr(kBeginning), owner));
    }
  }
}

void MarkFinder::FindIn(std::string_view bytes, std::set<int>& found) const {
  for (size_t at = 0; at + kBeginning <= bytes.size(); ++at) {
    const auto [first, last] = patterns_.equal_range(Beginning(bytes.substr(at)));
    for (auto pattern = first; pattern != last; ++pattern) {
      const auto& [rest, owner] = pattern->second;
      if (bytes.substr(at + kBeginning, rest.size()) == rest) found.insert(owner);
    }
  }
}

}  // namespace roster::storage
