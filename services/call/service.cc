#include "services/call/service.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/impl/codegen/rpc_service_method.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "services/call/stream.h"
#include "services/call/unary.h"

namespace roster::services {
namespace {

using grpc::ByteBuffer;
using grpc::CallbackServerContext;
using grpc::internal::CallbackBidiHandler;
using grpc::internal::CallbackUnaryHandler;
using grpc::internal::MethodHandler;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

class Service final : public grpc::Service {
 public:
  Service(const Engine& engine, Methods methods) : methods_(std::move(methods)) {
    paths_.reserve(methods_.size());  // gRPC keeps pointers to the paths
    for (size_t i = 0; i < methods_.size(); ++i) {
      const Method& method = methods_[i];
      const auto type = method.handler.stream ? RpcMethod::BIDI_STREAMING : RpcMethod::NORMAL_RPC;
      paths_.push_back(absl::StrCat("/", method.full_name));
      AddMethod(new RpcServiceMethod(paths_.back().c_str(), type, nullptr));
      MarkMethodRawCallback(static_cast<int>(i), HandlerOf(engine, method));
    }
  }

 private:
  // gRPC takes ownership.
  static MethodHandler* HandlerOf(const Engine& engine, const Method& method) {
    if (method.handler.stream) {
      return new CallbackBidiHandler<ByteBuffer, ByteBuffer>(
          [&engine, &method](CallbackServerContext* context) {
            return RunStream({.engine = engine, .method = method, .context = *context});
          });
    }
    return new CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
        [&engine, &method](CallbackServerContext* context, const ByteBuffer* request,
                           ByteBuffer* response) {
          return RunUnary(engine, method, *context, *request, *response);
        });
  }

  const Methods methods_;
  std::vector<std::string> paths_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewService(const Engine& engine, Methods methods) {
  return std::make_unique<Service>(engine, std::move(methods));
}

}  // namespace roster::services
