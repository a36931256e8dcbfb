// A client of the API for tests: any call by the type of its request, without gRPC in sight.

#ifndef ROSTER_TESTS_SUPPORT_CLIENT_H_
#define ROSTER_TESTS_SUPPORT_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "services/transport/tls_identity.h"

namespace roster::api_test {

// How a call ended, with the details of its error.
struct Result {
  std::string code = "OK";  // the name of the gRPC code
  std::string message;
  std::string domain;  // these three: of google.rpc.ErrorInfo
  std::string reason;
  std::map<std::string, std::string> metadata;
  std::map<std::string, std::string> violations;    // of google.rpc.BadRequest: field → reason
  std::map<std::string, std::string> descriptions;  // of the same: field → sentence

  bool ok() const { return code == "OK"; }

  // "OK", or e.g. "INVALID_ARGUMENT INVALID_FIELDS [email: INVALID_EMAIL, full_name:
  // MISSING_FIELD]", "NOT_FOUND ROLE_NOT_FOUND {role: boss}".
  std::string Text() const;

  // The same as a status, whose message begins with the reason, if there is one.
  absl::Status ToStatus() const;
};

// The name of a gRPC code.
std::string CodeName(int code);

// An answer, or why there is none.
template <typename Response>
struct Answer {
  Result result;
  Response response;

  bool ok() const { return result.ok(); }
  std::string Text() const { return result.Text(); }
  const Response* operator->() const { return &response; }
};

// Which response belongs to a request; the rows are in calls.h.
template <typename Request>
struct ResponseOf;

struct CallOptions {
  std::vector<std::pair<std::string, std::string>> metadata;  // besides the credential
  absl::Duration deadline = absl::Seconds(30);
};

class MessageStream;

// Calls as one caller over one connection. Copies share the connection. Thread-safe.
class Client {
 public:
  class Connection;

  Client() = default;
  Client(std::shared_ptr<Connection> connection, std::string token)
      : connection_(std::move(connection)), token_(std::move(token)) {}

  // The same connection with another token; without one, the caller is anonymous.
  Client As(std::string token) const { return {connection_, std::move(token)}; }
  const std::string& token() const { return token_; }

  // Waits until it is connected; false when that takes longer.
  bool AwaitConnected(absl::Duration timeout) const;

  // Calls `service/Method` with these messages.
  Result Invoke(const std::string& method, const google::protobuf::Message& request,
                google::protobuf::Message& response, const CallOptions& options = {}) const;

  // Calls the method that the request belongs to.
  template <typename Request>
  Answer<typename ResponseOf<Request>::Type> Call(const Request& request,
                                                  const CallOptions& options = {}) const {
    Answer<typename ResponseOf<Request>::Type> answer;
    answer.result = Invoke(MethodOf(*request.GetDescriptor()), request, answer.response, options);
    return answer;
  }

  // Opens a stream of `service/Method`.
  std::unique_ptr<MessageStream> Open(const std::string& method) const;
  std::unique_ptr<MessageStream> Import() const {
    return Open("roster.identity.v1.IdentityService/ImportUsers");
  }

 private:
  static std::string MethodOf(const google::protobuf::Descriptor& request);

  std::shared_ptr<Connection> connection_;
  std::string token_;
};

// Connects to 127.0.0.1; with a certificate, over TLS that trusts nothing else. `client`: what is
// shown to a server that asks for a certificate.
Client Connect(uint16_t port, const std::string& token, const std::string& certificate_pem = "",
               const std::optional<services::TlsIdentity>& client = std::nullopt);

// A stream of messages both ways, one step at a time; 60 s in all.
class MessageStream {
 public:
  virtual ~MessageStream() = default;

  // False when the stream is over.
  virtual bool Send(const google::protobuf::Message& message) = 0;
  // Says that nothing more is sent.
  virtual void HalfClose() = 0;
  // Waits for a message. False: none comes any more; Finish says why.
  virtual bool Receive(google::protobuf::Message& message) = 0;
  // Once, at the end.
  virtual Result Finish() = 0;
  virtual void Cancel() = 0;
};

inline void PrintTo(const Result& result, std::ostream* out) { *out << result.Text(); }

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_SUPPORT_CLIENT_H_
