#include "tests/api/every_method/methods.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/api_services.h"

namespace roster::api_test {
namespace {

const FieldDescriptor& FieldOf(const Message& message, const std::string& field) {
  const auto* found = message.GetDescriptor()->FindFieldByName(field);
  if (found == nullptr) {
    throw std::logic_error(message.GetDescriptor()->full_name() + " has no field " + field);
  }
  return *found;
}

}  // namespace

const std::vector<const MethodDescriptor*>& AllMethods() {
  static const auto* all = [] {
    auto* methods = new std::vector<const MethodDescriptor*>;
    for (const char* name : services::kApiServices) {
      const auto* service =
          google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
      for (int i = 0; i < service->method_count(); ++i) methods->push_back(service->method(i));
    }
    return methods;
  }();
  return *all;
}

std::vector<const MethodDescriptor*> MethodsWith(const std::string& field) {
  std::vector<const MethodDescriptor*> found;
  for (const MethodDescriptor* method : AllMethods()) {
    if (method->input_type()->FindFieldByName(field) != nullptr) found.push_back(method);
  }
  EXPECT_FALSE(found.empty()) << field;
  return found;
}

bool IsUnary(const MethodDescriptor& method) {
  return !method.client_streaming() && !method.server_streaming();
}

authorization::v1::Rule RuleOf(const MethodDescriptor& method) {
  return method.options().GetExtension(authorization::v1::rule);
}

std::unique_ptr<Message> New(const Descriptor& type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

Reply Invoke(const Client& client, const MethodDescriptor& method, const Message& request,
             const CallOptions& options, const Message* rest) {
  const std::string name = absl::StrCat(method.service()->full_name(), "/", method.name());
  Reply reply;
  if (IsUnary(method)) {
    reply.messages.push_back(New(*method.output_type()));
    reply.result = client.Invoke(name, request, *reply.messages[0], options);
    return reply;
  }
  const auto stream = client.Open(name);
  if (stream->Send(request) && (rest == nullptr || stream->Send(*rest))) stream->HalfClose();
  for (auto next = New(*method.output_type()); stream->Receive(*next);
       next = New(*method.output_type())) {
    reply.messages.push_back(std::move(next));
  }
  reply.result = stream->Finish();
  return reply;
}

void SetText(Message& message, const std::string& field, const std::string& value) {
  message.GetReflection()->SetString(&message, &FieldOf(message, field), value);
}
std::string GetText(const Message& message, const std::string& field) {
  return message.GetReflection()->GetString(message, &FieldOf(message, field));
}
void SetNumber(Message& message, const std::string& field, uint64_t value) {
  message.GetReflection()->SetUInt64(&message, &FieldOf(message, field), value);
}
uint64_t GetNumber(const Message& message, const std::string& field) {
  return message.GetReflection()->GetUInt64(message, &FieldOf(message, field));
}
void SetFlag(Message& message, const std::string& field, bool value) {
  message.GetReflection()->SetBool(&message, &FieldOf(message, field), value);
}
bool GetFlag(const Message& message, const std::string& field) {
  return message.GetReflection()->GetBool(message, &FieldOf(message, field));
}

Message& Inner(Message& message, const std::string& field) {
  return *message.GetReflection()->MutableMessage(&message, &FieldOf(message, field));
}

std::string AllLists(const Client& client, const std::string& account_id) {
  std::string all;
  for (const MethodDescriptor* method : AllMethods()) {
    const auto request = New(*method->input_type());
    const auto set = [&](const std::string& field, const std::string& value) {
      const bool has = method->input_type()->FindFieldByName(field) != nullptr;
      if (has) SetText(*request, field, value);
      return has;
    };
    if (!absl::StartsWith(method->name(), "List") || !set("account_id", account_id)) continue;
    set("subject_id", account_id);
    if (method->input_type()->FindFieldByName("page_size") != nullptr) {
      request->GetReflection()->SetInt32(request.get(), &FieldOf(*request, "page_size"), 1000);
    }
    const Reply reply = Invoke(client, *method, *request);
    EXPECT_EQ(reply.Text(), "OK") << method->full_name();
    if (!reply.result.ok()) continue;
    const Message& response = reply.message();
    std::vector<const FieldDescriptor*> fields;
    response.GetReflection()->ListFields(response, &fields);
    for (const FieldDescriptor* field : fields) {
      if (!field->is_repeated()) continue;
      for (int i = 0; i < response.GetReflection()->FieldSize(response, field); ++i) {
        all += response.GetReflection()->GetRepeatedMessage(response, field, i).DebugString();
      }
    }
  }
  return all;
}

bool IsId(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING &&
         (absl::EndsWith(field.name(), "_id") || absl::EndsWith(field.name(), "_ids"));
}

}  // namespace roster::api_test
