// What is wrong with the value of a field: the sentences of violations that say more than their
// reason does. Pure.

#ifndef ROSTER_DOMAIN_BASE_WRONG_H_
#define ROSTER_DOMAIN_BASE_WRONG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace roster::domain::wrong {

// Texts. Characters are code points; places count from 1.
std::string TooLong(size_t most_characters);
std::string NotUtf8(size_t byte);
std::string Unseen(char32_t character, size_t place);
std::string Lost(
    size_t place);  // U+FFFD: what a program writes for a letter that it could not read
std::string BlanksAlone();
std::string BeginsWithMark(char32_t character);
std::string Selector(char32_t character, size_t place);
std::string MixedScripts(const std::vector<std::string>& scripts);
std::string NotUuid();

// Emails.
std::string NotOneAt();
std::string LongEmail(size_t most_bytes, size_t most_local_bytes);
std::string BlankInEmail();
std::string LocalPart();
std::string Domain();
std::string DomainCharacter(char32_t character);
std::string NumericDomain();

// Numbers and times.
std::string OutOfRange(int64_t least, int64_t most, std::string_view unit = "");
std::string AheadOfServer();

// Choices.
std::string NotOneOf(const std::vector<std::string_view>& names);
std::string NotOneOf(const google::protobuf::EnumDescriptor& type);  // without its first: "unset"
std::string NoUserType();

// Names in certificates, and imports.
std::string NoCertificateName();
std::string NoCertificatePrefix();
std::string Overlaps(size_t other);
std::string SecondHeader();
// Names the first columns alone where there are many.
std::string NoSuchColumn(std::string_view name, const std::vector<std::string>& columns);
std::string MappedBefore();
std::string TitleAbove(size_t line);
std::string NotDelimiter();
std::string UnknownCharset();
std::string SameInRow(size_t row, size_t line);

}  // namespace roster::domain::wrong

#endif  // ROSTER_DOMAIN_BASE_WRONG_H_
