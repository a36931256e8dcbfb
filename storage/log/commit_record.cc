#include "storage/log/commit_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
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

}  // namespace

std::string NewLogId() { return RandomBytes(kLogIdBytes); }

absl::Status CheckExpected(domain::Position expected, const LogTail& tail) {
  if (tail.head == expected) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("the log is at position ", tail.head, ", not at ", expected));
}

LogTail TailAt(domain::Position position, std::string_view record) {
  return {position, Sha256(record)};
}

absl::StatusOr<StampedRecords> StampRecords(std::string_view log_id, const LogTail& tail,
                                            std::vector<Commit>& commits) {
  StampedRecords stamped{{}, tail};
  stamped.records.reserve(commits.size());
  Commit read_back;
  for (Commit& commit : commits) {
    const Position position = stamped.tail.head + 1;
    if (HasPlainPersonalData(commit)) {
      return absl::InvalidArgumentError("the record has personal data that is not sealed");
    }
    commit.set_log_id(std::string(log_id));
    commit.set_shard(kShard);
    commit.set_epoch(kEpoch);
    commit.set_position(position);
    commit.set_previous_hash(stamped.tail.hash);
    std::string record = commit.SerializeAsString();
    if (record.size() > kMaxCommitBytes) {
      return absl::InvalidArgumentError(absl::StrCat("the record would have ", record.size(),
                                                     " bytes, more than ", kMaxCommitBytes));
    }
    // Protobuf writes some text that it refuses to read. Such a record could never be read again.
    if (!read_back.ParseFromString(record)) {
      return absl::InvalidArgumentError("the record can't be read back; is its text UTF-8?");
    }
    stamped.tail = TailAt(position, record);
    stamped.records.push_back(std::move(record));
  }
  return stamped;
}

absl::Status RecordReader::Add(std::string_view record) {
  Commit& commit = commits_.emplace_back();
  if (!commit.ParseFromArray(record.data(), static_cast<int>(record.size()))) {
    return DamagedRecord(next_, "can't be parsed");
  }
  if (commit.log_id() != log_id_) return DamagedRecord(next_, "belongs to another log");
  if (commit.position() != next_) {
    return DamagedRecord(next_, absl::StrCat("says that it is record ", commit.position()));
  }
  const std::string& expected = next_ == 1 ? LogTail().hash : previous_hash_;
  if (!expected.empty() && commit.previous_hash() != expected) {
    return DamagedRecord(next_, "is not chained to the record before it");
  }
  previous_hash_ = Sha256(record);
  bytes_ += record.size();
  ++next_;
  return absl::OkStatus();
}

absl::Status DamagedRecord(domain::Position position, std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the log is damaged: record ", position, " ", std::string(what)));
}

}  // namespace roster::storage
