#include "services/call/stream.h"

#include <optional>

#include "absl/time/clock.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "services/call/record.h"
#include "services/call/wire.h"
#include "services/transport/status.h"

namespace roster::services {

using domain::Reason;
using domain::Refuse;

Stream::Stream(const StreamContext& context, Capacity& open)
    : engine_(context.engine),
      method_(context.method),
      context_(context.context),
      open_(open),
      began_(dependencies().clock()),
      request_(method_.request->New()) {
  method_.metrics.Started();
}

void Stream::Start() {
  if (const auto refusal = Open(); !refusal.ok()) return End(refusal);
  Read();
}

// A caller that is not known may not keep a stream open.
absl::Status Stream::Open() {
  ROSTER_ASSIGN(caller_,
                Authenticate(*dependencies().pipeline.Latest(), CredentialsOf(context_), began_));
  if (caller_.actor.kind() == event::v1::Actor::KIND_UNSPECIFIED) {
    return Refuse(Reason::kUnauthenticated);
  }
  return open_.AcquireFor(HolderOf(caller_)) ? absl::OkStatus() : Refuse(Reason::kOverloaded);
}

absl::Status Stream::Admit(std::string_view account_id, std::string_view request_id) {
  account_id_ = account_id;
  request_id_ = request_id;
  const storage::Version version = dependencies().pipeline.Latest();
  ROSTER_ASSIGN(caller_, Authenticate(*version, CredentialsOf(context_), began_));
  std::optional<view::v1::AccountRow> account;
  return services::Admit(*version, caller_, method_.rule, account_id, "", account);
}

void Stream::Read() {
  Await(absl::Now() + dependencies().stream_silence);
  StartRead(&request_bytes_);
}

// The alarm of each step is a new one, because one that is about to ring can't be set again. It is
// set before gRPC begins, so while it may ring the step, and with it the stream, is still there.
void Stream::Await(absl::Time end) {
  turn_ = std::make_shared<Turn>(true);
  silence_ = std::make_unique<grpc::Alarm>();
  silence_->Set(absl::ToChronoTime(end), [this, turn = turn_](bool rang) {
    if (rang && turn->exchange(false)) Late();
  });
}

bool Stream::Came() { return turn_->exchange(false); }

void Stream::Late() {
  if (!ended_) Conclude(Refuse(Reason::kDeadlinePassed));
  Close();
}

void Stream::OnReadDone(bool ok) {
  if (!Came()) return;
  all_read_ = !ok;
  if (ended_) return Drain();
  // A request that broke off must not be taken for the last one.
  if (!ok) return context_.IsCancelled() ? End(absl::OkStatus()) : OnAllRead();
  if (const auto refusal = Parse(request_bytes_, method_, *request_); !refusal.ok()) {
    return End(refusal);
  }
  request_bytes_.Clear();
  OnRequest(*request_);
}

void Stream::Write(const google::protobuf::Message& response) {
  response_bytes_ = Serialize(response);
  Await(absl::Now() + dependencies().stream_silence);
  StartWrite(&response_bytes_);
}

void Stream::OnWriteDone(bool ok) {
  if (!Came()) return;
  if (!ok) return End(absl::OkStatus());  // the caller is gone
  OnWritten();
}

void Stream::End(const absl::Status& status) {
  Conclude(status);
  // Only a caller that has a place is listened to any longer.
  if (status.ok() || !open_.acquired()) return Close();
  drain_end_ = absl::Now() + kLongestDrain;
  request_bytes_.Clear();
  Drain();
}

void Stream::Conclude(const absl::Status& status) {
  ended_ = status;
  OnEnd();
  const storage::Outcome outcome{.status = status, .position = changed_, .changed = changed_ > 0};
  RecordCall(dependencies(), {.method = method_,
                              .caller = caller_,
                              .account_id = account_id_,
                              .outcome = outcome,
                              .began = began_,
                              .details = [this] {
                                return CallDetails{.subject_id = "",
                                                   .request_id = request_id_,
                                                   .peer = context_.peer(),
                                                   .trace = TraceOf(context_)};
                              }});
}

void Stream::Drain() {
  drained_bytes_ += request_bytes_.Length();
  request_bytes_.Clear();
  if (all_read_ || drained_bytes_ > kMostDrainedBytes || absl::Now() > drain_end_) return Close();
  Await(drain_end_);
  StartRead(&request_bytes_);
}

void Stream::Close() {
  // The place is free before anybody hears of the end: OnDone may come much later.
  open_.Release();
  Finish(ToGrpc(*ended_));
}

Stream* RunStream(const StreamContext& context) {
  Stream* stream = context.method.handler.stream(context).release();  // deletes itself
  stream->Start();
  return stream;
}

}  // namespace roster::services
