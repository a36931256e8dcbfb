#include "services/probe/probe_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.pb.h"

namespace roster::services {
namespace {

using grpc::health::v1::HealthCheckResponse;

constexpr std::uint32_t kStreams = 16;
constexpr std::uint32_t kHeaderListBytes = 8 << 10;
// Answers to pings and settings that a peer does not take.
constexpr std::size_t kOutboundAcks = 100;

using Headers = std::vector<nghttp2_nv>;

// nghttp2 copies both texts when it is given the header, and never writes to them.
nghttp2_nv Header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

Headers BeginOfAnswer() {
  return {Header(":status", "200"), Header("content-type", "application/grpc")};
}

// `code` is the number of the status, and outlives the headers. The messages of ours need no
// escapes.
void AddTrailers(const absl::Status& status, const std::string& code, Headers& headers) {
  headers.push_back(Header("grpc-status", code));
  const std::string_view message(status.message().data(), status.message().size());
  if (!message.empty()) headers.push_back(Header("grpc-message", message));
}

}  // namespace

struct ProbeSession::Callbacks {
  static ProbeSession& Of(void* self) { return *static_cast<ProbeSession*>(self); }

  static int OnBeginHeaders(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* self) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Of(self).streams_.try_emplace(frame->hd.stream_id, Of(self).watches_);
    return 0;
  }

  static int OnHeader(nghttp2_session* /*session*/, const nghttp2_frame* frame,
                      const std::uint8_t* name, std::size_t name_size, const std::uint8_t* value,
                      std::size_t value_size, std::uint8_t /*flags*/, void* self) {
    if (Stream* stream = Of(self).Find(frame->hd.stream_id)) {
      stream->call.AddHeader({reinterpret_cast<const char*>(name), name_size},
                             {reinterpret_cast<const char*>(value), value_size});
    }
    return 0;
  }

  static int OnData(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                    const std::uint8_t* data, std::size_t size, void* self) {
    if (Stream* stream = Of(self).Find(id)) {
      stream->call.AddBody({reinterpret_cast<const char*>(data), size});
    }
    return 0;
  }

  static int OnFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* self) {
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    if (Stream* stream = Of(self).Find(frame->hd.stream_id)) {
      Of(self).Consider(frame->hd.stream_id, *stream,
                        (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    }
    return 0;
  }

  // A call that was answered before it was whole is not read to its end.
  static int OnFrameSent(nghttp2_session* session, const nghttp2_frame* frame, void* /*self*/) {
    const std::int32_t id = frame->hd.stream_id;
    if (frame->hd.type == NGHTTP2_HEADERS && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0 &&
        nghttp2_session_get_stream_remote_close(session, id) == 0) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static int OnStreamClose(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*error*/,
                           void* self) {
    Of(self).streams_.erase(id);
    return 0;
  }

  // Gives nghttp2 what a stream has to send, and after the last of it the status.
  static ssize_t OnRead(nghttp2_session* session, std::int32_t id, std::uint8_t* buffer,
                        std::size_t size, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                        void* self) {
    Stream* stream = Of(self).Find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::size_t taken = stream->unsent.copy(reinterpret_cast<char*>(buffer), size);
    stream->unsent.erase(0, taken);
    if (stream->unsent.empty() && stream->end) {
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      Headers trailers;
      const std::string code = std::to_string(stream->end->raw_code());
      AddTrailers(*stream->end, code, trailers);
      nghttp2_submit_trailer(session, id, trailers.data(), trailers.size());
    } else if (taken == 0) {
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(taken);
  }

  static nghttp2_session* NewSession(ProbeSession* self) {
    nghttp2_session_callbacks* made = nullptr;
    nghttp2_session_callbacks_new(&made);
    const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)>
        callbacks(made, &nghttp2_session_callbacks_del);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
    nghttp2_session_callbacks_set_on_frame_send_callback(made, OnFrameSent);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, OnStreamClose);
    nghttp2_option* chosen = nullptr;
    nghttp2_option_new(&chosen);
    const std::unique_ptr<nghttp2_option, decltype(&nghttp2_option_del)> options(
        chosen, &nghttp2_option_del);
    nghttp2_option_set_max_outbound_ack(chosen, kOutboundAcks);
    nghttp2_session* session = nullptr;
    nghttp2_session_server_new2(&session, made, self, chosen);
    return session;
  }
};

void ProbeSession::Destroy::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

ProbeSession::ProbeSession(const HealthService& health, Capacity& watches)
    : health_(health), watches_(watches), session_(Callbacks::NewSession(this)) {
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kStreams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, kHeaderListBytes},
      // A tree of priorities would be memory that the peer decides on.
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings, std::size(settings));
}

ProbeSession::~ProbeSession() = default;

void ProbeSession::Receive(std::string_view bytes) {
  const auto taken = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) failed_ = true;
}

void ProbeSession::TellWatches(bool last) {
  for (auto& [id, stream] : streams_) {
    if (!stream.watch.acquired() || stream.end) continue;
    Tell(stream, last);
    // An error where nghttp2 waits for the peer and not for us.
    nghttp2_session_resume_data(session_.get(), id);
  }
}

void ProbeSession::GoAway() {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

std::string_view ProbeSession::Unsent() {
  const std::uint8_t* data = nullptr;
  ssize_t size = 0;
  while (!failed_ && (size = nghttp2_session_mem_send(session_.get(), &data)) > 0) {
    unsent_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  if (size < 0) failed_ = true;
  return unsent_;
}

void ProbeSession::Sent(std::size_t bytes) { unsent_.erase(0, bytes); }

bool ProbeSession::Ended() const {
  return failed_ || (unsent_.empty() && nghttp2_session_want_read(session_.get()) == 0 &&
                     nghttp2_session_want_write(session_.get()) == 0);
}

ProbeSession::State ProbeSession::state() const {
  if (streams_.empty()) return answered_ == 0 ? State::kAsking : State::kIdle;
  const bool watches = std::all_of(streams_.begin(), streams_.end(), [](const auto& stream) {
    return stream.second.watch.acquired();
  });
  return watches ? State::kWatching : State::kAsking;
}

ProbeSession::Stream* ProbeSession::Find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

void ProbeSession::Consider(std::int32_t id, Stream& stream, bool whole) {
  if (stream.answered) return;
  const absl::Status fault = stream.call.Fault();
  stream.answered = whole || !stream.call.IsGrpc() || !fault.ok();
  if (!stream.answered) return;
  ++answered_;
  if (!stream.call.IsGrpc()) {
    const nghttp2_nv unsupported = Header(":status", "415");
    nghttp2_submit_response(session_.get(), id, &unsupported, 1, nullptr);
  } else if (!fault.ok()) {
    Refuse(id, fault);
  } else {
    Answer(id, stream);
  }
}

void ProbeSession::Answer(std::int32_t id, Stream& stream) {
  auto service = stream.call.Service();
  if (!service.ok()) return Refuse(id, service.status());
  stream.service = *std::move(service);
  if (!stream.call.IsWatch()) {
    if (health_.StatusOf(stream.service) == HealthCheckResponse::SERVICE_UNKNOWN) {
      return Refuse(id, absl::NotFoundError("unknown service"));
    }
    stream.end = absl::OkStatus();
  } else if (!stream.watch.Acquire()) {
    return Refuse(id, absl::ResourceExhaustedError("too many watches"));
  }
  Tell(stream, /*last=*/false);
  const Headers headers = BeginOfAnswer();
  nghttp2_data_provider unsent = {};
  unsent.read_callback = Callbacks::OnRead;
  nghttp2_submit_response(session_.get(), id, headers.data(), headers.size(), &unsent);
}

void ProbeSession::Tell(Stream& stream, bool last) {
  const int state = health_.StatusOf(stream.service);
  if (stream.told != state) {
    if (!stream.unsent.empty()) return;
    stream.unsent = ProbeAnswer(state);
    stream.told = state;
  }
  if (last) stream.end = absl::UnavailableError("the server is shutting down");
}

void ProbeSession::Refuse(std::int32_t id, const absl::Status& status) {
  const std::string code = std::to_string(status.raw_code());
  Headers headers = BeginOfAnswer();
  AddTrailers(status, code, headers);
  nghttp2_submit_response(session_.get(), id, headers.data(), headers.size(), nullptr);
}

}  // namespace roster::services
