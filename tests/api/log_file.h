// A log that a test reads while the server writes it.

#ifndef ROSTER_TESTS_API_LOG_FILE_H_
#define ROSTER_TESTS_API_LOG_FILE_H_

#include <cstdio>
#include <string>
#include <vector>

namespace roster::api_test {

class LogFile {
 public:
  LogFile() : file_(std::tmpfile()) {}
  ~LogFile() { std::fclose(file_); }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  // For a TestServer, which goes before.
  std::FILE* get() const { return file_; }

  // What was written so far.
  std::string Text() const;

  // Its lines from this one on (the first is 0) that a call has written.
  std::vector<std::string> CallsAfter(size_t line) const;
  // How many such lines there are.
  size_t calls() const { return CallsAfter(0).size(); }

 private:
  std::FILE* const file_;
};

}  // namespace roster::api_test

#endif  // ROSTER_TESTS_API_LOG_FILE_H_
