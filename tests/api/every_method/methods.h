// The methods of the API as their descriptors have them, and calls of any of them.

#ifndef ROSTER_TESTS_API_EVERY_METHOD_METHODS_H_
#define ROSTER_TESTS_API_EVERY_METHOD_METHODS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "roster/authorization/v1/rule.pb.h"
#include "tests/support/client.h"

namespace roster::api_test {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// All methods of all services of the API.
const std::vector<const MethodDescriptor*>& AllMethods();

// Those of which the request itself has this field: queries have at_least_position, unary commands
// validate_only.
std::vector<const MethodDescriptor*> MethodsWith(const std::string& field);

bool IsUnary(const MethodDescriptor& method);
authorization::v1::Rule RuleOf(const MethodDescriptor& method);

// An empty message.
std::unique_ptr<Message> New(const Descriptor& type);

// What was told by a call: one message, or those of a stream.
struct Reply {
  Result result;
  std::vector<std::unique_ptr<Message>> messages;

  std::string Text() const { return result.Text(); }
  const Message& message() const { return *messages.at(0); }
};

// A stream gets the request as its first message and `rest`, unless null, as its last.
Reply Invoke(const Client& client, const MethodDescriptor& method, const Message& request,
             const CallOptions& options = {}, const Message* rest = nullptr);

// Fields by name. Throws std::logic_error when the message has no such field.
void SetText(Message& message, const std::string& field, const std::string& value);
std::string GetText(const Message& message, const std::string& field);
void SetNumber(Message& message, const std::string& field, uint64_t value);
uint64_t GetNumber(const Message& message, const std::string& field);
void SetFlag(Message& message, const std::string& field, bool value);
bool GetFlag(const Message& message, const std::string& field);

// The message in this field, created where it is not set.
Message& Inner(Message& message, const std::string& field);

// What every list of the account has, as the client sees it.
std::string AllLists(const Client& client, const std::string& account_id);

// Whether a field holds an id, or several.
bool IsId(const FieldDescriptor& field);

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_API_EVERY_METHOD_METHODS_H_
