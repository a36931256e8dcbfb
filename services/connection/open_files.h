// How many files the process may have open, and what that leaves for connections.

#ifndef ROSTER_SERVICES_CONNECTION_OPEN_FILES_H_
#define ROSTER_SERVICES_CONNECTION_OPEN_FILES_H_

#include <cstddef>

namespace roster::services {

// Raises the limit of this process as far as the system lets it.
void RaiseOpenFileLimit();

// `wanted` connections, or as many as leave 512 files, and at least half of all, to the store, to
// health and to metrics.
std::size_t ConnectionsWithinLimit(std::size_t wanted);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CONNECTION_OPEN_FILES_H_
