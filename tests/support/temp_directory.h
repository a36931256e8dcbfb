// A directory for the files of a test.

#ifndef ROSTER_TESTS_SUPPORT_TEMP_DIRECTORY_H_
#define ROSTER_TESTS_SUPPORT_TEMP_DIRECTORY_H_

#include <sys/types.h>

#include <string>
#include <string_view>

namespace roster::test {

// A new directory that is removed, with all in it, at the end.
class TempDirectory {
 public:
  // Among the files of the tests, or below `parent`.
  TempDirectory();
  explicit TempDirectory(const std::string& parent);
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  // The path of a name in it.
  std::string operator/(std::string_view name) const;

  // Writes a file with exactly this mode and returns its path.
  std::string Write(std::string_view name, std::string_view content, mode_t mode) const;

 private:
  std::string path_;
};

}  // namespace roster::test

#endif  // ROSTER_TESTS_SUPPORT_TEMP_DIRECTORY_H_
