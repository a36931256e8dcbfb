#include "domain/base/wrong.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace roster::domain::wrong {
namespace {

// Of a violation that names the columns of a file: several fit into one answer.
constexpr size_t kMostColumnBytes = 400;

// As Unicode writes code points: at least four digits.
std::string Name(char32_t character) {
  const std::string digits =
      absl::StrCat(absl::Hex(static_cast<uint32_t>(character), absl::kZeroPad4));
  return "U+" + absl::AsciiStrToUpper(digits);
}

}  // namespace

std::string TooLong(size_t most_characters) {
  return absl::StrCat("the text is longer than ", most_characters, " characters");
}

std::string NotUtf8(size_t byte) { return absl::StrCat("the text is not UTF-8: see byte ", byte); }

std::string Unseen(char32_t character, size_t place) {
  return absl::StrCat("the text has a character that nobody sees, ", Name(character),
                      ", as its character ", place);
}

std::string Lost(size_t place) {
  return absl::StrCat("a letter was lost on the way to this text: its character ", place,
                      " is U+FFFD");
}

std::string BlanksAlone() { return "the text is nothing but blanks"; }

std::string BeginsWithMark(char32_t character) {
  return absl::StrCat("the text begins with a mark that belongs on a letter, ", Name(character));
}

std::string Selector(char32_t character, size_t place) {
  return absl::StrCat("the text has a variation selector, ", Name(character), ", as its character ",
                      place);
}

std::string MixedScripts(const std::vector<std::string>& scripts) {
  return absl::StrCat("the text mixes scripts, so it could pass for another one: ",
                      absl::StrJoin(scripts, ", "));
}

std::string NotUuid() { return "the value is no UUID"; }

std::string NotOneAt() { return "an email address has one @, with text on both sides of it"; }

std::string LongEmail(size_t most_bytes, size_t most_local_bytes) {
  return absl::StrCat("an email address has at most ", most_bytes, " bytes, ", most_local_bytes,
                      " of them before the @");
}

std::string BlankInEmail() { return "an email address has no blanks and no variation selectors"; }

std::string LocalPart() {
  return "before the @ stand letters, digits, the characters !#$%&'*+/=?^_`{|}~- and single dots "
         "between them";
}

std::string Domain() {
  return "after the @ stands a domain: two or more labels of letters, digits and hyphens, at most "
         "63 bytes each";
}

std::string DomainCharacter(char32_t character) {
  return absl::StrCat("the domain has a character that no domain has, ", Name(character));
}

std::string NumericDomain() { return "the last label of a domain is no number"; }

std::string OutOfRange(int64_t least, int64_t most, std::string_view unit) {
  return absl::StrCat("the value must be ", least, " to ", most, unit.empty() ? "" : " ",
                      std::string(unit));
}

std::string AheadOfServer() { return "the time is ahead of the clock of the server"; }

std::string NotOneOf(const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names) all.append(all.empty() ? "" : ", ").append(name);
  return "the value must be one of: " + all;
}

std::string NotOneOf(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string_view> names;
  names.reserve(static_cast<size_t>(type.value_count()));
  for (int i = 1; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return NotOneOf(names);
}

std::string NoUserType() { return "users of this account have no such type"; }

std::string NoCertificateName() {
  return "a name is a URI with an authority, at most 2048 bytes of printable ASCII, or a host name "
         "without wildcards";
}

std::string NoCertificatePrefix() {
  return "a prefix is a URI with an authority that ends with a slash, e.g. "
         "spiffe://example.org/ns/a/";
}

std::string Overlaps(size_t other) {
  return absl::StrCat("the prefix covers that with the index ", other, ", or is covered by it");
}

std::string SecondHeader() { return "the header is sent once, with the first message"; }

std::string NoSuchColumn(std::string_view name, const std::vector<std::string>& columns) {
  size_t told = 0;
  std::string names;
  while (told < columns.size() && names.size() + columns[told].size() <= kMostColumnBytes) {
    absl::StrAppend(&names, told == 0 ? "" : ", ", columns[told]);
    ++told;
  }
  std::string text = absl::StrCat("the file has no column ", std::string(name), ", but: ", names);
  if (told < columns.size()) {
    absl::StrAppend(&text, told == 0 ? "" : " and ", columns.size() - told, " more");
  }
  return text;
}

std::string MappedBefore() { return "another column is mapped to this field, or it is no field"; }

std::string TitleAbove(size_t line) {
  return absl::StrCat("the names of the columns stand in line ", line,
                      " of the file: take away the rows above it");
}

std::string NotDelimiter() {
  return "a delimiter is a tab, or a sign of ASCII that is no letter, digit, blank, quote or line "
         "end";
}

std::string UnknownCharset() {
  return "no charset of this name is known; names are e.g. utf-8, utf-16le, windows-1252";
}

std::string SameInRow(size_t row, size_t line) {
  return absl::StrCat("row ", row, " of the file, in line ", line, ", has the same");
}

}  // namespace roster::domain::wrong
