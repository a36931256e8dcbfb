// Two accounts whose users, services and roles have the same names. Callers of the one call
// everything with ids, emails, pages and request ids of both and of none: nothing of the other one
// is ever told, what is there looks like what is nowhere, and the other one does not change
// (reliability Z2, target 9).
//   ROSTER_TEST_CALLS=1000000 build/release/tests/api/api_test --gtest_filter='Isolation*'

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

constexpr int kCalls = 20'000;
constexpr unsigned kSeed = 20'261'123;
constexpr char kMarker[] = "Xylophone";  // in everything of the other account that can hold text
const std::vector<std::string> kNames = {"ann", "bob", "cid", "dora", "eve", "finn"};

using Names = std::vector<std::string>;

std::string Uuid(std::mt19937_64& random) {
  const std::string digits =
      absl::StrCat(absl::Hex(random(), absl::kZeroPad16), absl::Hex(random(), absl::kZeroPad16));
  return absl::StrCat("01a2", digits.substr(0, 4), "-", digits.substr(4, 4), "-7",
                      digits.substr(8, 3), "-8", digits.substr(11, 3), "-", digits.substr(14, 12));
}

// An account with the same users and services as any other.
struct Side {
  Side(TestServer& server, const std::string& marker) : account(server), pools(account.ids) {
    std::mt19937_64 random(marker.size());
    const auto id = [&] { return pools["request_id"].emplace_back(Uuid(random)); };
    for (const std::string& name : kNames)
      AddUser(NewUser(home.id, name, {"viewer"}), marker, id());
    if (!marker.empty()) AddUser(NewUser(home.id, "only" + marker, {"viewer"}), marker, id());
    pools["subject_id"] = pools["user_ids"] = pools["user_id"];
    for (const std::string name : {"service a", "service b"}) AddService(name);
    auto list = In<identity::v1::ListUsersRequest>(home.id);
    list.set_page_size(2);
    pools["page_token"] = {home.client.Call(list)->next_page_token()};
  }

  void AddUser(identity::v1::CreateUserRequest request, const std::string& marker,
               const std::string& request_id) {
    if (!marker.empty()) request.mutable_profile()->set_title(marker);
    request.set_request_id(request_id);
    pools["user_id"].push_back(home.Create(request));
    pools["email"].push_back(request.profile().email());
    pools["user_name"].push_back(request.profile().user_name());
  }

  void AddService(const std::string& name) {
    auto request = In<identity::v1::CreateServiceAccountRequest>(home.id);
    request.set_name(name);
    request.add_roles("viewer");
    const auto made = home.client.Call(request);
    EXPECT_EQ(made.Text(), "OK");
    pools["service_account_id"].push_back(made->service_account().service_account_id());
    auto issue = In<identity::v1::IssueServiceTokenRequest>(home.id);
    issue.set_service_account_id(pools["service_account_id"].back());
    pools["token_id"].push_back(home.client.Call(issue)->token_id());
  }

  // Everything that is shown of it, but for the position of the answer.
  std::string Dump() const {
    const auto account = home.client.Call(In<identity::v1::GetAccountRequest>(home.id));
    std::string dump = account->account().DebugString();
    for (const char* filter : {"", "status = DISABLED", "status = DELETED"}) {
      const auto page = home.client.Call(List(home.id, filter));
      for (const auto& user : page->users()) dump += user.DebugString();
    }
    return dump + AllLists(home.client, home.id);
  }

  SampleAccount account;
  const Home& home = account.home;
  Pools pools;  // values for the fields of requests that are told apart by account
};

class IsolationTest : public testing::Test {
 protected:
  using Swaps = std::vector<std::pair<std::string, std::string>>;  // foreign value and missing one

  struct Told {
    std::string status;
    std::string body;

    std::string text() const { return status + "\n" + body; }
  };

  // A random value for a field. One of the other account is noted, with one that is nowhere.
  std::string Draw(const std::string& field, Swaps& swaps) {
    const uint64_t kind = random_() % 8;
    const Names& foreign = other_.pools[field];
    if (kind < (field == "account_id" ? 1 : 3) && !foreign.empty()) {
      const std::string& value = foreign[random_() % foreign.size()];
      if (!IsOwn(field, value)) swaps.emplace_back(value, Missing(field, value));
      return value;
    }
    if (kind == 7) return field == "page_token" ? "" : Uuid(random_);
    const Names& own = own_.pools[field];
    return own[random_() % own.size()];
  }

  // Names and emails are mostly those of both accounts.
  bool IsOwn(const std::string& field, const std::string& value) {
    const Names& own = own_.pools[field];
    return std::find(own.begin(), own.end(), value) != own.end();
  }

  // Of the same form and length as the value.
  std::string Missing(const std::string& field, std::string value) {
    if (absl::EndsWith(field, "_id") || absl::EndsWith(field, "_ids")) return Uuid(random_);
    if (field == "page_token") {
      value[value.size() / 2] = value[value.size() / 2] == 'A' ? 'B' : 'A';
      return value;
    }
    return absl::StrReplaceAll(value, {{kMarker, "Nobodyhas"}});
  }

  void Fill(Message& message, Swaps& swaps) {
    const auto& reflection = *message.GetReflection();
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message.GetDescriptor()->field(i);
      // Of a choice, one; and not every field every time.
      if (field->containing_oneof() != nullptr &&
          (reflection.HasOneof(message, field->containing_oneof()) || random_() % 2 == 0)) {
        continue;
      }
      FillField(message, *field, swaps);
    }
  }

  void FillField(Message& message, const FieldDescriptor& field, Swaps& swaps) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        if (field.name() == "chunk") break;
        const bool new_name = message.GetDescriptor()->name() == "UserProfile";
        const std::string value = new_name ? NewName(field.name()) : Text(field.name(), swaps);
        if (value.empty()) break;
        field.is_repeated() ? reflection.AddString(&message, &field, value)
                            : reflection.SetString(&message, &field, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        if (field.name() == "validate_only") {
          reflection.SetBool(&message, &field, random_() % 2 == 0);
        }
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        if (field.name() == "page_size") reflection.SetInt32(&message, &field, random_() % 3);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        if (field.name() == "expected_revision") {
          reflection.SetUInt64(&message, &field, random_() % 3);
        }
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        // Policies of one's own account tell nothing of another; a mapping comes with its file.
        if (field.name() == "update_mask") {
          static_cast<google::protobuf::FieldMask*>(reflection.MutableMessage(&message, &field))
              ->add_paths(random_() % 2 == 0 ? "full_name" : "email");
        } else if (field.name() == "items" || field.name() == "profile" ||
                   field.name() == "header") {
          Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                   : *reflection.MutableMessage(&message, &field),
               swaps);
        }
        break;
      default:
        break;
    }
  }

  // The sample of the method with ids of either account, or of none.
  std::unique_ptr<Message> Sampled(const MethodDescriptor& method, Swaps& swaps) {
    auto request = Sample(method, own_.account);
    DrawIds(*request, swaps);
    return request;
  }

  void DrawIds(Message& message, Swaps& swaps) {
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      const bool is_id = IsId(*field);
      if (!is_id && field->message_type() == nullptr) continue;
      const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (is_id && field->is_repeated()) {
          reflection.SetRepeatedString(&message, field, i, Draw(field->name(), swaps));
        } else if (is_id) {
          reflection.SetString(&message, field, Draw(field->name(), swaps));
        } else {
          DrawIds(field->is_repeated() ? *reflection.MutableRepeatedMessage(&message, field, i)
                                       : *reflection.MutableMessage(&message, field),
                  swaps);
        }
      }
    }
  }

  std::unique_ptr<Message> Filled(const MethodDescriptor& method, Swaps& swaps) {
    auto request = New(*method.input_type());
    Fill(*request, swaps);
    return request;
  }

  // What a user is called from now on: mostly as one of each account is.
  std::string NewName(const std::string& field) {
    const Names& own = own_.pools[field];
    if (!own.empty() && random_() % 2 == 0) return own[random_() % own.size()];
    const std::string name = absl::StrCat("p", random_());
    return field == "email" ? name + "@example.org" : name;
  }

  // A value for a string; mostly one that may be right.
  std::string Text(const std::string& field, Swaps& swaps) {
    if (field == "request_id" && random_() % 2 == 0) return "";
    if (field == "page_token" && random_() % 4 != 0) return "";
    if (own_.pools.count(field) == 1) return Draw(field, swaps);
    if (field == "role" || field == "roles") return random_() % 4 == 0 ? "creator" : "viewer";
    if (field == "permission") return random_() % 4 == 0 ? "no.such" : "users.view";
    if (field == "filter") return random_() % 4 == 0 ? "status = DELETED" : "";
    if (field == "name") return random_() % 2 == 0 ? "service a" : absl::StrCat("s", random_());
    if (absl::EndsWith(field, "_name")) return "Somebody";
    // Names in certificates are unique in the installation, which a refusal says
    // (CERTIFICATE_TAKEN).
    if (field == "identity") return absl::StrCat("spiffe://example.org/", random_());
    return "";
  }

  Told Ask(const Client& client, const MethodDescriptor& method, const Message& request) {
    ++calls_;
    const Reply reply = Invoke(client, method, request);
    std::string body;
    for (const auto& message : reply.messages) {
      // The time of evaluation is the one thing that differs between two reads of one state.
      if (const auto* at = message->GetDescriptor()->FindFieldByName("evaluated_at")) {
        message->GetReflection()->ClearField(message.get(), at);
      }
      body += message->DebugString();
    }
    return {reply.Text() + ": " + reply.result.message, body};
  }

  // The same request with values that are nowhere in place of those of the other account.
  static void Swap(Message& message, const Swaps& swaps) {
    const std::string text = absl::StrReplaceAll(message.DebugString(), swaps);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  }

  void CheckLeaks(const MethodDescriptor& method, const Message& request, const Told& told) {
    const std::string asked = request.DebugString();
    for (const std::string& secret : secrets_) {
      if (absl::StrContains(asked, secret)) continue;  // the answer may repeat what was asked
      EXPECT_FALSE(absl::StrContains(told.text(), secret))
          << method.full_name() << " tells " << secret << "\n"
          << asked << told.text();
    }
  }

  // A request id that was used here is one of this account too.
  void Adopt(const Message& request) {
    const auto* field = request.GetDescriptor()->FindFieldByName("request_id");
    if (field == nullptr) return;
    const std::string id = request.GetReflection()->GetString(request, field);
    if (!id.empty() && !IsOwn("request_id", id)) own_.pools["request_id"].push_back(id);
  }

  static bool IsPreview(const Message& request) {
    const auto* field = request.GetDescriptor()->FindFieldByName("validate_only");
    return field != nullptr && request.GetReflection()->GetBool(request, field);
  }

  void Turn() {
    const MethodDescriptor& method = *AllMethods()[random_() % AllMethods().size()];
    const Client& client = callers_[random_() % callers_.size()];
    Swaps swaps;
    const auto request = random_() % 4 == 0 ? Sampled(method, swaps) : Filled(method, swaps);
    const Told told = Ask(client, method, *request);
    CheckLeaks(method, *request, told);
    const bool ok = absl::StartsWith(told.status, "OK");
    accepted_ += ok ? 1 : 0;
    // What was changed can't be compared: the world is another one now.
    const bool reads = method.input_type()->FindFieldByName("at_least_position") != nullptr;
    const bool preview = IsPreview(*request);
    if (ok && !reads && !preview) return Adopt(*request);
    if (swaps.empty()) return;
    const auto twin = New(*method.input_type());
    twin->CopyFrom(*request);
    Swap(*twin, swaps);
    const Told missing = Ask(client, method, *twin);
    ++compared_;
    // What a preview would make has another id and time each time.
    const bool made = ok && preview;
    EXPECT_EQ(absl::StrReplaceAll(made ? told.status : told.text(), swaps),
              made ? missing.status : missing.text())
        << method.full_name() << "\n"
        << request->DebugString();
  }

  void SetUp() override {
    for (const char* role : {"super_admin", "admin", "viewer", "service_checker"}) {
      callers_.push_back(own_.home.As({role}));
    }
    callers_.push_back(own_.home.client);  // most calls by those who may
    callers_.push_back(own_.home.client);
    for (const auto& [field, values] : other_.pools) {
      for (const std::string& value : values) {
        if (absl::EndsWith(field, "_id")) secrets_.insert(value);
      }
    }
    secrets_.insert(other_.home.administrator_id);
    secrets_.insert(kMarker);
  }

  TestServer server_;
  Side own_{server_, ""};
  Side other_{server_, kMarker};
  std::mt19937_64 random_{kSeed};
  std::vector<Client> callers_;
  std::set<std::string> secrets_;
  int calls_ = 0;
  int accepted_ = 0;
  int compared_ = 0;
};

TEST_F(IsolationTest, NothingOfAnotherAccountIsToldOrChanged) {
  const char* wanted = std::getenv("ROSTER_TEST_CALLS");
  const int calls = wanted == nullptr ? kCalls : std::atoi(wanted);
  const std::string before = other_.Dump();
  EXPECT_TRUE(absl::StrContains(before, kMarker));
  const auto began = std::chrono::steady_clock::now();
  while (calls_ < calls && !HasFailure()) Turn();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%d calls, %d of them accepted, %d compared with their twin, %.1f s\n", calls_,
              accepted_, compared_, took.count());
  EXPECT_EQ(other_.Dump(), before);
  EXPECT_GT(accepted_, calls / 10);
  EXPECT_GT(compared_, calls / 5);
}

}  // namespace
}  // namespace roster::api_test
