#include "domain/list/filter.h"

#include <algorithm>

namespace roster::domain {

absl::StatusOr<std::string> AnyId(const Field& /*field*/, const std::string& text) { return text; }

bool Filter::Node::Matches(const Candidate& candidate) const {
  const auto matches = [&](const Node& part) { return part.Matches(candidate); };
  switch (kind) {
    case kAll:
      return std::all_of(parts.begin(), parts.end(), matches);
    case kAny:
      return std::any_of(parts.begin(), parts.end(), matches);
    case kNot:
      return !matches(parts.front());
    case kComparison:
      return comparison.Matches(candidate);
  }
  return false;
}

bool Filter::Node::Names(std::string_view field) const {
  if (kind == kComparison) return comparison.name() == field;
  return std::any_of(parts.begin(), parts.end(),
                     [&](const Node& part) { return part.Names(field); });
}

void Filter::Node::AddRequired(std::vector<const Comparison*>& required) const {
  if (kind == kComparison) required.push_back(&comparison);
  if (kind != kAll) return;
  for (const Node& part : parts) part.AddRequired(required);
}

bool Filter::Matches(const Candidate& candidate) const { return root_.Matches(candidate); }

bool Filter::Names(std::string_view field) const { return root_.Names(field); }

std::vector<const Comparison*> Filter::Required() const {
  std::vector<const Comparison*> required;
  root_.AddRequired(required);
  return required;
}

}  // namespace roster::domain
