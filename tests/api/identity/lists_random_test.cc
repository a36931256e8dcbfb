// Random lists against a plain evaluation over all users: filter, order, direction, size of pages,
// now and in the past, and with changes between pages. (R30, R34, R49, R60, R88, R110)

#include <gtest/gtest.h>
#include <unicode/coll.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "domain/text/email.h"
#include "domain/text/name.h"
#include "domain/text/text.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {
namespace {

using domain::Normalize;
using domain::NormalizeEmail;
using domain::SearchForm;
using domain::ShownEmail;
using identity::v1::ListUsersRequest;
using identity::v1::User;
using identity::v1::UserProfile;
using Users = std::vector<User>;
using Random = std::mt19937_64;

constexpr int kUsers = 120;
constexpr int kCases = 2'500;
constexpr const char* kWords[] = {"Ann",   "ann",         "\u00c4nn", "An",     "Smith",
                                  "smith", "Smith-Jones", "\u00d6z",  "O'Neil", "de",
                                  "Cruz",  "Zo\u00eb",    "Zoe",      "\u674e", "A"};
constexpr const char* kTexts[] = {"a",  "an",  "ANN",   "smi", "jones",  "\u00f6", "zo",   "u1",
                                  "u2", "de ", "u1@ex", "o'",  "\u674e", "x",      "ann s"};

template <typename Array>
const char* OneOf(const Array& array, Random& random) {
  return array[random() % std::size(array)];
}

// A filter with what it means, said of a user as the API shows it.
struct Meaning {
  std::string text;
  std::function<bool(const User&)> holds = [](const User&) { return true; };
  bool names_status = false;
};

// Whether a byte is one of a letter or digit; all beyond ASCII are here.
bool IsWord(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || absl::ascii_isalnum(byte);
}

bool FoundBy(const User& user, const std::string& text) {
  const UserProfile& profile = user.profile();
  std::vector<std::string> starts = {
      SearchForm(profile.user_name()), SearchForm(profile.given_name()),
      SearchForm(profile.family_name()), NormalizeEmail(profile.email()),
      SearchForm(ShownEmail(profile.email()))};
  const std::string name = SearchForm(profile.full_name());
  for (size_t i = 0; i < name.size(); ++i) {
    const bool begins = i == 0 || (!IsWord(name[i - 1]) && IsWord(name[i]));
    if (begins) starts.push_back(name.substr(i));
  }
  return std::any_of(starts.begin(), starts.end(), [&](const std::string& start) {
    return absl::StartsWith(start, SearchForm(text)) ||
           (&start == &starts[3] && absl::StartsWith(start, NormalizeEmail(text)));
  });
}

// A comparison of one of the texts of the profile.
Meaning AnyText(Random& random) {
  struct Field {
    const char* name;
    const std::string& (UserProfile::*get)() const;
  };
  static constexpr Field kFields[] = {{"full_name", &UserProfile::full_name},
                                      {"family_name", &UserProfile::family_name},
                                      {"email", &UserProfile::email},
                                      {"user_name", &UserProfile::user_name}};
  const Field field = kFields[random() % std::size(kFields)];
  const bool email = std::string_view(field.name) == "email";
  const std::string word = random() % 3 == 0 ? OneOf(kWords, random) : OneOf(kTexts, random);
  // Only = and != of whole texts are exact.
  const int comparison = static_cast<int>(random() % 4);
  const auto form = [=](const std::string& text) {
    if (comparison == 1) return email ? NormalizeEmail(text) : Normalize(text);
    return email ? ShownEmail(text) : SearchForm(text);
  };
  const std::string wanted = form(word);
  const auto value = [=](const User& user) { return form((user.profile().*field.get)()); };
  switch (comparison) {
    case 0:
      return {absl::StrCat(field.name, " : \"", word, "\""), [=](const User& user) {
                return user.has_profile() && absl::StrContains(value(user), wanted);
              }};
    case 1:
      return {absl::StrCat(field.name, " = \"", word, "\""),
              [=](const User& user) { return user.has_profile() && value(user) == wanted; }};
    case 2:
      return {absl::StrCat(field.name, " != \"", word, "*\""), [=](const User& user) {
                return user.has_profile() && !absl::StartsWith(value(user), wanted);
              }};
    default:
      return {absl::StrCat(field.name, "=\"", word, "*\""), [=](const User& user) {
                return user.has_profile() && absl::StartsWith(value(user), wanted);
              }};
  }
}

Meaning AnyComparison(Random& random) {
  static constexpr const char* kStatuses[] = {"PENDING", "ACTIVE", "DISABLED", "DELETED"};
  static constexpr const char* kRoles[] = {"account_owner", "user_manager", "super_admin", ""};
  switch (random() % 6) {
    case 0: {
      const std::string status = OneOf(kStatuses, random);
      return {"status = " + status, [=](const User& user) { return StatusOf(user) == status; },
              true};
    }
    case 1: {
      const std::string role = OneOf(kRoles, random);
      return {absl::StrCat("role : '", role, "'"), [=](const User& user) {
                const auto& roles = user.roles();
                if (role.empty()) return roles.empty();
                return std::find(roles.begin(), roles.end(), role) != roles.end();
              }};
    }
    case 2: {
      const bool approved = random() % 2 == 0;
      return {absl::StrCat("approved = ", approved ? "true" : "false"),
              [=](const User& user) { return user.approved() == approved; }};
    }
    case 3: {
      const std::string text = OneOf(kTexts, random);
      return {absl::StrCat("\"", text, "\""),
              [=](const User& user) { return user.has_profile() && FoundBy(user, text); }};
    }
    default:
      return AnyText(random);
  }
}

Meaning AnyMeaning(Random& random, int depth) {
  const size_t kind = depth == 0 ? 0 : random() % 6;
  if (kind < 2) return AnyComparison(random);
  const Meaning one = AnyMeaning(random, depth - 1);
  if (kind == 2) {
    return {absl::StrCat("NOT (", one.text, ")"), [=](const User& u) { return !one.holds(u); },
            one.names_status};
  }
  const Meaning other = AnyMeaning(random, depth - 1);
  const bool both = kind < 5;
  return {absl::StrCat("(", one.text, both ? ") AND (" : ") OR (", other.text, ")"),
          [=](const User& user) {
            return both ? one.holds(user) && other.holds(user)
                        : one.holds(user) || other.holds(user);
          },
          one.names_status || other.names_status};
}

// Whether one name stands before the other; as ICU compares them, not as we make keys of them.
int CompareNames(const std::string& one, const std::string& other) {
  UErrorCode error = U_ZERO_ERROR;
  static const std::unique_ptr<icu::Collator> kCollator(
      icu::Collator::createInstance(icu::Locale::getRoot(), error));
  return kCollator->compareUTF8(one, other, error);
}

// What users are sorted by, each in its own way; those who are equal by their ids.
bool Before(const User& one, const User& other, const std::string& order_by) {
  const auto role = [](const User& user) {
    const auto& roles = user.roles();
    return roles.empty() ? "" : *std::min_element(roles.begin(), roles.end());
  };
  int difference = 0;
  if (order_by == "full_name") {
    difference = CompareNames(one.profile().full_name(), other.profile().full_name());
  } else if (order_by == "email") {
    difference =
        NormalizeEmail(one.profile().email()).compare(NormalizeEmail(other.profile().email()));
  } else if (order_by == "status") {
    difference = one.status() - other.status();
  } else if (order_by == "role") {
    difference = role(one).compare(role(other));
  }
  return difference != 0 ? difference < 0 : one.user_id() < other.user_id();
}

class RandomListsTest : public testing::Test {
 protected:
  RandomListsTest() {
    auto policy = In<identity::v1::UpdateAccountPolicyRequest>(home_.id);
    policy.mutable_policy()->mutable_restore_window()->set_seconds(86'400);
    policy.mutable_update_mask()->add_paths("restore_window");
    EXPECT_EQ(Try(home_.client, policy), "OK");
    for (int i = 0; i < kUsers; ++i) Create();
    for (int i = 0; i < 3 * kUsers; ++i) ChangeAny(/*erases=*/true);
  }

  std::string AnyName() {
    std::string name = OneOf(kWords, random_);
    for (size_t words = random_() % 3; words > 0; --words) {
      absl::StrAppend(&name, " ", OneOf(kWords, random_));
    }
    return name;
  }

  void Create() {
    auto request = NewUser(home_.id, absl::StrCat("u", ++made_));
    UserProfile& profile = *request.mutable_profile();
    profile.set_full_name(AnyName());
    profile.set_given_name(random_() % 2 == 0 ? OneOf(kWords, random_) : "");
    profile.set_family_name(random_() % 2 == 0 ? OneOf(kWords, random_) : "");
    for (const char* role : {"user_manager", "account_owner"}) {
      if (random_() % 3 == 0) request.add_roles(role);
    }
    ids_.push_back(home_.Create(request));
  }

  // Changes that are refused change nothing, and are no less random for it.
  void ChangeAny(bool erases) {
    const std::string& id = ids_[random_() % ids_.size()];
    switch (random_() % (erases ? 7 : 6)) {
      case 0:
        Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, id));
        break;
      case 1:
        Try(home_.client, About<identity::v1::EnableUserRequest>(home_.id, id));
        break;
      case 2:
        Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, id));
        break;
      case 3:
        Try(home_.client, About<identity::v1::RestoreUserRequest>(home_.id, id));
        break;
      case 4:
        Try(home_.client, Update(home_.id, id, "full_name", AnyName()));
        break;
      case 5:
        Try(home_.client,
            Update(home_.id, id, "email", absl::StrCat("U", random_() % 500, "@Example.org")));
        break;
      default: {
        if (random_() % 3 != 0) break;
        auto erase = About<identity::v1::EraseUserRequest>(home_.id, id);
        const auto user = home_.client.Call(About<identity::v1::GetUserRequest>(home_.id, id));
        erase.set_expected_revision(user->user().revision());
        Try(home_.client, erase);
      }
    }
  }

  // Everybody at a position, in the order of creation.
  Users All(uint64_t position) const {
    ListUsersRequest request = List(home_.id, "status = PENDING OR status != PENDING");
    request.mutable_as_of()->set_position(position);
    const auto answer = home_.client.Call(request);
    EXPECT_EQ(answer.Text(), "OK");
    return {answer->users().begin(), answer->users().end()};
  }

  static std::vector<std::string> Expected(const Users& all, const Meaning& filter,
                                           const std::string& order_by, bool down) {
    Users shown;
    const bool by_person = order_by == "full_name" || order_by == "email";
    for (const User& user : all) {
      const bool hidden = !filter.names_status && StatusOf(user) == "DELETED";
      if (hidden || (by_person && !user.has_profile()) || !filter.holds(user)) continue;
      shown.push_back(user);
    }
    std::sort(shown.begin(), shown.end(), [&](const User& one, const User& other) {
      return down ? Before(other, one, order_by) : Before(one, other, order_by);
    });
    std::vector<std::string> ids;
    for (const User& user : shown) ids.push_back(user.user_id());
    return ids;
  }

  // The pages of the list, with changes between them where `changes`.
  std::vector<std::string> Walk(ListUsersRequest request, bool changes, uint64_t* position) {
    std::vector<std::string> ids;
    do {
      const auto page = home_.client.Call(request);
      EXPECT_EQ(page.Text(), "OK") << request.ShortDebugString();
      *position = page->position();
      for (const User& user : page->users()) ids.push_back(user.user_id());
      request.set_page_token(page->next_page_token());
      if (changes && random_() % 2 == 0) ChangeAny(/*erases=*/false);
    } while (!request.page_token().empty() && ids.size() < 1'000);
    return ids;
  }

  Random random_{7};
  int made_ = 0;
  std::vector<std::string> ids_;
  TestServer server_;
  const Home home_{event::v1::PRESET_APPLICATIONS, server_};
};

TEST_F(RandomListsTest, AreWhatAPlainEvaluationSays_R30_R34_R49_R88) {
  static constexpr const char* kOrders[] = {"",       "create_time", "full_name",       "email",
                                            "status", "role",        "last_active_time"};
  size_t shown = 0;
  int empty = 0;
  for (int i = 0; i < kCases; ++i) {
    const Meaning filter = random_() % 10 == 0 ? Meaning() : AnyMeaning(random_, 2);
    const std::string order_by = OneOf(kOrders, random_);
    const bool down = !order_by.empty() && random_() % 2 == 0;
    ListUsersRequest request = List(home_.id, filter.text);
    request.set_order_by(order_by + (down ? " desc" : ""));
    request.set_page_size(static_cast<int32_t>(random_() % 30 + 1));
    const bool past = random_() % 4 == 0;
    if (past) request.mutable_as_of()->set_position(random_() % server_.Position() + 1);
    const bool exists = !past || request.as_of().position() > 10;  // the account
    if (!exists) continue;
    uint64_t position = 0;
    std::vector<std::string> ids = Walk(request, random_() % 3 == 0, &position);
    std::vector<std::string> expected = Expected(All(position), filter, order_by, down);
    if (order_by.empty()) {  // whatever is found first
      std::sort(ids.begin(), ids.end());
      std::sort(expected.begin(), expected.end());
    }
    ASSERT_EQ(ids, expected) << request.ShortDebugString() << " @" << position;
    shown += ids.size();
    empty += ids.empty() ? 1 : 0;
  }
  EXPECT_GT(shown, 10U * kCases) << "else they prove little";
  EXPECT_LT(empty, kCases / 2);
}

// R88, R110: what CountUsers says is what a recount says.
TEST_F(RandomListsTest, NumbersAreWhatARecountSays_R88_R110) {
  for (int i = 0; i < 200; ++i) {
    ChangeAny(/*erases=*/i % 10 == 0);
    const auto counted = home_.client.Call(In<identity::v1::CountUsersRequest>(home_.id));
    const Users all = All(counted->position());
    const auto count = [&](const std::function<bool(const User&)>& holds) {
      return static_cast<uint64_t>(std::count_if(all.begin(), all.end(), holds));
    };
    ASSERT_EQ(counted->pending(), count([](const User& u) { return StatusOf(u) == "PENDING"; }));
    ASSERT_EQ(counted->disabled(), count([](const User& u) { return StatusOf(u) == "DISABLED"; }));
    ASSERT_EQ(counted->deleted(), count([](const User& u) { return StatusOf(u) == "DELETED"; }));
    ASSERT_EQ(counted->total() + counted->deleted(), all.size());
    ASSERT_EQ(counted->pending_approvals(), count([](const User& user) {
                return !user.approved() && StatusOf(user) != "DELETED";
              }));
  }
}

}  // namespace
}  // namespace roster::api_test
