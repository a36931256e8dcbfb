#include "services/version.h"

#include "commit.h"  // generated; included here alone, so that a commit compiles one file anew

namespace roster::services {

std::string Version() { return ROSTER_VERSION; }

std::string Commit() { return ROSTER_COMMIT; }

std::string Compiler() { return ROSTER_COMPILER; }

std::string VersionLine(std::string_view program) {
  return std::string(program) + " " + Version() + " (commit " + Commit() + ")";
}

}  // namespace roster::services
