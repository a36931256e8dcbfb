#include "tests/support/temp_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace roster::test {

TempDirectory::TempDirectory() : TempDirectory(testing::TempDir()) {}

TempDirectory::TempDirectory(const std::string& parent) : path_(parent + "/roster_test_XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDirectory::operator/(std::string_view name) const {
  return std::filesystem::path(path_) / name;
}

std::string TempDirectory::Write(std::string_view name, std::string_view content,
                                 mode_t mode) const {
  std::string path = *this / name;
  std::ofstream(path, std::ios::binary) << content;
  if (chmod(path.c_str(), mode) != 0) std::abort();
  return path;
}

}  // namespace roster::test
