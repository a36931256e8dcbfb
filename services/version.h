// What is built: for --version of rosterd and rosterctl and for roster_build_info.

#ifndef ROSTER_SERVICES_VERSION_H_
#define ROSTER_SERVICES_VERSION_H_

#include <string>
#include <string_view>

namespace roster::services {

// Of the project, e.g. "0.1.0".
std::string Version();

// The start of the commit's hash, with "-dirty" where files differ from it. "unknown" when the
// sources are in no git repository and the build was given no ROSTER_COMMIT.
std::string Commit();

// Name and version, e.g. "GNU 12.2.0".
std::string Compiler();

// The line that `program --version` prints, without its end.
std::string VersionLine(std::string_view program);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_VERSION_H_
