#include "storage/log/commit_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/base/try.h"
#include "storage/crypto/secret_key.h"
#include "storage/crypto/sha256.h"

namespace roster::storage {
namespace {

using event::v1::Commit;

// Until there is more than one shard.
constexpr uint32_t kShard = 0;

bool HasPlainPersonalData(const Commit& commit) {
  return std::any_of(commit.events().begin(), commit.events().end(),
                     [](const event::v1::Event& event) { return event.has_personal(); });
}

bool BeginsEpoch(const Commit& commit) {
  return std::any_of(commit.events().begin(), commit.events().end(),
                     [](const event::v1::Event& event) { return event.has_store_restored(); });
}

}  // namespace

std::string NewLogId() { return RandomBytes(kLogIdBytes); }

absl::Status CheckExpected(domain::Position expected, const LogTail& tail) {
  if (tail.head == expected) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("the log is at position ", tail.head, ", not at ", expected));
}

std::string HashOf(std::string_view record) { return Sha256(record); }

absl::StatusOr<StampedRecords> StampRecords(std::string_view log_id, const LogTail& tail,
                                            std::vector<Commit>& commits) {
  StampedRecords stamped{{}, tail};
  stamped.records.reserve(commits.size());
  Commit read_back;
  for (Commit& commit : commits) {
    LogTail& last = stamped.tail;
    if (HasPlainPersonalData(commit)) {
      return absl::InvalidArgumentError("the record has personal data that is not sealed");
    }
    commit.set_log_id(std::string(log_id));
    commit.set_shard(kShard);
    commit.set_epoch(last.epoch + (BeginsEpoch(commit) ? 1 : 0));
    commit.set_position(last.head + 1);
    commit.set_previous_hash(last.hash);
    std::string record = commit.SerializeAsString();
    if (record.size() > kMaxCommitBytes) {
      return absl::InvalidArgumentError(absl::StrCat("the record would have ", record.size(),
                                                     " bytes, more than ", kMaxCommitBytes));
    }
    // Protobuf writes some text that it refuses to read. Such a record could never be read again.
    if (!read_back.ParseFromString(record)) {
      return absl::InvalidArgumentError("the record can't be read back; is its text UTF-8?");
    }
    last = {commit.position(), HashOf(record), commit.epoch()};
    stamped.records.push_back(std::move(record));
  }
  return stamped;
}

absl::StatusOr<Commit> RecordChain::Next(std::string_view record) {
  Commit commit;
  if (!commit.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return DamagedRecord(next(), "can't be parsed");
  }
  if (commit.log_id() != log_id_) return DamagedRecord(next(), "belongs to another log");
  if (commit.position() != next()) {
    return DamagedRecord(next(), absl::StrCat("says that it is record ", commit.position()));
  }
  if (!tail_.hash.empty() && commit.previous_hash() != tail_.hash) {
    return DamagedRecord(next(), "is not chained to the record before it");
  }
  tail_ = {commit.position(), HashOf(record), commit.epoch()};
  return commit;
}

absl::Status RecordReader::Add(std::string_view record) {
  ROSTER_ASSIGN(Commit commit, chain_.Next(record));
  commits_.push_back(std::move(commit));
  bytes_ += record.size();
  return absl::OkStatus();
}

absl::Status DamagedRecord(domain::Position position, std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the log is damaged: record ", position, " ", std::string(what)));
}

}  // namespace roster::storage
