// No request costs more than its limits allow, whatever stands in it. (AC1)

#include "services/method/bounds.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "roster/limit/v1/limit.pb.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::UnknownFieldSet;
using identity::v1::GetUserRequest;
using identity::v1::ListUsersRequest;
using identity::v1::UpdateUserRequest;

UnknownFieldSet& UnknownOf(Message& message) {
  return *message.GetReflection()->MutableUnknownFields(&message);
}

constexpr int kPaths = 100'000;
constexpr int kForeignItems = 100;
constexpr size_t kTextBytes = 4096;

class BoundsTest : public testing::Test {
 protected:
  std::string Ask(const MethodDescriptor& method, const Message& request) const {
    return Invoke(account_.Authorized(method), method, request).Text();
  }

  // Calls `visit` for each field of the type and of the types in it, with the names that lead
  // there.
  void EachField(const Descriptor& type, const std::vector<std::string>& path,
                 const std::function<void(const std::vector<std::string>&, const FieldDescriptor&)>&
                     visit) const {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      visit(path, field);
      if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field.is_repeated()) continue;
      std::vector<std::string> inner = path;
      inner.push_back(field.name());
      EachField(*field.message_type(), inner, visit);
    }
  }

  static Message& At(Message& request, const std::vector<std::string>& path) {
    Message* message = &request;
    for (const std::string& name : path) message = &Inner(*message, name);
    return *message;
  }

  static std::string Wrong(const std::vector<std::string>& path, const std::string& field) {
    std::vector<std::string> all = path;
    all.push_back(field);
    return absl::StrCat("INVALID_ARGUMENT INVALID_FIELDS [", absl::StrJoin(all, "."),
                        ": INVALID_VALUE]");
  }

  const SampleAccount account_;
};

void AddItem(Message& message, const FieldDescriptor& field) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    message.GetReflection()->AddMessage(&message, &field);
  } else {
    message.GetReflection()->AddString(&message, &field, "x");
  }
}

// Fields that tests can fill with one item more than they may have.
TEST_F(BoundsTest, EveryRepeatedFieldHasALimit) {
  int tested = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    EachField(*method->input_type(), {}, [&](const auto& path, const FieldDescriptor& field) {
      if (!field.is_repeated()) return;
      const int limit = field.options().HasExtension(limit::v1::max_items)
                            ? static_cast<int>(field.options().GetExtension(limit::v1::max_items))
                            : kForeignItems;
      const auto request = Sample(*method, account_);
      Message& message = At(*request, path);
      message.GetReflection()->ClearField(&message, &field);
      for (int i = 0; i <= limit; ++i) AddItem(message, field);
      EXPECT_EQ(Ask(*method, *request), Wrong(path, field.name())) << method->full_name();
      ++tested;
    });
  }
  EXPECT_GE(tested, 9);
}

TEST_F(BoundsTest, EveryTextHasALimit) {
  int tested = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    EachField(*method->input_type(), {}, [&](const auto& path, const FieldDescriptor& field) {
      if (field.type() != FieldDescriptor::TYPE_STRING || field.is_repeated()) return;
      const auto request = Sample(*method, account_);
      SetText(At(*request, path), field.name(), std::string(kTextBytes + 1, 'x'));
      EXPECT_EQ(Ask(*method, *request), Wrong(path, field.name())) << method->full_name();
      ++tested;
    });
  }
  EXPECT_GE(tested, 80);
}

TEST_F(BoundsTest, UnknownFieldsAreFew) {
  for (const MethodDescriptor* method : AllMethods()) {
    const auto request = Sample(*method, account_);
    UnknownFieldSet& unknown = UnknownOf(*request);
    for (int i = 0; i < 101; ++i) unknown.AddVarint(5000 + i, 1);
    EXPECT_EQ(Ask(*method, *request), "INVALID_ARGUMENT MALFORMED_REQUEST") << method->full_name();
    unknown.Clear();
    unknown.AddGroup(5000)->AddVarint(1, 1);
    EXPECT_EQ(Ask(*method, *request), "INVALID_ARGUMENT MALFORMED_REQUEST") << method->full_name();
  }
}

// What a newer client says more is not looked at.
TEST_F(BoundsTest, SomeUnknownFieldsAreIgnored) {
  auto request = About<GetUserRequest>(account_.home.id, account_.user_id);
  UnknownFieldSet& unknown = UnknownOf(request);
  for (int i = 0; i < 25; ++i) {
    unknown.AddVarint(5000, 1);
    unknown.AddFixed32(5001, 1);
    unknown.AddFixed64(5002, 1);
    unknown.AddLengthDelimited(5003, "more");
  }
  EXPECT_EQ(account_.home.client.Call(request).Text(), "OK");
}

// Of a message that comes twice the parser would join the items, and so pass each limit.
TEST_F(BoundsTest, AMessageStandsThereOnce) {
  auto request = About<GetUserRequest>(account_.home.id, account_.user_id);
  FieldMask mask;
  mask.add_paths("status");
  UnknownFieldSet& twice = UnknownOf(request);
  twice.AddLengthDelimited(GetUserRequest::kReadMaskFieldNumber, mask.SerializeAsString());
  EXPECT_EQ(account_.home.client.Call(request).Text(), "OK");
  twice.AddLengthDelimited(GetUserRequest::kReadMaskFieldNumber, mask.SerializeAsString());
  EXPECT_EQ(account_.home.client.Call(request).Text(), "INVALID_ARGUMENT MALFORMED_REQUEST");
}

// A known number with another wire type is an unknown field to the parser, which keeps each.
TEST_F(BoundsTest, KnownNumbersOfAnotherTypeAreUnknown) {
  auto request = About<GetUserRequest>(account_.home.id, account_.user_id);
  UnknownFieldSet& unknown = UnknownOf(request);
  for (int i = 0; i < 101; ++i) unknown.AddVarint(GetUserRequest::kReadMaskFieldNumber, 1);
  EXPECT_EQ(account_.home.client.Call(request).Text(), "INVALID_ARGUMENT MALFORMED_REQUEST");
}

TEST_F(BoundsTest, CutMessagesAreMalformed) {
  auto request = About<GetUserRequest>(account_.home.id, account_.user_id);
  for (const std::string cut : {"\x05", "\x05paths", "\x0a\x7f\x01"}) {
    UnknownOf(request).Clear();
    UnknownOf(request).AddLengthDelimited(GetUserRequest::kReadMaskFieldNumber, cut);
    EXPECT_EQ(account_.home.client.Call(request).Text(), "INVALID_ARGUMENT MALFORMED_REQUEST");
  }
}

TEST_F(BoundsTest, ARepeatedFieldWithoutALimitKeepsTheServerFromStarting) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("unbounded.proto");
  file.set_package("roster.test");
  auto& type = *file.add_message_type();
  type.set_name("Unbounded");
  auto& field = *type.add_field();
  field.set_name("all");
  field.set_number(1);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_REPEATED);
  google::protobuf::DescriptorPool pool;
  const auto* built = pool.BuildFile(file);
  ASSERT_NE(built, nullptr);
  const auto bounds = services::Bounds::Of(*built->message_type(0));
  EXPECT_EQ(bounds.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(bounds.status().message(), "has a field without max_items: roster.test.Unbounded.all");
}

// The attack as it was: masks of 100 000 wrong paths in a read, a list and a change.
TEST_F(BoundsTest, AC1_HugeMasksAreRefusedUnread) {
  FieldMask mask;
  for (int i = 0; i < kPaths; ++i) mask.add_paths(absl::StrCat("x", i));
  auto get = About<GetUserRequest>(account_.home.id, account_.user_id);
  *get.mutable_read_mask() = mask;
  ListUsersRequest list;
  list.set_account_id(account_.home.id);
  *list.mutable_read_mask() = mask;
  auto update = About<UpdateUserRequest>(account_.home.id, account_.user_id);
  *update.mutable_update_mask() = mask;
  const std::string refused =
      "RESOURCE_EXHAUSTED LIMIT_EXCEEDED {limit: request_bytes, value: 65536}";
  EXPECT_EQ(account_.home.client.Call(get).Text(), refused);
  EXPECT_EQ(account_.home.client.Call(list).Text(), refused);
  EXPECT_EQ(account_.home.client.Call(update).Text(), refused);
}

}  // namespace
}  // namespace roster::api_test
