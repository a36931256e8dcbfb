#include "services/call/unary.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "domain/base/refusal.h"
#include "google/protobuf/arena.h"
#include "services/call/wire.h"
#include "services/transport/status.h"

namespace roster::services {
namespace {

using google::protobuf::Arena;
using google::protobuf::ArenaOptions;
using google::protobuf::Message;

class UnaryCall final : public grpc::ServerUnaryReactor, public Call {
 public:
  UnaryCall(const Method& method, Capacity& capacity, grpc::CallbackServerContext& context,
            const grpc::ByteBuffer& request, grpc::ByteBuffer& response)
      : permit_(capacity),
        context_(context),
        arena_(FirstBlock()),
        request_(*method.request->New(&arena_)),
        response_(*method.response->New(&arena_)),
        response_bytes_(response) {
    arrival_ = capacity.full() ? domain::Refuse(domain::Reason::kOverloaded)
                               : Parse(request, method, request_);
    bytes_ = request.Length() + arena_.SpaceAllocated();
  }

  const absl::Status& arrival() const override { return arrival_; }
  bool CountFor(const storage::Holder& holder) override {
    return permit_.AcquireFor(holder, bytes_);
  }
  Credentials credentials() const override { return CredentialsOf(context_); }
  absl::Time deadline() const override { return absl::FromChrono(context_.deadline()); }
  const Message& request() const override { return request_; }
  Message& response() override { return response_; }
  std::optional<TraceContext> trace() const override { return TraceOf(context_); }
  std::string peer() const override { return context_.peer(); }
  void Answer(const absl::Status& status) override {
    if (status.ok()) response_bytes_ = Serialize(response_);
    permit_.AddBytes(response_bytes_.Length());  // until the caller takes it
    Finish(ToGrpc(status));
  }

  // gRPC hands OnDone over to another thread unless it is told that there is little to do, which
  // costs a quarter of a Check. It calls this its own, and its own reactors do the same; a gRPC
  // that no longer asks does not compile here.
  bool InternalInlineable() override { return true; }

 private:
  void OnDone() override { delete this; }

  ArenaOptions FirstBlock() {
    ArenaOptions options;
    options.initial_block = first_block_.data();
    options.initial_block_size = first_block_.size();
    return options;
  }

  Permit permit_;
  std::size_t bytes_ = 0;  // that the request takes
  grpc::CallbackServerContext& context_;
  // Holds the messages of most calls, so that they need no other memory.
  alignas(std::max_align_t) std::array<char, 1024> first_block_;
  Arena arena_;
  Message& request_;
  Message& response_;
  grpc::ByteBuffer& response_bytes_;
  absl::Status arrival_;
};

}  // namespace

grpc::ServerUnaryReactor* RunUnary(const Engine& engine, const Method& method,
                                   grpc::CallbackServerContext& context,
                                   const grpc::ByteBuffer& request, grpc::ByteBuffer& response) {
  auto* call = new UnaryCall(method, engine.dependencies().calls, context, request,
                             response);  // deletes itself when it is done
  engine.Run(method, *call);
  return call;
}

}  // namespace roster::services
