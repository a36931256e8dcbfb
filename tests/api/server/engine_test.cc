// What a call may do after it has waited for its turn: the engine itself, over a store, with a call
// that is not gRPC's and threads that the test holds.

#include "services/call/engine.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>

#include "domain/base/refusal.h"
#include "google/protobuf/text_format.h"
#include "roster/audit/v1/event.pb.h"
#include "services/audit/handlers.h"
#include "services/store_commands.h"
#include "storage/crypto/sha256.h"
#include "storage/store/store.h"
#include "tests/support/temp_directory.h"

namespace roster::api_test {
namespace {

constexpr char kAccount[] = "acme";
constexpr char kToken[] = "roster_sa_token";

class FakeCall final : public services::Call {
 public:
  FakeCall() {
    request_.set_account_id(kAccount);
    request_.set_subject_id(kAccount);
  }
  services::Credentials credentials() const override {
    return {.authorization = {authorization_}, .certificate_names = {}};
  }
  absl::Time deadline() const override { return absl::InfiniteFuture(); }
  std::optional<services::TraceContext> trace() const override { return std::nullopt; }
  const absl::Status& arrival() const override { return arrival_; }
  bool CountFor(const storage::Holder& /*holder*/) override { return true; }
  const google::protobuf::Message& request() const override { return request_; }
  google::protobuf::Message& response() override { return response_; }
  std::string peer() const override { return ""; }
  void Answer(const absl::Status& status) override { answer_.set_value(status); }

  // "OK", or the reason of the refusal, when it is answered.
  std::string Answered() {
    const absl::Status status = answer_.get_future().get();
    return status.ok() ? "OK" : domain::ReasonOf(status);
  }

 private:
  const std::string authorization_ = std::string("Bearer ") + kToken;
  const absl::Status arrival_;
  audit::v1::ListEventsRequest request_;
  audit::v1::ListEventsResponse response_;
  std::promise<absl::Status> answer_;
};

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    Commit(Of("account_created { account_id: 'acme' preset: PRESET_ROLE_MATRIX }"));
    Commit(Of("service_account_created { service_account_id: 'auditor' roles: 'auditor' }"));
    event::v1::Event issued;
    issued.mutable_service_token_issued()->set_service_account_id("auditor");
    issued.mutable_service_token_issued()->set_token_id("t");
    issued.mutable_service_token_issued()->set_token_hash(storage::Sha256(kToken));
    Commit(issued);
  }

  std::unique_ptr<storage::Store> Open() {
    const auto paths = storage::StorePaths::Beside(directory_ / "data");
    EXPECT_TRUE(services::InitStore(paths, absl::Now()).ok());
    auto store = storage::OpenStore({.paths = paths}, [](std::string_view) {});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  void Commit(const event::v1::Event& event) {
    std::promise<void> done;
    pipeline_.Submit({.account_id = kAccount,
                      .caller = {},
                      .method = "test",
                      .decide = [&](const domain::World&,
                                    const domain::Caller&) { return domain::Events{event}; },
                      .reply = nullptr,
                      .done = [&](const storage::Outcome&) { done.set_value(); }});
    done.get_future().get();
  }
  static event::v1::Event Of(const std::string& text) {
    event::v1::Event event;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &event)) << text;
    return event;
  }

  // How a call ends that waits for a thread while `event` is committed.
  std::string AnswerAfter(const std::optional<event::v1::Event>& event) {
    std::promise<void> release;
    readers_.Run({}, [&] { release.get_future().get(); });
    FakeCall call;
    engine_.Run(methods_.at(0), call);
    if (event) Commit(*event);
    release.set_value();
    return call.Answered();
  }

  const test::TempDirectory directory_;
  const std::unique_ptr<storage::Store> store_ = Open();
  storage::Pipeline pipeline_{store_->log(), store_->views(), store_->vault(), {}};
  services::IdSource ids_{[] { return absl::Now(); }};
  services::Metrics metrics_;
  services::Logger logger_{stderr, services::Level::kError};
  services::RefusalLog overload_log_{logger_, "overloaded", 0};
  services::RefusalLog refusal_log_{logger_, "many refusals", 1000};
  services::Capacity calls_{{.calls = 10}};
  services::Capacity waits_{{.calls = 10}};
  services::ThreadPool readers_{1, 10};
  services::ThreadPool importers_{1, 10};
  const services::Engine engine_{{.page_key = storage::SecretKey::Random(),
                                  .request_hash_key = storage::SecretKey::Random(),
                                  .pipeline = pipeline_,
                                  .log = store_->log(),
                                  .ids = ids_,
                                  .metrics = metrics_,
                                  .logger = logger_,
                                  .overload_log = overload_log_,
                                  .refusal_log = refusal_log_,
                                  .calls = calls_,
                                  .waits = waits_,
                                  .readers = readers_,
                                  .importers = importers_,
                                  .clock = [] { return absl::Now(); },
                                  .stream_silence = absl::Seconds(30)}};
  // ListEvents: a query that waits for a thread.
  const services::Methods methods_ =
      services::ReadMethods(*google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
                                "roster.audit.v1.AuditService"),
                            services::AuditHandlers(), metrics_)
          .value();
};

TEST_F(EngineTest, AH6_RevokedWhileItWaitsForAThread) {
  event::v1::Event revoked;
  revoked.mutable_service_token_revoked()->set_service_account_id("auditor");
  revoked.mutable_service_token_revoked()->set_token_id("t");
  revoked.mutable_service_token_revoked()->set_token_hash(storage::Sha256(kToken));
  EXPECT_EQ(AnswerAfter(std::nullopt), "OK");
  EXPECT_EQ(AnswerAfter(Of("role_changed { user_id: 'nobody' to: 'viewer' }")), "OK");
  EXPECT_EQ(AnswerAfter(revoked), "UNAUTHENTICATED");
}

TEST_F(EngineTest, AH6_DisabledWhileItWaitsForAThread) {
  EXPECT_EQ(AnswerAfter(Of("service_account_disabled { service_account_id: 'auditor' }")),
            "UNAUTHENTICATED");
}

}  // namespace
}  // namespace roster::api_test
