// The fields of users that filters compare, and how a comparison is told of a user.

#ifndef ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_
#define ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/world/world.h"
#include "roster/view/v1/row.pb.h"

namespace roster::domain {

struct FilterField;

// A user that a filter is asked about. Personal data is opened when something first asks for it.
// Thread-compatible; the world outlives it.
class Candidate {
 public:
  Candidate(const World& world, std::string_view account_id, view::v1::UserRow row)
      : world_(&world), account_id_(account_id), row_(std::move(row)) {}

  const std::string& account_id() const { return account_id_; }
  const view::v1::UserRow& row() const { return row_; }
  // Null once it is forgotten.
  const event::v1::PersonalData* personal() const;

  // Of personal data that is there, made once, however many comparisons ask: a text in comparison
  // form, and the words of the names (WordsOf). Valid until the next call.
  const std::string& Text(const FilterField& field) const;
  const std::vector<std::string>& Words() const;

 private:
  const World* world_;
  std::string account_id_;
  view::v1::UserRow row_;
  mutable bool opened_ = false;
  mutable std::optional<event::v1::PersonalData> personal_;
  mutable std::vector<std::pair<const FilterField*, std::string>> texts_;
  mutable std::optional<std::vector<std::string>> words_;
};

enum class Operator { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// A value as it stands in a filter.
struct Literal {
  std::string text;
  bool star = false;  // an asterisk came after it
};

// A field with an operator and a value; without a field, a text that is searched for.
struct Comparison {
  const FilterField* field = nullptr;
  Operator op = Operator::kEqual;
  std::string text = {};  // in comparison form, where the field is a text; or the id of a role
  std::string email_text = {};  // of a search: the text in the form in which emails are compared
  bool begins = false;          // the text is only the beginning
  int number = 0;               // of an enum or a flag
  absl::Time time = {};

  bool Matches(const Candidate& user) const;
  // The name of its field; empty for a search.
  std::string_view name() const;
};

// The field of a name; null when there is none.
const FilterField* FindFilterField(std::string_view name);

// The names of all fields, separated by commas.
std::string FilterFieldNames();

// INVALID_ARGUMENT, with a message for people: the field does not take the operator or the value.
absl::StatusOr<Comparison> MakeComparison(const FilterField& field, Operator op,
                                          const Literal& value);
absl::StatusOr<Comparison> MakeSearch(const Literal& text);

}  // namespace roster::domain

#endif  // ROSTER_DOMAIN_USER_LIST_USER_FIELDS_H_
