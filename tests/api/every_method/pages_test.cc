// Pages of every list: complete, without repetition, bound to their query. (R34, R49)

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

using identity::v1::ListUsersRequest;
using Names = std::vector<std::string>;

constexpr const char* kBadToken = "INVALID_ARGUMENT INVALID_PAGE_TOKEN";

class PagesTest : public testing::Test {
 protected:
  // Imports users, which is faster than to create them one by one.
  void Fill(int users) const {
    const auto imported =
        ImportFile(home_.client, FourColumns(home_.id), Rows("user", users, "viewer"));
    ASSERT_EQ(imported.result.Text(), "OK");
    ASSERT_EQ(imported.summary.created(), static_cast<uint32_t>(users));
  }

  // All names, page by page; each page but the last is full.
  Names Walk(int32_t page_size, const std::string& filter, bool full = true) const {
    ListUsersRequest request = List(home_.id, filter);
    request.set_page_size(page_size);
    Names all;
    for (int pages = 0; pages < 300; ++pages) {
      const auto page = home_.client.Call(request);
      EXPECT_EQ(page.Text(), "OK");
      const Names names = NamesOf(page.response);
      all.insert(all.end(), names.begin(), names.end());
      if (page->next_page_token().empty()) return all;
      if (full) {
        EXPECT_EQ(names.size(), static_cast<size_t>(page_size));
      }
      request.set_page_token(page->next_page_token());
    }
    ADD_FAILURE() << "the pages never end";
    return all;
  }

  std::string FirstToken(ListUsersRequest request) const {
    request.set_page_size(1);
    return home_.client.Call(request)->next_page_token();
  }

  const Home home_{event::v1::PRESET_ROLE_MATRIX};
};

TEST_F(PagesTest, CompleteAndWithoutRepetition) {
  Fill(137);
  const Names once = Walk(1000, "");
  EXPECT_EQ(once.size(), 138U);  // and the first administrator
  EXPECT_EQ(once.front(), "first");
  EXPECT_EQ(once.back(), "user136");
  EXPECT_EQ(std::set<std::string>(once.begin(), once.end()).size(), 138U);
  for (const int32_t size : {1, 7, 69, 137, 138, 139}) EXPECT_EQ(Walk(size, ""), once) << size;
}

TEST_F(PagesTest, WithAStatusFilter_R34) {
  Fill(137);
  Names expected;
  const auto listed = home_.client.Call(List(home_.id));
  for (int i = 0; i < listed->users_size(); i += 5) {
    const auto& user = listed->users(i);
    if (user.user_id() == home_.administrator_id) continue;
    expected.push_back(user.profile().user_name());
    ASSERT_EQ(Try(home_.client, About<identity::v1::DisableUserRequest>(home_.id, user.user_id())),
              "OK");
  }
  for (const int32_t size : {1, 10, 26, 27, 28}) {
    EXPECT_EQ(Walk(size, "status = DISABLED"), expected) << size;
  }
  EXPECT_EQ(Walk(10, "status=PENDING").size(), 138 - expected.size());
  EXPECT_EQ(Walk(10, " status =  ACTIVE ").size(), 0U);
}

// All pages of a sequence show the position of the first, whatever happens meanwhile.
TEST_F(PagesTest, WhileUsersChange_G1) {
  Fill(20);
  ListUsersRequest request = List(home_.id);
  const Names before = Walk(1000, "");
  const uint64_t first_position = home_.server->Position();
  request.set_page_size(6);
  Names all;
  for (int i = 0; i < 50; ++i) {
    const auto page = home_.client.Call(request);
    const Names names = NamesOf(page.response);
    all.insert(all.end(), names.begin(), names.end());
    if (page->next_page_token().empty()) break;
    request.set_page_token(page->next_page_token());
    EXPECT_EQ(page->position(), first_position);
    if (i < 3) {
      home_.Create(absl::StrCat("late", i), {"viewer"});
      const auto listed = home_.client.Call(List(home_.id));
      const std::string changed = listed->users(12).user_id();
      const std::string deleted = listed->users(15).user_id();
      EXPECT_EQ(Try(home_.client, Update(home_.id, changed, "title", absl::StrCat("new", i))),
                "OK");
      EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, deleted)), "OK");
    }
  }
  EXPECT_EQ(all, before);
}

TEST_F(PagesTest, Sizes) {
  Fill(1100);
  ListUsersRequest request = List(home_.id);
  const auto with = [&](int32_t size) {
    request.set_page_size(size);
    return home_.client.Call(request);
  };
  EXPECT_EQ(with(0)->users_size(), 50);
  EXPECT_EQ(with(1000)->users_size(), 1000);
  const auto most = with(5000);
  EXPECT_EQ(most->users_size(), 1000);
  EXPECT_NE(most->next_page_token(), "");
  EXPECT_EQ(with(-1).Text(), "INVALID_ARGUMENT INVALID_FIELDS [page_size: INVALID_VALUE]");
  request.set_page_token(most->next_page_token());
  const auto rest = with(5000);
  EXPECT_EQ(rest->users_size(), 101);
  EXPECT_EQ(rest->next_page_token(), "");
}

TEST_F(PagesTest, TokensBelongToTheirQuery) {
  Fill(3);
  const Home other(event::v1::PRESET_ROLE_MATRIX);
  const std::string token = FirstToken(List(home_.id));
  ASSERT_NE(token, "");
  ListUsersRequest request = List(home_.id);
  request.set_page_token(token);
  EXPECT_EQ(home_.client.Call(request).Text(), "OK");
  request.set_filter("status = PENDING");
  EXPECT_EQ(home_.client.Call(request).Text(), kBadToken);
  request = List(other.id);
  request.set_page_token(token);
  EXPECT_EQ(other.client.Call(request).Text(), kBadToken);
  auto services = In<identity::v1::ListServiceAccountsRequest>(home_.id);
  services.set_page_token(token);
  EXPECT_EQ(home_.client.Call(services).Text(), kBadToken);
  auto events = In<audit::v1::ListEventsRequest>(home_.id);
  events.set_subject_id(home_.id);
  events.set_page_token(token);
  EXPECT_EQ(home_.client.Call(events).Text(), kBadToken);
  identity::v1::ListAccountsRequest accounts;
  accounts.set_page_token(token);
  EXPECT_EQ(home_.server->op().Call(accounts).Text(), kBadToken);
}

TEST(PagesMethodsTest, EveryListTakesPages) {
  const SampleAccount account;
  for (const MethodDescriptor* method : MethodsWith("page_token")) {
    SCOPED_TRACE(method->full_name());
    const Client& client = account.Authorized(*method);
    const auto request = Sample(*method, account);
    SetText(*request, "page_token", "AAAAAAAAAAA");
    EXPECT_EQ(Invoke(client, *method, *request).Text(), kBadToken);
    SetText(*request, "page_token", "");
    const auto* size = request->GetDescriptor()->FindFieldByName("page_size");
    ASSERT_NE(size, nullptr);
    request->GetReflection()->SetInt32(request.get(), size, -1);
    EXPECT_EQ(Invoke(client, *method, *request).Text(),
              "INVALID_ARGUMENT INVALID_FIELDS [page_size: INVALID_VALUE]");
    request->GetReflection()->SetInt32(request.get(), size, 1);
    const Reply first = Invoke(client, *method, *request);
    ASSERT_EQ(first.Text(), "OK");
    const std::string next = GetText(first.message(), "next_page_token");
    if (next.empty()) continue;  // the sample has one of them
    SetText(*request, "page_token", next);
    const Reply second = Invoke(client, *method, *request);
    EXPECT_EQ(second.Text(), "OK");
    EXPECT_EQ(GetNumber(second.message(), "position"), GetNumber(first.message(), "position"));
    EXPECT_NE(second.message().DebugString(), first.message().DebugString());
  }
}

TEST_F(PagesTest, GarbageTokens) {
  Fill(3);
  ListUsersRequest request = List(home_.id);
  const std::string good = FirstToken(request);
  std::vector<std::string> bad = {"x",
                                  "not base64!",
                                  "AAAAAAAAAAA",
                                  std::string(4000, 'A'),
                                  good.substr(0, good.size() - 4),
                                  good + "AAAA"};
  for (size_t i = 0; i < good.size(); ++i) {
    bad.push_back(good);
    bad.back()[i] = good[i] == 'A' ? 'B' : 'A';
  }
  for (const std::string& token : bad) {
    request.set_page_token(token);
    EXPECT_EQ(home_.client.Call(request).Text(), kBadToken) << token;
  }
}

// A token shows nothing of the key behind it, and no two are alike.
TEST_F(PagesTest, TokensAreUnreadable) {
  Fill(3);
  const std::string token = FirstToken(List(home_.id));
  EXPECT_NE(token, FirstToken(List(home_.id)));
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(token, &bytes));
  EXPECT_EQ(bytes.find(home_.administrator_id), std::string::npos);
}

TEST(PagesRestartTest, GoOnAfterARestart) {
  TestServer server;
  const Home home(event::v1::PRESET_ROLE_MATRIX, server);
  for (int i = 0; i < 5; ++i) home.Create(absl::StrCat("user", i), {"viewer"});
  ListUsersRequest request = List(home.id);
  request.set_page_size(3);
  const auto first = home.client.Call(request);
  home.Create("late", {"viewer"});
  server.Restart();
  request.set_page_token(first->next_page_token());
  request.set_page_size(10);
  const auto rest = server.op().As(home.client.token()).Call(request);
  ASSERT_EQ(rest.Text(), "OK");
  EXPECT_EQ(NamesOf(rest.response), (Names{"user2", "user3", "user4"}));
  EXPECT_EQ(rest->position(), first->position());
}

TEST_F(PagesTest, WrongFilters) {
  for (const char* filter : {"status", "status = ", "status = ASLEEP", "status = UNSPECIFIED",
                             "status = ERASED", "status = ACTIVE AND", "mail = \"a@example.org\"",
                             "= ACTIVE", "status > ACTIVE", "status = active"}) {
    EXPECT_EQ(home_.client.Call(List(home_.id, filter)).Text(),
              "INVALID_ARGUMENT INVALID_FIELDS [filter: INVALID_VALUE]")
        << filter;
  }
}

TEST_F(PagesTest, ServiceAccountsAndAccounts) {
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) made.insert(home_.NewService({"auditor"}).service_account_id);
  auto request = In<identity::v1::ListServiceAccountsRequest>(home_.id);
  request.set_page_size(3);
  std::vector<std::string> listed;
  do {
    ASSERT_LT(listed.size(), 50U);
    const auto page = home_.client.Call(request);
    ASSERT_EQ(page.Text(), "OK");
    for (const auto& row : page->service_accounts()) listed.push_back(row.service_account_id());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(listed.size(), 8U);  // and the one of home_.client
  made.insert(listed.begin(), listed.end());
  EXPECT_EQ(made.size(), 8U);
  request.set_account_id("missing");
  EXPECT_EQ(home_.server->op().Call(request).Text(), "NOT_FOUND ACCOUNT_NOT_FOUND");

  identity::v1::ListAccountsRequest accounts;
  accounts.set_page_size(1);
  std::vector<std::string> ids;
  do {
    ASSERT_LT(ids.size(), 5000U);
    const auto page = home_.server->op().Call(accounts);
    ASSERT_EQ(page.Text(), "OK");
    for (const auto& row : page->accounts()) ids.push_back(row.account_id());
    accounts.set_page_token(page->next_page_token());
  } while (!accounts.page_token().empty());
  EXPECT_EQ(ids.back(), home_.id);  // the youngest
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
}

}  // namespace
}  // namespace roster::api_test
