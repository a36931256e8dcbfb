// Nothing personal and nothing secret is in the log at its most verbose, in what gRPC itself says,
// or in the metrics: every string of every request carries a marker, in calls that are carried out
// and in calls that are refused, and nothing of it comes out, in no encoding (reliability S9).

#include <grpc/support/log.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/api/every_method/samples.h"
#include "tests/api/log_file.h"
#include "tests/support/http.h"

namespace roster::api_test {
namespace {

constexpr char kMarker[] = "QxzCanaryBird";
constexpr char kRequestId[] = "0190163d-8694-739b-aea5-0123456789ab";

// The marker and something that no other has.
std::string Canary() {
  static int count = 0;
  return absl::StrCat(kMarker, ++count);
}

// The ways in which a text may be hidden in another, lower case: as it is, in hexadecimal, and in
// base64 wherever in its groups of three it begins.
std::vector<std::string> Disguises(const std::string& secret) {
  std::vector<std::string> disguises = {absl::AsciiStrToLower(secret)};
  for (const std::string& text : {secret, absl::AsciiStrToLower(secret)}) {
    disguises.push_back(absl::BytesToHexString(text));
    for (size_t before = 0; before < 3; ++before) {
      const std::string whole = std::string(before, 'x') + text;
      const std::string encoded = absl::Base64Escape(whole.substr(0, whole.size() / 3 * 3));
      disguises.push_back(absl::AsciiStrToLower(encoded.substr(before == 0 ? 0 : 4)));
    }
  }
  return disguises;
}

std::string FoundIn(const std::string& text, const std::vector<std::string>& secrets) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const std::string& secret : secrets) {
    for (const std::string& disguise : Disguises(secret)) {
      const size_t at = lower.find(disguise);
      if (at != std::string::npos)
        return secret + " in " + text.substr(at < 300 ? 0 : at - 300, 600);
    }
  }
  return "";
}

// Puts canaries into every string, but for those of ids when `keep_ids`.
void Fill(Message& message, bool keep_ids) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool kept = keep_ids && IsId(*field);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !kept) {
      if (field->is_repeated()) {
        reflection.AddString(&message, field, Canary());
      } else {
        reflection.SetString(&message, field, Canary());
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map() &&
               field->message_type()->file()->package() != "google.protobuf") {
      Fill(field->is_repeated() ? *reflection.AddMessage(&message, field)
                                : *reflection.MutableMessage(&message, field),
           keep_ids);
    }
  }
}

// What gRPC says, of server and clients alike.
class GrpcLog {
 public:
  GrpcLog() {
    Text().clear();
    gpr_set_log_function([](gpr_log_func_args* line) {
      const std::lock_guard lock(Mutex());
      Text().append(line->message).append("\n");
    });
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_DEBUG);
  }
  ~GrpcLog() {
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
    gpr_set_log_function(nullptr);
  }
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;

  std::string Said() const {
    const std::lock_guard lock(Mutex());
    return Text();
  }

 private:
  static std::mutex& Mutex() {
    static std::mutex mutex;
    return mutex;
  }
  static std::string& Text() {
    static std::string text;
    return text;
  }
};

class CanaryTest : public testing::Test {
 protected:
  // The samples of every method, and of health, with every string filled in, by several callers.
  void AskEverything(const std::vector<Client>& clients) {
    std::vector<const MethodDescriptor*> methods = AllMethods();
    methods.push_back(google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
        "grpc.health.v1.Health.Check"));
    const CallOptions options{
        .metadata = {{"x-note", Canary()}, {"traceparent", Canary()}, {"note-bin", Canary()}}};
    for (const MethodDescriptor* method : methods) {
      for (const Client& client : clients) {
        for (const bool keep_ids : {true, false}) {
          const auto request =
              method == methods.back() ? New(*method->input_type()) : Sample(*method, account_);
          Fill(*request, keep_ids);
          Invoke(client, *method, *request, options);
          ++calls_;
        }
      }
    }
  }

  // Calls that are carried out; returns the id of a user.
  std::string DoEverything();

  GrpcLog grpc_;
  LogFile log_;
  TestServer server_{{}, std::nullopt, log_.get()};
  const SampleAccount account_{server_};
  const Home& home_ = account_.home;
  int calls_ = 0;
};

identity::v1::UserProfile Bird() {
  identity::v1::UserProfile profile;
  profile.set_full_name(Canary() + " Bird");
  profile.set_given_name(Canary());
  profile.set_family_name(Canary());
  profile.set_title(Canary());
  profile.set_email(Canary() + "@" + kMarker + ".example");
  profile.set_user_name(Canary());
  return profile;
}

std::string CanaryTest::DoEverything() {
  auto create = In<identity::v1::CreateUserRequest>(home_.id);
  *create.mutable_profile() = Bird();
  create.add_roles("viewer");
  create.set_request_id(kRequestId);
  const std::string user_id = home_.Create(create);
  EXPECT_EQ(home_.Create(create), user_id);  // a repeat
  auto again = create;
  again.clear_request_id();
  EXPECT_EQ(home_.client.Call(again).result.reason, "EMAIL_TAKEN");
  again.set_request_id(kRequestId);
  again.mutable_profile()->set_title("another");
  EXPECT_EQ(home_.client.Call(again).result.reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(Try(home_.client, Update(home_.id, user_id, "full_name", Canary())), "OK");
  auto by_email = In<identity::v1::GetUserRequest>(home_.id);
  by_email.set_email(create.profile().email());
  EXPECT_EQ(home_.client.Call(by_email).Text(), "OK");
  EXPECT_EQ(ImportFile(home_.client, FourColumns(home_.id),
                       Rows(kMarker, 3, "viewer") + Rows(kMarker, 2, kMarker) + "\"" + kMarker)
                .result.reason,
            "MALFORMED_CSV");
  EXPECT_EQ(ImportFile(home_.client, FourColumns(home_.id),
                       Rows(kMarker, 3, "viewer") + Rows("x", 2, kMarker))
                .summary.created(),
            3u);
  auto service = In<identity::v1::CreateServiceAccountRequest>(home_.id);
  service.set_name(Canary());
  EXPECT_EQ(Try(home_.client, service), "OK");
  auto bind = In<identity::v1::BindCertificateRequest>(home_.id);
  bind.set_service_account_id(home_.NewService({}).service_account_id);
  bind.set_identity("spiffe://example.org/" + Canary());
  EXPECT_EQ(home_.client.Call(bind).result.reason, "CERTIFICATE_NOT_PROVEN");
  EXPECT_EQ(Try(server_.op(), bind), "OK");
  auto delegate = In<identity::v1::SetCertificatePrefixesRequest>(home_.id);
  delegate.add_prefixes("spiffe://example.org/" + Canary() + "/");
  EXPECT_EQ(Try(server_.op(), delegate), "OK");
  EXPECT_EQ(Try(home_.client, About<identity::v1::DeleteUserRequest>(home_.id, user_id)), "OK");
  EXPECT_EQ(home_.client.Call(again).result.reason, "REQUEST_ID_REUSED");
  auto erase = About<identity::v1::EraseUserRequest>(home_.id, user_id);
  EXPECT_EQ(home_.client.Call(erase).result.reason, "INVALID_FIELDS");
  return home_.Create("left", {"viewer"});
}

TEST_F(CanaryTest, NothingOfACallIsInLogsOrMetrics) {
  const std::string user_id = DoEverything();
  AskEverything({home_.client, server_.op(), server_.Anonymous(), server_.op().As(Canary())});
  EXPECT_GT(calls_, 200);
  const std::vector<std::string> secrets = {kMarker, home_.client.token(), server_.op().token()};
  const std::string metrics = HttpGet(server_.server().metrics_port(), "/metrics");
  EXPECT_GT(log_.calls(), 150u);
  EXPECT_EQ(FoundIn(log_.Text(), secrets), "");
  EXPECT_EQ(FoundIn(metrics, secrets), "");
  EXPECT_EQ(FoundIn(grpc_.Said(), secrets), "");
  // Nor does what names a person or an account become a label.
  EXPECT_EQ(FoundIn(metrics, {user_id, home_.id, "left@example.org"}), "");
}

// What would be missed is not.
TEST(CanarySearchTest, FindsEveryDisguise) {
  const std::string secret = kMarker;
  for (const std::string& text :
       {secret, absl::AsciiStrToUpper(secret), absl::BytesToHexString("a" + secret + "b"),
        absl::Base64Escape(secret), absl::Base64Escape("a" + secret),
        absl::Base64Escape("ab" + secret + "c"), absl::WebSafeBase64Escape("abc" + secret),
        absl::Base64Escape(absl::AsciiStrToLower("ab" + secret))}) {
    EXPECT_NE(FoundIn("before " + text + " behind", {secret}), "") << text;
  }
  EXPECT_EQ(FoundIn("QxzCanar yBird", {secret}), "");
}

}  // namespace
}  // namespace roster::api_test
