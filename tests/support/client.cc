#include "tests/support/client.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <iterator>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/api_services.h"
#include "services/transport/violation_reason.h"
#include "tests/support/plumbing_support.h"

namespace roster::api_test {
namespace {

using google::protobuf::Message;

constexpr absl::Duration kStreamDeadline = absl::Seconds(60);

// By the number of the code.
constexpr const char* kCodes[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

grpc::ByteBuffer ToBuffer(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

bool FromBuffer(const grpc::ByteBuffer& buffer, Message& message) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return false;
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message.ParseFromString(bytes);
}

void Prepare(grpc::ClientContext& context, const std::string& token, const CallOptions& options) {
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.deadline));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  for (const auto& [key, value] : options.metadata) context.AddMetadata(key, value);
}

Result ToResult(const grpc::Status& status) {
  Result result;
  result.code = CodeName(status.error_code());
  result.message = status.error_message();
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    if (detail.UnpackTo(&info)) {
      result.domain = info.domain();
      result.reason = info.reason();
      result.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (detail.UnpackTo(&bad)) {
      for (const auto& violation : bad.field_violations()) {
        result.violations[violation.field()] = services::ReasonOf(violation);
        result.descriptions[violation.field()] = violation.description();
      }
    }
  }
  return result;
}

// Drives a call through a completion queue of its own, one operation after the other.
class Stream final : public MessageStream {
 public:
  Stream(grpc::GenericStub& stub, const std::string& method, const std::string& token) {
    Prepare(context_, token, {.metadata = {}, .deadline = kStreamDeadline});
    call_ = stub.PrepareCall(&context_, method, &queue_);
    call_->StartCall(this);
    Next();
  }
  ~Stream() override { queue_.Shutdown(); }

  bool Send(const Message& message) override {
    call_->Write(ToBuffer(message), this);
    return Next();
  }
  void HalfClose() override {
    call_->WritesDone(this);
    Next();
  }
  bool Receive(Message& message) override {
    grpc::ByteBuffer buffer;
    call_->Read(&buffer, this);
    return Next() && FromBuffer(buffer, message);
  }
  Result Finish() override {
    grpc::Status status;
    call_->Finish(&status, this);
    Next();
    return ToResult(status);
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

template <typename Map>
std::string Joined(const Map& map) {
  return absl::StrJoin(map, ", ", absl::PairFormatter(": "));
}

}  // namespace

class Client::Connection {
 public:
  explicit Connection(std::shared_ptr<grpc::Channel> to) : channel(std::move(to)), stub(channel) {}

  const std::shared_ptr<grpc::Channel> channel;
  grpc::GenericStub stub;
};

std::string CodeName(int code) {
  const auto index = static_cast<size_t>(code);
  return index < std::size(kCodes) ? kCodes[index] : std::to_string(code);
}

std::string Result::Text() const {
  std::string text = code;
  if (!reason.empty()) absl::StrAppend(&text, " ", reason);
  if (!metadata.empty()) absl::StrAppend(&text, " {", Joined(metadata), "}");
  if (!violations.empty()) absl::StrAppend(&text, " [", Joined(violations), "]");
  if (!ok() && reason.empty()) absl::StrAppend(&text, " \"", message, "\"");
  return text;
}

Result Client::Invoke(const std::string& method, const Message& request, Message& response,
                      const CallOptions& options) const {
  grpc::ClientContext context;
  Prepare(context, token_, options);
  const grpc::ByteBuffer sent = ToBuffer(request);
  grpc::ByteBuffer received;
  std::promise<grpc::Status> done;
  connection_->stub.UnaryCall(&context, "/" + method, {}, &sent, &received,
                              [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  if (status.ok() && !FromBuffer(received, response)) return {.code = "DATA_LOSS"};
  return ToResult(status);
}

absl::Status Result::ToStatus() const {
  const auto* found = std::find(std::begin(kCodes), std::end(kCodes), code);
  const auto number = found == std::end(kCodes) ? static_cast<int>(absl::StatusCode::kUnknown)
                                                : static_cast<int>(found - std::begin(kCodes));
  return absl::Status(static_cast<absl::StatusCode>(number),
                      reason.empty() ? message : absl::StrCat(reason, ": ", message));
}

bool Client::AwaitConnected(absl::Duration timeout) const {
  return connection_->channel->WaitForConnected(absl::ToChronoTime(absl::Now() + timeout));
}

std::unique_ptr<MessageStream> Client::Open(const std::string& method) const {
  return std::make_unique<Stream>(connection_->stub, "/" + method, token_);
}

// buf's naming rules make the name of a request that of its method; a package has one service.
std::string Client::MethodOf(const google::protobuf::Descriptor& request) {
  for (const std::string service : services::kApiServices) {
    const auto* found = request.file()->pool()->FindServiceByName(service);
    for (int i = 0; found != nullptr && i < found->method_count(); ++i) {
      const auto& method = *found->method(i);
      if (method.input_type() == &request) return absl::StrCat(service, "/", method.name());
    }
  }
  throw std::logic_error("no service of kApiServices takes " + request.full_name());
}

Client Connect(uint16_t port, const std::string& token, const std::string& certificate_pem,
               const std::optional<services::TlsIdentity>& client) {
  const auto channel = certificate_pem.empty()
                           ? services::PlaintextChannel(port)
                           : services::TlsChannel(port, certificate_pem, client);
  return {std::make_shared<Client::Connection>(channel), token};
}

}  // namespace roster::api_test
