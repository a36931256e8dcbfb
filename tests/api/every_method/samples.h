// A sample request for each method of the API, by which the tests of this folder call all of them.
// A new method gets a row in samples.cc; samples_test.cc names the one that was forgotten.

#ifndef ROSTER_TESTS_API_EVERY_METHOD_SAMPLES_H_
#define ROSTER_TESTS_API_EVERY_METHOD_SAMPLES_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/api/every_method/methods.h"
#include "tests/api/server_fixture.h"

namespace roster::api_test {

// Values that the account has, by the name of the fields of requests that take them.
using Pools = std::map<std::string, std::vector<std::string>>;

// An account of ROLE_MATRIX that has something for every method to show and to change.
struct SampleAccount {
  explicit SampleAccount(TestServer& server = SharedServer());

  // The client that may call the method: the operator's, or one that may do everything in the
  // account.
  const Client& Authorized(const MethodDescriptor& method) const;

  Home home;
  std::string user_id;        // pending, a viewer, of revision 1
  std::string disabled_id;    // another user
  std::string deleted_id;     // another user
  std::string unapproved_id;  // another user
  Service service;            // an auditor
  std::string prefix;         // of names in certificates, delegated to the account
  std::string identity;       // of a certificate that is bound to the service
  Pools ids;                  // of all fields that hold an id (IsId)
};

// A valid request: a query finds something, a command changes something. It does so for each
// method, as long as no command was called before in this account. An empty request, and a failure
// of the test, for a method without a row.
std::unique_ptr<Message> Sample(const MethodDescriptor& method, const SampleAccount& account);

// The message that follows the sample in a stream; null for other methods.
std::unique_ptr<Message> SampleRest(const MethodDescriptor& method);

// Calls the method with its sample.
Reply CallSample(const MethodDescriptor& method, const SampleAccount& account);

// The names of the requests that have a row.
std::set<std::string> SampledRequests();

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_API_EVERY_METHOD_SAMPLES_H_
