// A group: commands that are decided one after another, appended together and answered together.

#ifndef ROSTER_STORAGE_PIPELINE_GROUP_H_
#define ROSTER_STORAGE_PIPELINE_GROUP_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/world/overlay.h"
#include "roster/event/v1/commit.pb.h"
#include "storage/pipeline/proposal.h"
#include "storage/vault/vault.h"
#include "storage/views/views.h"

namespace roster::storage {

// The result of deciding a command.
struct Decision {
  Outcome outcome;
  // Set where the command changed something or its request is remembered. The log stamps the rest.
  std::optional<event::v1::Commit> commit;
  std::vector<Erasure> erasures;
};

// Decides a command on `world`, seals its personal data, folds its commit into the world and builds
// the reply. Refuses with UNAUTHENTICATED where what proved the caller proves it no longer. `at` is
// the commit's time, or the refusal of a command that is not decided. `preview`: the commit will
// not be stored. A refused command leaves the world as it was.
Decision Decide(const Proposal& proposal, const absl::StatusOr<absl::Time>& at, bool preview,
                Vault& vault, domain::Overlay& world);

// What a group is decided on: a published version and, while the group before is being settled, the
// changes of that group. Both threads read those, and neither writes them.
struct Base {
  Version published;
  std::shared_ptr<domain::Changes> unpublished;  // null when there are none
  absl::Time time;                               // of the last commit, also if unpublished
};

// Thread-compatible; handed from thread to thread.
class Group {
 public:
  struct Command {
    Proposal proposal;
    Outcome outcome;
    std::vector<Erasure> erasures;
  };

  explicit Group(Base base);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Decides a command and adds it. `at`: the time of its commit, not before time(), or the refusal
  // of a command that is not decided.
  void Add(Proposal proposal, const absl::StatusOr<absl::Time>& at, Vault& vault);

  // Takes the commands out, undecided, in their order. The group is of no use after that.
  std::vector<Proposal> TakeProposals();

  // The head that the log must have for the decisions to hold.
  Position expected() const { return expected_; }
  // Bytes of the commit records.
  size_t bytes() const { return bytes_; }
  const std::vector<Command>& commands() const { return commands_; }
  // Not const, because the log stamps them.
  std::vector<event::v1::Commit>& commits() { return commits_; }
  const std::shared_ptr<domain::Changes>& changes() const { return changes_; }
  // Time of the last commit, of this group or before it.
  absl::Time time() const { return time_; }

 private:
  const domain::World& Below();

  const Base base_;
  const std::shared_ptr<domain::Changes> changes_;
  std::optional<domain::Overlay> below_;  // set where base_ has unpublished changes
  domain::Overlay world_;
  const Position expected_;
  absl::Time time_;
  std::vector<Command> commands_;
  std::vector<event::v1::Commit> commits_;
  size_t bytes_ = 0;
};

}  // namespace roster::storage

#endif  // ROSTER_STORAGE_PIPELINE_GROUP_H_
