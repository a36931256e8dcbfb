#include "services/transport/reflection_service.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "services/transport/health_service.h"
#include "services/transport/listener.h"
#include "tests/support/plumbing_support.h"
#include "tests/support/plumbing_test.pb.h"

namespace roster::services {
namespace {

using grpc::reflection::v1::ServerReflection;
using Request = grpc::reflection::v1::ServerReflectionRequest;
using Response = grpc::reflection::v1::ServerReflectionResponse;
using Names = std::vector<std::string>;

constexpr const char* kHealthFile = "grpc/health/v1/health.proto";
constexpr const char* kReflectionV1 = "grpc.reflection.v1.ServerReflection";

// v1alpha and v1 are the same messages on the wire; only the name of the service differs.
std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> OpenV1Alpha(
    const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context) {
  const grpc::internal::RpcMethod method(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
      grpc::internal::RpcMethod::BIDI_STREAMING);
  return std::unique_ptr<grpc::ClientReaderWriter<Request, Response>>(
      grpc::internal::ClientReaderWriterFactory<Request, Response>::Create(channel.get(), method,
                                                                           &context));
}

class ReflectionServiceTest : public testing::TestWithParam<bool> {
 protected:
  ReflectionServiceTest()
      : health_({}), reflection_({"grpc.health.v1.Health", kReflectionV1, "roster.test.v1.Thing"}) {
    ListenerConfig config{.address = kAnyPort,
                          .services = {&health_.service(), &reflection_.service()}};
    config.reflection_v1alpha = GetParam();
    config.limits.concurrent_streams = 1000;  // for more streams than the service takes
    auto listener = Listener::Start(config);
    EXPECT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
    channel_ = PlaintextChannel(listener_->port());
    SetTestDeadline(context_);
    stream_ = ServerReflection::NewStub(channel_)->ServerReflectionInfo(&context_);
  }

  // All questions of a test go through one stream, so an error must leave it open.
  Response Ask(const Request& request) {
    Response response;
    EXPECT_TRUE(stream_->Write(request) && stream_->Read(&response)) << request.DebugString();
    EXPECT_EQ(response.original_request().SerializeAsString(), request.SerializeAsString());
    return response;
  }

  HealthService health_;
  ReflectionService reflection_;
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
};

Names FilesOf(const Response& response) {
  Names names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

Names ServicesOf(const Response& response) {
  Names names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  return names;
}

TEST_P(ReflectionServiceTest, ListsTheServicesHandedIn) {
  Request request;
  request.set_host("a host");
  request.set_list_services("");
  const Response response = Ask(request);
  EXPECT_EQ(ServicesOf(response),
            (Names{"grpc.health.v1.Health", kReflectionV1, "roster.test.v1.Thing"}));
  EXPECT_EQ(response.valid_host(), "a host");
}

TEST_P(ReflectionServiceTest, FindsFilesByNameAndSymbol) {
  Request request;
  request.set_file_by_filename(kHealthFile);
  EXPECT_EQ(FilesOf(Ask(request)), Names{kHealthFile});
  for (const char* symbol : {"grpc.health.v1.Health", "grpc.health.v1.Health.Watch",
                             "grpc.health.v1.HealthCheckResponse.ServingStatus"}) {
    request.set_file_containing_symbol(symbol);
    EXPECT_EQ(FilesOf(Ask(request)), Names{kHealthFile}) << symbol;
  }
}

TEST_P(ReflectionServiceTest, FileComesFirstAndItsImportsOnceEach) {
  Request request;
  request.set_file_containing_symbol("roster.test.v1.Importing");
  EXPECT_EQ(FilesOf(Ask(request)),
            (Names{"tests/support/plumbing_test.proto", "google/protobuf/api.proto",
                   "google/protobuf/type.proto", "google/protobuf/source_context.proto",
                   "google/protobuf/any.proto"}));
}

TEST_P(ReflectionServiceTest, FindsExtensions) {
  ASSERT_EQ(test::v1::note.number(), 101);  // links the file
  Request request;
  request.mutable_file_containing_extension()->set_containing_type("roster.test.v1.Extendable");
  request.mutable_file_containing_extension()->set_extension_number(101);
  EXPECT_EQ(FilesOf(Ask(request)).at(0), "tests/support/plumbing_test.proto");

  request.set_all_extension_numbers_of_type("roster.test.v1.Extendable");
  const Response response = Ask(request);
  const auto& answer = response.all_extension_numbers_response();
  EXPECT_EQ(answer.base_type_name(), "roster.test.v1.Extendable");
  std::vector<int> numbers(answer.extension_number().begin(), answer.extension_number().end());
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(numbers, (std::vector<int>{101, 150}));
}

TEST_P(ReflectionServiceTest, WhatIsNotThereIsAnErrorOnAnOpenStream) {
  std::vector<Request> requests(5);
  requests[0].set_file_by_filename("no/such.proto");
  requests[1].set_file_containing_symbol("grpc.health.v1.Wealth");
  requests[2].mutable_file_containing_extension()->set_containing_type("no.Type");
  requests[3].mutable_file_containing_extension()->set_containing_type("roster.test.v1.Extendable");
  requests[3].mutable_file_containing_extension()->set_extension_number(102);
  requests[4].set_all_extension_numbers_of_type("no.Type");
  for (const Request& request : requests) {
    EXPECT_EQ(Ask(request).error_response().error_code(), grpc::StatusCode::NOT_FOUND)
        << request.DebugString();
  }
  EXPECT_EQ(Ask(Request()).error_response().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  stream_->WritesDone();
  EXPECT_TRUE(stream_->Finish().ok());
}

TEST_P(ReflectionServiceTest, V1AlphaIsThereOnlyWhenWanted) {
  grpc::ClientContext context;
  SetTestDeadline(context);
  const auto stream = OpenV1Alpha(channel_, context);
  Request request;
  request.set_list_services("");
  Response response;
  stream->Write(request);
  const bool answered = stream->Read(&response);
  stream->WritesDone();
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(answered, GetParam());
  EXPECT_EQ(status.error_code(),
            GetParam() ? grpc::StatusCode::OK : grpc::StatusCode::UNIMPLEMENTED);
  const Names names = ServicesOf(response);
  EXPECT_EQ(std::count(names.begin(), names.end(), kReflectionV1), GetParam() ? 1 : 0);
}

TEST_P(ReflectionServiceTest, StreamsAreLimited) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<Request, Response>>> streams;
  Request request;
  request.set_list_services("");
  const auto open = [&] {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    SetTestDeadline(*contexts.back());
    streams.push_back(GetParam() ? OpenV1Alpha(channel_, *contexts.back())
                                 : ServerReflection::NewStub(channel_)->ServerReflectionInfo(
                                       contexts.back().get()));
    Response response;
    return streams.back()->Write(request) && streams.back()->Read(&response);
  };
  while (open()) ASSERT_LE(streams.size(), 100u);
  EXPECT_EQ(streams.back()->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_GE(streams.size(), GetParam() ? 16u : 99u);
  for (const auto& context : contexts) context->TryCancel();
}

INSTANTIATE_TEST_SUITE_P(Builtin, ReflectionServiceTest, testing::Bool(), [](const auto& info) {
  return info.param ? "WithV1Alpha" : "WithoutV1Alpha";
});

}  // namespace
}  // namespace roster::services
