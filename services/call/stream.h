// A bidirectional stream: what every one of them does (admission, capacity, one record and its
// metrics at the end) around what its area does with the messages.

#ifndef ROSTER_SERVICES_CALL_STREAM_H_
#define ROSTER_SERVICES_CALL_STREAM_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/base/command.h"
#include "google/protobuf/message.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "services/call/engine.h"
#include "services/load/capacity.h"
#include "services/method/method.h"

namespace roster::services {

// What is read and dropped of a request that is refused already.
inline constexpr absl::Duration kLongestDrain = absl::Seconds(2);
inline constexpr std::size_t kMostDrainedBytes = 8 << 20;

// What a stream is made from; all of it outlives the stream.
struct StreamContext {
  const Engine& engine;
  const Method& method;
  grpc::CallbackServerContext& context;
};

// One of OnRequest, OnAllRead and OnWritten runs at a time; each ends with Read, Write or End, now
// or later and on any thread. A stream deletes itself after End. A caller that neither sends nor
// takes anything for Dependencies::stream_silence is refused with DEADLINE_PASSED. One that is
// refused while it still sends is told when it has sent everything, or after kLongestDrain or
// kMostDrainedBytes: a proxy may keep the reason from a caller that is cut off.
class Stream : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // `open` bounds the streams of callers that are known; one too many is refused with OVERLOADED.
  Stream(const StreamContext& context, Capacity& open);

  // Lets known callers in and reads the first request. Once.
  void Start();

 protected:
  // The next request; it is gone when this returns.
  virtual void OnRequest(const google::protobuf::Message& request) = 0;
  // The caller has sent everything.
  virtual void OnAllRead() = 0;
  // The response is sent.
  virtual void OnWritten() = 0;
  // The stream is about to end: what it holds should go now. gRPC may keep the stream long after.
  virtual void OnEnd() {}

  const Dependencies& dependencies() const { return engine_.dependencies(); }
  const Method& method() const { return method_; }
  const domain::Caller& caller() const { return caller_; }

  // Applies the rule of the method for this account. Authenticates anew, because a token may have
  // been revoked since the stream was opened. From then on, also if it refuses, what is logged
  // names the account and the request.
  absl::Status Admit(std::string_view account_id, std::string_view request_id);

  // Whether the caller is gone or the server stops: what takes long should end then.
  bool Cancelled() const { return context_.IsCancelled(); }

  // What the stream has changed, for its record: the newest position, 0 if it changed nothing.
  void SetChanged(domain::Position position) { changed_ = position; }

  void Read();
  void Write(const google::protobuf::Message& response);
  void End(const absl::Status& status);  // exactly once

 private:
  // Whether gRPC or the alarm comes first at the end of a read or a write.
  using Turn = std::atomic<bool>;

  void Await(absl::Time end);
  // Whether the caller came before the alarm.
  bool Came();
  // The alarm came first; gRPC still reads or writes.
  void Late();

  // Gives back what the stream holds, and records how it ended.
  void Conclude(const absl::Status& status);
  void Drain();
  void Close();

  void OnReadDone(bool ok) final;
  void OnWriteDone(bool ok) final;
  void OnDone() final { delete this; }

  absl::Status Open();

  const Engine& engine_;
  const Method& method_;
  grpc::CallbackServerContext& context_;
  Permit open_;
  const absl::Time began_;
  domain::Caller caller_;
  std::string account_id_;
  std::string request_id_;
  domain::Position changed_ = 0;
  bool all_read_ = false;
  std::optional<absl::Status> ended_;
  absl::Time drain_end_;
  std::size_t drained_bytes_ = 0;
  const std::unique_ptr<google::protobuf::Message> request_;
  grpc::ByteBuffer request_bytes_;
  grpc::ByteBuffer response_bytes_;
  std::shared_ptr<Turn> turn_;            // of the read or write under way
  std::unique_ptr<grpc::Alarm> silence_;  // of the same
};

// Makes the stream of the method and starts it.
Stream* RunStream(const StreamContext& context);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_STREAM_H_
