#include "services/transport/reflection_service.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <utility>

#include "grpc/reflection/v1/reflection.grpc.pb.h"
#include "services/load/capacity.h"

namespace roster::services {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflection;
using Request = grpc::reflection::v1::ServerReflectionRequest;
using Response = grpc::reflection::v1::ServerReflectionResponse;

constexpr std::size_t kMaxStreams = 100;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

void SetError(Response& response, grpc::StatusCode code, const std::string& message) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

// The file and everything that it imports, each once.
std::vector<const FileDescriptor*> WithImports(const FileDescriptor& root) {
  std::vector<const FileDescriptor*> files = {&root};
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (int j = 0; j < files[i]->dependency_count(); ++j) {
      const FileDescriptor* import = files[i]->dependency(j);
      if (std::find(files.begin(), files.end(), import) == files.end()) files.push_back(import);
    }
  }
  return files;
}

void AddFile(const FileDescriptor* file, Response& response) {
  if (file == nullptr)
    return SetError(response, grpc::StatusCode::NOT_FOUND, "no such file or symbol");
  for (const FileDescriptor* each : WithImports(*file)) {
    FileDescriptorProto proto;
    each->CopyTo(&proto);
    each->CopyJsonNameTo(&proto);  // else clients would print the names of the proto
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(
        proto.SerializeAsString());
  }
}

void AddFileOfExtension(const grpc::reflection::v1::ExtensionRequest& request, Response& response) {
  const Descriptor* type = Pool().FindMessageTypeByName(request.containing_type());
  const FieldDescriptor* extension =
      type == nullptr ? nullptr : Pool().FindExtensionByNumber(type, request.extension_number());
  AddFile(extension == nullptr ? nullptr : extension->file(), response);
}

void AddExtensionNumbers(const std::string& type_name, Response& response) {
  const Descriptor* type = Pool().FindMessageTypeByName(type_name);
  if (type == nullptr) return SetError(response, grpc::StatusCode::NOT_FOUND, "no such type");
  std::vector<const FieldDescriptor*> extensions;
  Pool().FindAllExtensions(type, &extensions);
  auto& numbers = *response.mutable_all_extension_numbers_response();
  numbers.set_base_type_name(type_name);
  for (const FieldDescriptor* extension : extensions)
    numbers.add_extension_number(extension->number());
}

Response Answer(const Request& request, const std::vector<std::string>& service_names) {
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      AddFile(Pool().FindFileByName(request.file_by_filename()), response);
      break;
    case Request::kFileContainingSymbol:
      AddFile(Pool().FindFileContainingSymbol(request.file_containing_symbol()), response);
      break;
    case Request::kFileContainingExtension:
      AddFileOfExtension(request.file_containing_extension(), response);
      break;
    case Request::kAllExtensionNumbersOfType:
      AddExtensionNumbers(request.all_extension_numbers_of_type(), response);
      break;
    case Request::kListServices:
      for (const std::string& name : service_names) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      break;
    case Request::MESSAGE_REQUEST_NOT_SET:
      SetError(response, grpc::StatusCode::INVALID_ARGUMENT, "the request asks nothing");
      break;
  }
  return response;
}

// Reads one request, writes its answer, and so on: never two operations at a time, so nothing needs
// a lock.
class Stream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  Stream(const std::vector<std::string>& service_names, Capacity& open)
      : service_names_(service_names), permit_(open) {
    if (permit_.Acquire()) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many streams"));
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_ = Answer(request_, service_names_);
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    StartRead(&request_);
  }

  void OnDone() override { delete this; }

 private:
  const std::vector<std::string>& service_names_;
  Permit permit_;
  Request request_;
  Response response_;
};

}  // namespace

class ReflectionService::Impl final : public ServerReflection::CallbackService {
 public:
  explicit Impl(std::vector<std::string> service_names)
      : service_names_(std::move(service_names)) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* /*context*/) override {
    return new Stream(service_names_, open_);
  }

 private:
  const std::vector<std::string> service_names_;
  Capacity open_{{.calls = kMaxStreams}};
};

ReflectionService::ReflectionService(std::vector<std::string> service_names)
    : impl_(std::make_unique<Impl>(std::move(service_names))) {}

ReflectionService::~ReflectionService() = default;

grpc::Service& ReflectionService::service() { return *impl_; }

}  // namespace roster::services
