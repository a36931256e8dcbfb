// The table of sample requests is whole: a row for each method, which is valid, and ids for each
// field that takes one.

#include "tests/api/every_method/samples.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor_database.h"
#include "services/api_services.h"

namespace roster::api_test {
namespace {

// The methods of all tests here are those of kApiServices.
TEST(SamplesTest, EveryServiceIsListed) {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<std::string> files;
  ASSERT_TRUE(
      google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files));
  std::set<std::string> services;
  for (const std::string& file : files) {
    if (!absl::StartsWith(file, "roster/")) continue;
    const auto* found = pool->FindFileByName(file);
    for (int i = 0; i < found->service_count(); ++i)
      services.insert(found->service(i)->full_name());
  }
  EXPECT_FALSE(services.empty());
  for (const char* service : services::kApiServices) services.erase(service);
  for (const std::string& service : services) {
    ADD_FAILURE() << service << " is no service of the server: add it to services/api_services.h";
  }
}

TEST(SamplesTest, EveryMethodHasARow) {
  std::set<std::string> requests;
  for (const MethodDescriptor* method : AllMethods()) {
    const std::string& request = method->input_type()->full_name();
    EXPECT_EQ(SampledRequests().count(request), 1U)
        << method->full_name() << " has no sample request: add a row to samples.cc";
    requests.insert(request);
  }
  EXPECT_EQ(SampledRequests(), requests) << "a row of no method";
}

// Queries find something and commands change something.
TEST(SamplesTest, EveryRowIsValid) {
  for (const MethodDescriptor* method : AllMethods()) {
    SCOPED_TRACE(method->full_name());
    const SampleAccount account;
    const uint64_t position = account.home.server->Position();
    const Reply reply = CallSample(*method, account);
    EXPECT_EQ(reply.Text(), "OK");
    const bool query = method->input_type()->FindFieldByName("at_least_position") != nullptr;
    if (!query && IsUnary(*method)) {
      EXPECT_TRUE(GetFlag(reply.message(), "changed"));
    }
    EXPECT_EQ(account.home.server->Position(), position + (query ? 0 : 1));
    if (IsUnary(*method)) {
      EXPECT_EQ(GetNumber(reply.message(), "position"), account.home.server->Position());
    }
  }
}

// The fields that hold ids in a message and in the messages in it.
void AddIds(const Descriptor& type, std::set<std::string>& ids) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (IsId(*type.field(i))) ids.insert(type.field(i)->name());
    if (type.field(i)->message_type() != nullptr) AddIds(*type.field(i)->message_type(), ids);
  }
}

TEST(SamplesTest, EveryIdHasAPool) {
  const SampleAccount account;
  for (const MethodDescriptor* method : AllMethods()) {
    std::set<std::string> ids;
    AddIds(*method->input_type(), ids);
    for (const std::string& id : ids) {
      EXPECT_EQ(account.ids.count(id), 1U) << "no value for " << id << " of " << method->full_name()
                                           << ": add one to the ids of SampleAccount";
    }
  }
}

}  // namespace
}  // namespace roster::api_test
