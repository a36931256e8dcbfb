// HTTP/2 by hand, for tests of what no client library sends.

#ifndef ROSTER_TESTS_SUPPORT_RAW_HTTP2_H_
#define ROSTER_TESTS_SUPPORT_RAW_HTTP2_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

struct nghttp2_hd_inflater;

namespace roster::services {

enum class FrameKind : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kReset = 3,
  kSettings = 4,
  kPing = 6
};

inline constexpr std::uint8_t kEndStream = 1;
inline constexpr std::uint8_t kEndHeaders = 4;

std::string Frame(FrameKind kind, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload);

// A header without compression; shorter than 16 KiB.
std::string HeaderField(std::string_view name, std::string_view value);

// The frame that begins a call on a stream. `more`: fields after those of every call.
std::string BeginCall(std::uint32_t stream, std::string_view path,
                      std::string_view content_type = "application/grpc",
                      std::string_view more = "");

// A message in the frame of gRPC, which says that it has so many bytes.
std::string GrpcMessage(std::string_view message, std::size_t bytes, char flag = 0);

// A connection to 127.0.0.1. It says nothing of itself, not even the preface. A read that takes
// longer than 20 s fails.
class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port);
  ~RawConnection();
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  // The preface of a client, and no settings of its own.
  void SayHello();

  // False: the connection was ended, or nothing was taken for a second.
  bool Send(std::string_view bytes);

  // What comes on a stream until it ends.
  struct Answer {
    std::map<std::string, std::string> headers;
    std::string data;
  };
  Answer Await(std::uint32_t stream);

  // Whether the other end has reset the stream, as far as was read.
  bool WasReset(std::uint32_t stream) const { return resets_.count(stream) > 0; }

  // What the next ping says; empty when none comes.
  std::string AwaitPing();

  // Reads until the other end closes. False: it did not.
  bool AwaitEnd();

 private:
  // Empty when nothing comes any more.
  std::string NextFrame();
  // Appends what comes to `unread_`; false when nothing does any more.
  bool Read();
  void Inflate(std::string_view block, Answer& answer);

  const int file_;
  bool late_ = false;
  std::string unread_;
  std::set<std::uint32_t> resets_;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

}  // namespace roster::services

#endif  // ROSTER_TESTS_SUPPORT_RAW_HTTP2_H_
