#include "tests/support/raw_http2.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace roster::services {
namespace {

constexpr std::size_t kFrameHeader = 9;
constexpr int kSendMilliseconds = 1'000;
constexpr int kReadMilliseconds = 20'000;

std::string BigEndian(std::size_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::size_t Number(std::string_view text) {
  std::size_t value = 0;
  for (const char byte : text) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t StreamOf(std::string_view frame) {
  return static_cast<std::uint32_t>(Number(frame.substr(5, 4)));
}

std::string Text(std::string_view text) {
  if (text.size() < 127) return BigEndian(text.size(), 1) + std::string(text);
  const std::size_t rest = text.size() - 127;
  return BigEndian(127, 1) + BigEndian(rest % 128 | 128, 1) + BigEndian(rest / 128, 1) +
         std::string(text);
}

}  // namespace

std::string Frame(FrameKind kind, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  return BigEndian(payload.size(), 3) + BigEndian(static_cast<std::size_t>(kind), 1) +
         BigEndian(flags, 1) + BigEndian(stream, 4) + std::string(payload);
}

std::string HeaderField(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + Text(name) + Text(value);
}

std::string BeginCall(std::uint32_t stream, std::string_view path, std::string_view content_type,
                      std::string_view more) {
  return Frame(FrameKind::kHeaders, kEndHeaders, stream,
               HeaderField(":method", "POST") + HeaderField(":scheme", "http") +
                   HeaderField(":path", path) + HeaderField(":authority", "test") +
                   HeaderField("content-type", content_type) + HeaderField("te", "trailers") +
                   std::string(more));
}

std::string GrpcMessage(std::string_view message, std::size_t bytes, char flag) {
  return std::string(1, flag) + BigEndian(bytes, 4) + std::string(message);
}

RawConnection::RawConnection(std::uint16_t port)
    : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  nghttp2_hd_inflate_new(&inflater_);
  const int little = 4096;
  setsockopt(file_, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(connect(file_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
}

RawConnection::~RawConnection() {
  nghttp2_hd_inflate_del(inflater_);
  close(file_);
}

void RawConnection::SayHello() {
  Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(FrameKind::kSettings, 0, 0, ""));
}

bool RawConnection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd ready = {.fd = file_, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, kSendMilliseconds) != 1) return false;
    const ssize_t sent = send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawConnection::Read() {
  pollfd ready = {.fd = file_, .events = POLLIN, .revents = 0};
  late_ = poll(&ready, 1, kReadMilliseconds) != 1;
  if (late_) return false;
  std::array<char, 4096> buffer;
  const ssize_t size = recv(file_, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  unread_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::string RawConnection::NextFrame() {
  for (;;) {
    const std::string_view unread = unread_;
    const std::size_t size = kFrameHeader + Number(unread.substr(0, 3));
    if (unread.size() >= kFrameHeader && unread.size() >= size) {
      std::string frame(unread.substr(0, size));
      unread_.erase(0, size);
      if (frame[3] == static_cast<char>(FrameKind::kReset)) resets_.insert(StreamOf(frame));
      return frame;
    }
    if (!Read()) return "";
  }
}

RawConnection::Answer RawConnection::Await(std::uint32_t stream) {
  Answer answer;
  for (std::string frame = NextFrame(); !frame.empty(); frame = NextFrame()) {
    const std::string_view payload = std::string_view(frame).substr(kFrameHeader);
    const auto kind = static_cast<FrameKind>(frame[3]);
    if (kind == FrameKind::kHeaders) Inflate(payload, answer);
    if (StreamOf(frame) != stream) continue;
    if (kind == FrameKind::kData) answer.data += payload;
    const bool may_end = kind == FrameKind::kHeaders || kind == FrameKind::kData;
    if (may_end && (frame[4] & kEndStream) != 0) return answer;
  }
  ADD_FAILURE() << "stream " << stream << " has not ended";
  return answer;
}

std::string RawConnection::AwaitPing() {
  for (std::string frame = NextFrame(); !frame.empty(); frame = NextFrame()) {
    if (frame[3] == static_cast<char>(FrameKind::kPing)) return frame.substr(kFrameHeader);
  }
  return "";
}

bool RawConnection::AwaitEnd() {
  while (Read()) unread_.clear();
  return !late_;
}

void RawConnection::Inflate(std::string_view block, Answer& answer) {
  const auto* next = reinterpret_cast<const std::uint8_t*>(block.data());
  std::size_t left = block.size();
  for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
    nghttp2_nv field = {};
    const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, next, left, 1);
    if (taken < 0) return;
    next += taken;
    left -= static_cast<std::size_t>(taken);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0) continue;
    answer.headers[std::string(reinterpret_cast<char*>(field.name), field.namelen)] =
        std::string(reinterpret_cast<char*>(field.value), field.valuelen);
  }
  nghttp2_hd_inflate_end_headers(inflater_);
}

}  // namespace roster::services
