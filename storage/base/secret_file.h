// Who may read a file that holds a secret.

#ifndef ROSTER_STORAGE_BASE_SECRET_FILE_H_
#define ROSTER_STORAGE_BASE_SECRET_FILE_H_

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"

namespace roster::storage {

// OK: nobody but the owner has any permission on the file (0600 or stricter), or root owns it and
// its group may read it too (0640 or stricter): so a mounted secret of Kubernetes comes, whose
// group is that of the process. FAILED_PRECONDITION, with the path, for any other mode.
inline absl::Status CheckSecretFile(const std::string& path, const struct stat& found) {
  const mode_t closed = S_IRWXO | (found.st_uid == 0 ? S_IWGRP | S_IXGRP : S_IRWXG);
  if ((found.st_mode & closed) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the key file " + path +
      " is open to others: run `chmod 600` on it, or let root own it with mode 0640");
}

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_BASE_SECRET_FILE_H_
