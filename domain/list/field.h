// The fields of an aggregate that filters compare: an aggregate describes them once, as a table.

#ifndef ROSTER_DOMAIN_LIST_FIELD_H_
#define ROSTER_DOMAIN_LIST_FIELD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

namespace roster::domain {

// What a filter is asked about. Each aggregate derives a class from Candidate, and the functions of
// its fields cast to that class.
class Candidate {
 protected:
  Candidate() = default;
  Candidate(const Candidate&) = default;
  Candidate(Candidate&&) = default;
  Candidate& operator=(const Candidate&) = default;
  Candidate& operator=(Candidate&&) = default;
  ~Candidate() = default;
};

// The two forms in which texts are compared.
enum class Form { kExact, kLoose };

// How a field is read. One of text, number, time and holds is set: the kind of the field.
struct Field {
  std::string_view name;
  // Texts: in the form of the comparison; null where the candidate has none any more. Valid until
  // the next call of `text` on the candidate.
  const std::string* (*text)(const Candidate& candidate, const Field& field, Form form) = nullptr;
  std::string (*exact)(std::string_view) = nullptr;  // the form of = and !=
  std::string (*loose)(std::string_view) = nullptr;  // that of :, and of beginnings
  // Enums and flags. An enum has `names`, of which filters leave out `prefix`; 0 and `unlisted` are
  // values that no candidate has.
  int (*number)(const Candidate& candidate) = nullptr;
  const google::protobuf::EnumDescriptor* (*names)() = nullptr;
  std::string_view prefix = "";
  int unlisted = 0;
  // Times; nothing where the candidate has none.
  std::optional<absl::Time> (*time)(const Candidate& candidate) = nullptr;
  // Sets of ids: whether the candidate holds this one; the empty id stands for an empty set.
  bool (*holds)(const Candidate& candidate, const std::string& id) = nullptr;
};

// A text without a field, which is searched for: whether it finds the candidate.
struct Search {
  // The forms in which texts of the aggregate are compared; the first decides whether it is empty.
  std::vector<std::string (*)(std::string_view)> forms;
  // `texts`: the text in each of these forms.
  bool (*finds)(const Candidate& candidate, const std::vector<std::string>& texts) = nullptr;
};

// All fields of an aggregate.
struct Fields {
  std::vector<Field> all;
  Search search = {};  // without `finds`: texts need a field

  // The field of a name; null when there is none.
  const Field* Find(std::string_view name) const;
  // The names of all fields, separated by commas.
  std::string Names() const;
};

enum class Operator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// A value as it stands in a filter.
struct Literal {
  std::string text;
  bool star = false;  // an asterisk came after it
};

// A field with an operator and a value; without a field, a text that is searched for. Field and
// search outlive it.
struct Comparison {
  const Field* field = nullptr;
  const Search* search = nullptr;
  Operator op = Operator::kEqual;
  std::string text = {};                // in the form of the comparison, of a text; or an id
  std::vector<std::string> texts = {};  // of a search: in its forms
  bool begins = false;                  // the text is only the beginning
  int number = 0;                       // of an enum or a flag
  absl::Time time = {};

  bool Matches(const Candidate& candidate) const;
  // The name of its field; empty for a search.
  std::string_view name() const;
};

// The id that a text stands for in a set of ids; an error, with a message for people, where it
// stands for none.
using FindId =
    absl::FunctionRef<absl::StatusOr<std::string>(const Field& field, const std::string&)>;

// INVALID_ARGUMENT, with a message for people: the field does not take the operator or the value,
// or the text can't be searched for.
absl::StatusOr<Comparison> MakeComparison(const Field& field, Operator op, const Literal& value,
                                          FindId find_id);
absl::StatusOr<Comparison> MakeSearch(const Search& search, const Literal& text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_LIST_FIELD_H_
