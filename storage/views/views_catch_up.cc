// Folding the tail of the log, or all of it, into views. While a chunk of commits is folded, the
// next one is read and opened, and the one before is applied, each on a thread of its own.

#include <functional>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "domain/fold.h"
#include "storage/vault/sealing.h"
#include "storage/views/views.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// Commits folded together: enough to make the snapshot and the write of each chunk cheap, and so
// few that the processor's cache holds their changes.
constexpr size_t kChunkCommits = 1'000;

absl::StatusOr<std::vector<Commit>> ReadOpened(const Log& log, const Vault& vault, Position from) {
  ROSTER_ASSIGN(std::vector<Commit> commits, log.Read(from, kChunkCommits));
  for (Commit& commit : commits) {
    if (!domain::KnowsEveryEvent(commit)) {
      return absl::FailedPreconditionError(
          absl::StrCat("record ", commit.position(),
                       " of the log has an event that this rosterd does not know: run the newer "
                       "version that wrote it"));
    }
    ROSTER_TRY(OpenPersonal(vault, commit));
  }
  return commits;
}

}  // namespace

absl::Status CatchUp(Views& views, const Log& log, const Vault& vault) {
  const auto read = [&](Position from) {
    return std::async(std::launch::async, ReadOpened, std::cref(log), std::cref(vault), from);
  };
  Version version = views.Latest();
  auto reading = read(version->position() + 1);
  domain::Changes applied;                        // to `version`
  std::future<absl::StatusOr<Version>> applying;  // those; waits for it when it is destroyed
  while (true) {
    ROSTER_ASSIGN(const std::vector<Commit> commits, reading.get());
    if (commits.empty()) break;
    reading = read(commits.back().position() + 1);
    const domain::Overlay before(*version, applied);
    domain::Changes changes;
    domain::Overlay world(before, changes);
    for (const Commit& commit : commits) domain::Fold(world, commit);
    if (applying.valid()) {
      ROSTER_ASSIGN(version, applying.get());
    }
    applied = std::move(changes);
    applying = std::async(std::launch::async, [&] { return views.Apply(applied); });
  }
  return applying.valid() ? applying.get().status() : absl::OkStatus();
}

}  // namespace roster::storage
