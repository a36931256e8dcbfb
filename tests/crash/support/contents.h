// What is on disk.

#ifndef ROSTER_TESTS_CRASH_SUPPORT_CONTENTS_H_
#define ROSTER_TESTS_CRASH_SUPPORT_CONTENTS_H_

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace roster::crash {

// Every file below a directory, with its content.
inline std::map<std::string, std::string> Contents(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    std::ostringstream content;
    if (entry.is_regular_file()) content << std::ifstream(entry.path()).rdbuf();
    files[entry.path()] = std::move(content).str();
  }
  return files;
}

}  // namespace roster::crash

#endif  // ROSTER_TESTS_CRASH_SUPPORT_CONTENTS_H_
