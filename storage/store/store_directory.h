// Names within the directory of a store.

#ifndef ROSTER_STORAGE_STORE_STORE_DIRECTORY_H_
#define ROSTER_STORAGE_STORE_STORE_DIRECTORY_H_

#include <string>

namespace roster::storage {

inline std::string LogDirectory(const std::string& directory) { return directory + "/log"; }
inline std::string ViewsDirectory(const std::string& directory) { return directory + "/views"; }
// A log that is being created. It is inside the directory, because a mounted volume can't be
// renamed.
inline std::string UnfinishedLogDirectory(const std::string& directory) {
  return directory + "/log.new";
}

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_STORE_STORE_DIRECTORY_H_
