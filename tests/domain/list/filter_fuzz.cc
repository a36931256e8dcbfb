// What holds of a filter whatever it is. With the sources of domain/, the generated messages and
// -fsanitize=fuzzer,address of clang it is a target of libFuzzer too; its corpus: corpus/filter.

#include "tests/domain/list/filter_fuzz.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "domain/base/refusal.h"
#include "domain/list/filter.h"
#include "domain/user/list/user_fields.h"
#include "domain/world/memory_world.h"

namespace roster::domain {
namespace {

// Users unlike each other, one of them forgotten.
const std::vector<UserCandidate>& Users() {
  static const MemoryWorld kWorld;
  static const std::vector<UserCandidate> kUsers = [] {
    std::vector<UserCandidate> users;
    for (const char* name : {"Ann Smith", "\u00d6mer de la Cruz", "Bob O'Neil-Jones", ""}) {
      view::v1::UserRow row;
      row.set_user_id("u" + std::to_string(users.size()));
      row.set_status(static_cast<event::v1::UserStatus>(users.size() + 1));
      row.set_approved(users.size() % 2 == 0);
      if (users.size() > 1) row.add_roles("viewer");
      row.mutable_created_at()->set_seconds(1'700'000'000 + 86'400 * users.size());
      event::v1::PersonalData personal;
      personal.set_full_name(name);
      personal.set_email(row.user_id() + "@example.org");
      personal.set_user_name(row.user_id());
      if (*name != '\0') *row.mutable_sealed() = SealPlainly(personal);
      users.emplace_back(kWorld, "acme", std::move(row));
    }
    return users;
  }();
  return kUsers;
}

// The users that the filter lets through, one bit each; nothing when it is refused.
std::optional<int> Through(const std::string& text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(UserFields(), text);
  if (!filter.ok()) return std::nullopt;
  int bits = 0;
  for (const UserCandidate& user : Users()) bits = 2 * bits + (filter->Matches(user) ? 1 : 0);
  return bits;
}

// Says what is refused, of the one field, in a column that is there.
bool IsGoodRefusal(const std::string& text, const absl::Status& refusal) {
  if (ReasonOf(refusal) != "INVALID_FIELDS") return false;
  const std::string said(refusal.GetPayload("field/filter").value_or(absl::Cord()));
  constexpr std::string_view kBegin = "INVALID_VALUE: column ";
  if (said.compare(0, kBegin.size(), kBegin) != 0) return false;
  uint64_t column = 0;
  const std::string rest = said.substr(kBegin.size());
  return absl::SimpleAtoi(rest.substr(0, rest.find(':')), &column) && column >= 1 &&
         column <= text.size() + 1;
}

// Whether it is nothing, or as long or as deep as filters may be.
bool IsAtLimits(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos ||
         text.size() + 3 > kMaxFilterBytes ||
         static_cast<size_t>(std::count(text.begin(), text.end(), '(')) >= kMaxParentheses;
}

}  // namespace

std::string WrongOfFilter(const std::string& text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(UserFields(), text);
  if (!filter.ok())
    return IsGoodRefusal(text, filter.status()) ? "" : "a refusal that says nothing";
  if (text.size() > kMaxFilterBytes) return "longer than the limit";
  const std::optional<int> through = Through(text);
  if (filter->Required().empty() && text.empty() && through != 15)
    return "nothing lets all through";
  for (const Comparison* comparison : filter->Required()) {
    for (const UserCandidate& user : Users()) {
      if (filter->Matches(user) && !comparison->Matches(user)) return "not required after all";
    }
  }
  const std::string whole = "(" + text + "\n)";
  const auto inside = Through(whole);
  if (!inside) return IsAtLimits(text) ? "" : "refused in parentheses";
  if (inside != through) return "other in parentheses";
  const auto other = Through("NOT " + whole);
  if (other && *other != 15 - *through) return "not the others with NOT";
  const auto twice = Through(whole + " AND status != DELETED OR " + whole);
  if (twice && twice != through) return "a part of itself";
  return "";
}

}  // namespace roster::domain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const std::string wrong = roster::domain::WrongOfFilter(text);
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s: %s\n", wrong.c_str(), text.c_str());
  std::abort();
}
