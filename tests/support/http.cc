#include "tests/support/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace roster::api_test {

std::string HttpGet(uint16_t port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      char buffer[16 << 10];
      for (ssize_t got = 0; (got = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
        answer.append(buffer, static_cast<size_t>(got));
      }
    }
  }
  close(fd);
  const size_t body = answer.find("\r\n\r\n");
  return absl::StartsWith(answer, "HTTP/1.1 200") ? answer.substr(body + 4) : "";
}

double Metric(uint16_t port, const std::string& name, const std::string& label) {
  double sum = -1;
  for (const auto line : absl::StrSplit(HttpGet(port, "/metrics"), '\n')) {
    if (!absl::StartsWith(line, name) || !absl::StrContains(line, label)) continue;
    if (line.size() <= name.size() || (line[name.size()] != '{' && line[name.size()] != ' ')) {
      continue;
    }
    const size_t value = line.rfind(' ');
    sum = (sum < 0 ? 0 : sum) + std::atof(std::string(line.substr(value + 1)).c_str());
  }
  return sum;
}

}  // namespace roster::api_test
