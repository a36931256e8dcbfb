#include "domain/list/field.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "domain/base/try.h"

namespace roster::domain {
namespace {

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

template <typename Value>
bool Compare(const Value& one, Operator op, const Value& other) {
  switch (op) {
    case Operator::kEqual:
    case Operator::kHas:
      return one == other;
    case Operator::kNotEqual:
      return one != other;
    case Operator::kLess:
      return one < other;
    case Operator::kLessOrEqual:
      return one <= other;
    case Operator::kGreater:
      return one > other;
    case Operator::kGreaterOrEqual:
      return one >= other;
  }
  return false;
}

Form FormOf(const Comparison& comparison) {
  return comparison.begins || comparison.op == Operator::kHas ? Form::kLoose : Form::kExact;
}

bool CompareText(const std::string& text, const Comparison& with) {
  if (with.op == Operator::kHas) return absl::StrContains(text, with.text);
  const bool equal = with.begins ? absl::StartsWith(text, with.text) : text == with.text;
  return equal == (with.op == Operator::kEqual);
}

absl::StatusOr<int> ParseNumber(const Field& field, const Literal& value) {
  if (field.names == nullptr) {
    if (value.text == "true") return 1;
    if (value.text == "false") return 0;
    return Wrong("the value is true or false");
  }
  std::vector<std::string_view> known;
  for (int i = 0; i < field.names()->value_count(); ++i) {
    const auto& named = *field.names()->value(i);
    if (named.number() == 0 || named.number() == field.unlisted) continue;
    known.push_back(std::string_view(named.name()).substr(field.prefix.size()));
    if (known.back() == value.text) return named.number();
  }
  return Wrong(absl::StrCat("the value is one of ",
                            absl::StrJoin(known, ", ", [](std::string* out, std::string_view name) {
                              out->append(name);
                            })));
}

// RFC 3339, or a date, which is its first moment in UTC.
absl::StatusOr<absl::Time> ParseMoment(const std::string& text) {
  absl::Time time;
  std::string error;
  const bool digit = !text.empty() && text[0] >= '0' && text[0] <= '9';  // no "infinite-future"
  if (digit && (absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
                absl::ParseTime("%Y-%m-%d", text, &time, &error))) {
    return time;
  }
  return Wrong("the value is a time, as 2026-01-31T12:00:00Z, or a date, as 2026-01-31");
}

// The operators that the kind of the field takes.
std::string_view OperatorsOf(const Field& field) {
  if (field.time != nullptr) return "= != < <= > >=";
  if (field.number != nullptr) return "= !=";
  return "= != :";
}

bool Takes(const Field& field, Operator op) {
  if (op == Operator::kEqual || op == Operator::kNotEqual) return true;
  if (op == Operator::kHas) return field.time == nullptr && field.number == nullptr;
  return field.time != nullptr;
}

}  // namespace

const Field* Fields::Find(std::string_view name) const {
  for (const Field& field : all) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string Fields::Names() const {
  std::string names;
  for (const Field& field : all) names.append(names.empty() ? "" : ", ").append(field.name);
  return names;
}

bool Comparison::Matches(const Candidate& candidate) const {
  if (field == nullptr) return search->finds(candidate, texts);
  if (field->text != nullptr) {
    const std::string* has = field->text(candidate, *field, FormOf(*this));
    return has != nullptr && CompareText(*has, *this);
  }
  if (field->number != nullptr) return Compare(field->number(candidate), op, number);
  if (field->time != nullptr) {
    const std::optional<absl::Time> at = field->time(candidate);
    return at && Compare(*at, op, time);
  }
  return field->holds(candidate, text) == (op != Operator::kNotEqual);
}

std::string_view Comparison::name() const {
  return field == nullptr ? std::string_view() : field->name;
}

absl::StatusOr<Comparison> MakeComparison(const Field& field, Operator op, const Literal& value,
                                          FindId find_id) {
  if (!Takes(field, op)) {
    return Wrong(std::string("the operators of this field are ").append(OperatorsOf(field)));
  }
  if (value.star && (field.text == nullptr || op == Operator::kHas)) {
    return Wrong("an asterisk goes with = and != of texts");
  }
  Comparison made{.field = &field, .op = op, .begins = value.star};
  if (field.text != nullptr) {
    made.text = (FormOf(made) == Form::kLoose ? field.loose : field.exact)(value.text);
  } else if (field.number != nullptr) {
    ROSTER_ASSIGN(const int number, ParseNumber(field, value));
    made.number = number;
  } else if (field.time != nullptr) {
    ROSTER_ASSIGN(const absl::Time time, ParseMoment(value.text));
    made.time = time;
  } else if (!value.text.empty()) {
    ROSTER_ASSIGN(made.text, find_id(field, value.text));
  }
  return made;
}

absl::StatusOr<Comparison> MakeSearch(const Search& search, const Literal& text) {
  if (search.finds == nullptr) return Wrong("a text stands with a field here");
  Comparison made{.search = &search};
  for (const auto& form : search.forms) made.texts.push_back(form(text.text));
  if (made.texts.front().empty()) return Wrong("the text to search for is empty");
  return made;
}

}  // namespace roster::domain
