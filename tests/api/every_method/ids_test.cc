// Ids as callers write them: in capitals, or not at all.

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "tests/api/every_method/samples.h"

namespace roster::api_test {
namespace {

// Every id of the message, and of the messages in it, in capitals. Returns how many there are.
int Capitalize(Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  int ids = 0;
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
        ids += Capitalize(*reflection.MutableRepeatedMessage(&message, field, i));
      }
      if (!field->is_repeated()) ids += Capitalize(*reflection.MutableMessage(&message, field));
    }
    if (!IsId(*field)) continue;
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      const std::string id = reflection.GetRepeatedString(message, field, i);
      reflection.SetRepeatedString(&message, field, i, absl::AsciiStrToUpper(id));
      ++ids;
    }
    if (field->is_repeated()) continue;
    const std::string id = reflection.GetString(message, field);
    reflection.SetString(&message, field, absl::AsciiStrToUpper(id));
    ++ids;
  }
  return ids;
}

// As .NET and Swift write UUIDs.
TEST(IdsTest, C66MayComeInCapitals) {
  for (const MethodDescriptor* method : AllMethods()) {
    const SampleAccount account;
    const auto request = Sample(*method, account);
    const int ids = Capitalize(*request);
    const auto rest = SampleRest(*method);
    const Reply reply = Invoke(account.Authorized(*method), *method, *request, {}, rest.get());
    EXPECT_EQ(reply.Text(), "OK") << method->full_name() << " with " << ids << " ids";
    if (method->name() == "Check") {
      EXPECT_NE(reply.message().ShortDebugString().find("DECISION_ALLOW"), std::string::npos);
    }
  }
}

// Said to everybody who may call at all, before rights and before what is there.
TEST(IdsTest, AreMissingBeforeAnythingElse) {
  const SampleAccount account;
  const Client nobody = account.home.As({});
  int tested = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    if (!IsUnary(*method)) continue;
    for (int i = 0; i < method->input_type()->field_count(); ++i) {
      const FieldDescriptor& field = *method->input_type()->field(i);
      if (!IsId(field) || field.is_repeated() || field.name() == "request_id") continue;
      if (field.containing_oneof() != nullptr) continue;
      const auto request = Sample(*method, account);
      SetText(*request, field.name(), "");
      for (const Client& client : {account.Authorized(*method), nobody}) {
        EXPECT_EQ(Invoke(client, *method, *request).Text(),
                  "INVALID_ARGUMENT INVALID_FIELDS [" + field.name() + ": MISSING_FIELD]")
            << method->full_name();
      }
      ++tested;
    }
  }
  EXPECT_GT(tested, 20);
  auto header = FourColumns("");
  EXPECT_EQ(ImportFile(account.home.client, header, "").result.Text(),
            "INVALID_ARGUMENT INVALID_FIELDS [header.account_id: MISSING_FIELD]");
}

}  // namespace
}  // namespace roster::api_test
