// What the log says of calls: a line for each change and refusal, none for a plain read, and the
// trace of the caller in each.

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/api/every_method/samples.h"
#include "tests/api/log_file.h"

namespace roster::api_test {
namespace {

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kSpan[] = "00f067aa0ba902b7";

const CallOptions kTraced{
    .metadata = {{"traceparent", std::string("00-") + kTrace + "-" + kSpan + "-01"}}};

class CallLogTest : public testing::Test {
 protected:
  // The fields of the lines since the last time.
  std::vector<std::map<std::string, std::string>> NewLines() {
    std::vector<std::map<std::string, std::string>> lines;
    for (const std::string& line : log_.CallsAfter(read_)) {
      google::protobuf::Struct entry;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &entry).ok()) << line;
      auto& fields = lines.emplace_back();
      for (const auto& [key, value] : entry.fields()) fields[key] = value.string_value();
    }
    read_ += lines.size();
    return lines;
  }

  LogFile log_;
  TestServer server_{{}, std::nullopt, log_.get()};
  const Home home_{event::v1::PRESET_ROLE_MATRIX, server_};
  const std::string ann_ = home_.Create("ann", {"viewer"});
  size_t read_ = log_.calls();
};

TEST_F(CallLogTest, ChangesAndRefusalsButNoPlainReads) {
  home_.Get(ann_);
  EXPECT_EQ(home_.Names().size(), 2u);
  EXPECT_EQ(home_.Check(ann_, "users.view"), "ALLOW ROLE viewer");
  EXPECT_TRUE(NewLines().empty());

  EXPECT_EQ(home_.client.Call(NewUser(home_.id, "bob", {"viewer"}), kTraced).Text(), "OK");
  EXPECT_EQ(home_.client.Call(NewUser(home_.id, "bob", {"viewer"}), kTraced).result.reason,
            "EMAIL_TAKEN");
  EXPECT_EQ(home_.As({}).Call(List(home_.id), kTraced).result.reason, "PERMISSION_REQUIRED");
  auto lines = NewLines();
  // As() makes a service account and its token.
  ASSERT_EQ(lines.size(), 5u);
  lines.erase(lines.begin() + 2, lines.begin() + 4);
  const char* wanted[][3] = {{"done", "CreateUser", ""},
                             {"refused", "CreateUser", "EMAIL_TAKEN"},
                             {"refused", "ListUsers", "PERMISSION_REQUIRED"}};
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["message"], wanted[i][0]);
    EXPECT_TRUE(absl::EndsWith(lines[i]["method"], wanted[i][1]));
    EXPECT_EQ(lines[i]["reason"], wanted[i][2]);
    EXPECT_EQ(lines[i]["account_id"], home_.id);
    EXPECT_TRUE(absl::StartsWith(lines[i]["actor"], "service_account:"));
    EXPECT_EQ(lines[i]["trace_id"], kTrace);
    EXPECT_EQ(lines[i]["span_id"], kSpan);
    EXPECT_TRUE(absl::StartsWith(lines[i]["peer"], "ipv4:127.0.0.1:")) << lines[i]["peer"];
  }
}

TEST_F(CallLogTest, WhoAndWhichRequest) {
  constexpr char kRequest[] = "01a206ee-15c7-7358-9791-ccf82eceb725";
  auto create = NewUser(home_.id, "bob", {"viewer"});
  create.set_request_id(kRequest);
  const std::string bob = home_.client.Call(create)->user().user_id();
  EXPECT_EQ(home_.client.Call(create).Text(), "OK");  // a repeat is about the same user
  auto remove = About<identity::v1::DeleteUserRequest>(home_.id, bob);
  remove.set_request_id("no id at all");
  EXPECT_EQ(home_.client.Call(remove).result.code, "INVALID_ARGUMENT");
  EXPECT_EQ(server_.Anonymous().As("roster_sa_wrong").Call(List(home_.id)).result.code,
            "UNAUTHENTICATED");
  const auto lines = NewLines();
  ASSERT_EQ(lines.size(), 4u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i].at("subject_id"), bob) << i;
    EXPECT_EQ(lines[i].at("request_id"), i < 2 ? kRequest : "") << i;
  }
  EXPECT_EQ(lines[3].at("reason"), "UNAUTHENTICATED");
  EXPECT_TRUE(absl::StartsWith(lines[3].at("peer"), "ipv4:127.0.0.1:"));
}

TEST_F(CallLogTest, EveryMethodSaysWhatItChanges) {
  for (const MethodDescriptor* method : AllMethods()) {
    SCOPED_TRACE(method->full_name());
    const SampleAccount account(server_);
    NewLines();
    EXPECT_EQ(CallSample(*method, account).Text(), "OK");
    auto lines = NewLines();
    if (method->input_type()->FindFieldByName("at_least_position") != nullptr) {
      EXPECT_TRUE(lines.empty());
      continue;
    }
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0]["message"], "done");
    EXPECT_EQ(lines[0]["method"], method->service()->full_name() + "/" + method->name());
    EXPECT_EQ(lines[0]["reason"], "");
  }
}

TEST_F(CallLogTest, TracesThatAreNoneAreNotRepeated) {
  const std::string good = kTraced.metadata[0].second;
  const std::vector<std::pair<std::string, std::string>> metadata[] = {
      {},
      {{"traceparent", "01" + good.substr(2)}},
      {{"traceparent", good + "-more"}},
      {{"traceparent", good}, {"traceparent", good}},
      {{"tracestate", good}}};
  for (const auto& each : metadata) {
    EXPECT_EQ(
        home_.client.Call(NewUser(home_.id, "ann", {"viewer"}), {.metadata = each}).result.reason,
        "EMAIL_TAKEN");
    auto lines = NewLines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].count("trace_id"), 0u);
    EXPECT_EQ(lines[0].count("span_id"), 0u);
  }
  EXPECT_FALSE(absl::StrContains(log_.Text(), kTrace));
}

}  // namespace
}  // namespace roster::api_test
