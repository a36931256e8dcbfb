// The ImportUsers stream: receives a header and a file, plans the import as the file arrives,
// settles one group of rows after the other and tells what became of each as soon as it is durable.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "domain/base/wrong.h"
#include "roster/identity/v1/import.pb.h"
#include "services/call/request_hash.h"
#include "services/call/stream.h"
#include "services/identity/handlers.h"
#include "services/identity/import_header.h"
#include "services/identity/import_plan.h"
#include "services/identity/row_error.h"
#include "storage/crypto/sha256.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;
using identity::v1::ImportedRow;
using identity::v1::ImportHeader;
using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;
using identity::v1::RowError;

constexpr size_t kMaxFileBytes = 64 << 20;

// Bounds for imports; one too many is refused with OVERLOADED.
struct ImportCapacity {
  Capacity open{{.calls = 64}};    // streams, of callers that are known
  Capacity running{{.calls = 4}};  // imports that were let in: each keeps the rows of its file
};

// A hash of the file, whatever its chunks: that of blocks one after another, each with the hash of
// those before it. Thread-compatible.
class FileHash {
 public:
  void Add(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), kBlockBytes - block_.size());
      block_ += bytes.substr(0, taken);
      bytes.remove_prefix(taken);
      if (block_.size() < kBlockBytes) return;
      hash_ = storage::Sha256(hash_ + block_);
      block_.clear();
    }
  }
  std::string Take() { return storage::Sha256(hash_ + block_); }

 private:
  static constexpr size_t kBlockBytes = 64 << 10;
  std::string hash_;
  std::string block_;
};

// A stream runs one of its functions at a time, and the pipeline settles one group at a time, so
// the state needs no lock.
class ImportCall final : public Stream {
 public:
  ImportCall(const StreamContext& context, std::shared_ptr<ImportCapacity> capacity)
      : Stream(context, capacity->open), capacity_(std::move(capacity)) {}

 private:
  void OnRequest(const google::protobuf::Message& message) override {
    const auto& request = static_cast<const ImportUsersRequest&>(message);
    if (!request.has_header()) return TakeChunk(request.chunk());
    if (const auto refusal = TakeHeader(request.header()); !refusal.ok()) return End(refusal);
    Read();
  }

  void OnAllRead() override {
    if (!plan_) return End(domain::RefuseFields({{"header", Reason::kMissingField}}));
    if (header_.size_bytes() != 0 && header_.size_bytes() != file_bytes_) {
      return End(Refuse(Reason::kMalformedCsv, {{"size_bytes", std::to_string(file_bytes_)}}));
    }
    InTurn([this] { Plan(); });
  }

  void OnWritten() override {
    if (response_.has_summary()) return End(absl::OkStatus());
    NextGroup();
  }

  void OnEnd() override {
    plan_.reset();
    group_.clear();
    running_.Release();
  }

  absl::Status TakeHeader(const ImportHeader& header) {
    if (plan_)
      return domain::RefuseFields(
          {{"header", Reason::kInvalidValue, domain::wrong::SecondHeader()}});
    header_ = header;
    if (header_.account_id().empty()) {
      return domain::RefuseFields({{"header.account_id", Reason::kMissingField}});
    }
    ROSTER_TRY(Admit(header_.account_id(), header_.request_id()));
    if (header_.size_bytes() > kMaxFileBytes) return FileTooLarge();
    ROSTER_TRY(CheckHeader(header_));
    // Only a caller that is let in takes one of the few places.
    if (!running_.AcquireFor(HolderOf(caller()))) return Refuse(Reason::kOverloaded);
    plan_.emplace(header_, dependencies().ids);
    return absl::OkStatus();
  }

  static absl::Status FileTooLarge() { return domain::RefuseLimit("file_bytes", kMaxFileBytes); }

  // Reading it takes too long for gRPC's thread.
  void TakeChunk(const std::string& chunk) {
    if (!plan_) return End(domain::RefuseFields({{"header", Reason::kMissingField}}));
    file_bytes_ += chunk.size();
    if (file_bytes_ > kMaxFileBytes) return End(FileTooLarge());
    InTurn([this, chunk] {
      if (!header_.request_id().empty()) file_hash_.Add(chunk);
      if (const auto refusal = plan_->Read(chunk); !refusal.ok()) return End(refusal);
      Read();
    });
  }

  void Plan() {
    const auto planned = plan_->Finish([this] { return Cancelled(); });
    if (absl::IsCancelled(planned)) return End(absl::OkStatus());  // the caller is gone
    if (!planned.ok()) return End(planned);
    if (!header_.request_id().empty()) {
      request_hash_ =
          RequestHash(dependencies().request_hash_key, method(), header_, file_hash_.Take());
    }
    NextGroup();
  }

  void NextGroup() {
    group_ = plan_->NextGroup();
    if (group_.empty()) return Summarize();
    if (!header_.validate_only()) return dependencies().pipeline.Submit(NextProposal());
    InTurn([this] {
      if (Cancelled()) return End(absl::OkStatus());
      TellGroup(dependencies().pipeline.Preview(NextProposal()));
    });
  }

  // There is nothing else that this stream does meanwhile.
  void InTurn(ThreadPool::Work work) {
    if (!dependencies().importers.Run(HolderOf(caller()), std::move(work))) {
      EndEarly(Refuse(Reason::kOverloaded));
    }
  }

  storage::Proposal NextProposal() {
    domain::ImportUsers command{.account_id = header_.account_id(), .rows = {}};
    for (const PlannedRow& planned : group_) {
      if (planned.status.ok()) command.rows.push_back(planned.row);
    }
    storage::Proposal proposal{
        .account_id = header_.account_id(),
        .caller = caller(),
        .method = method().full_name,
        .decide = [this, command = std::move(command)](
                      const domain::World& world,
                      const domain::Caller& caller) -> absl::StatusOr<domain::Events> {
          ROSTER_ASSIGN(auto result, Decide(world, command, caller));
          outcomes_.clear();
          for (const absl::Status& status : result.statuses) {
            outcomes_.push_back(status.ok() ? std::nullopt : std::optional(RowErrorOf(status)));
          }
          return std::move(result.events);
        },
        .reply = nullptr,
        .done = [this](const storage::Outcome& outcome) { TellGroup(outcome); }};
    if (!header_.request_id().empty()) {
      proposal.request =
          domain::Request{.account_id = header_.account_id(),
                          .actor = caller().actor,
                          .id = absl::StrCat(header_.request_id(), "#", group_.front().number)};
      proposal.request_hash = request_hash_;
      proposal.receipt = [this] { return Receipt(); };
    }
    return proposal;
  }

  // What a repeat is told of the group that was just decided.
  event::v1::Receipt Receipt() const {
    event::v1::Receipt receipt;
    size_t decided = 0;
    for (const PlannedRow& planned : group_) {
      if (!planned.status.ok()) continue;
      receipt.add_ids(planned.row.user_id);
      if (const auto& error = outcomes_[decided]) {
        auto& refused = *receipt.add_refused();
        refused = ToReceipt(*error, planned.row.roles);
        refused.set_index(static_cast<uint32_t>(decided));
      }
      ++decided;
    }
    return receipt;
  }

  // The group was imported before: it is told as it was then.
  void Recall(const event::v1::Receipt& receipt) {
    int next_id = 0;
    std::vector<const PlannedRow*> decided;
    for (PlannedRow& planned : group_) {
      if (!planned.status.ok()) continue;
      planned.row.user_id = receipt.ids(next_id++);
      decided.push_back(&planned);
    }
    outcomes_.assign(decided.size(), std::nullopt);
    for (const auto& refused : receipt.refused()) {
      outcomes_[refused.index()] = FromReceipt(refused, decided[refused.index()]->row.roles);
    }
  }

  void TellGroup(const storage::Outcome& outcome) {
    if (!outcome.status.ok()) return EndEarly(outcome.status);
    if (outcome.repeated) Recall(*outcome.repeated);
    position_ = std::max(position_, outcome.position);
    response_.Clear();
    auto& told = *response_.mutable_rows();
    told.set_position(outcome.position);
    size_t decided = 0;
    for (const PlannedRow& planned : group_) {
      std::optional<RowError> error =
          planned.status.ok() ? std::move(outcomes_[decided++]) : RowErrorOf(planned.status);
      ImportedRow& row = *told.add_rows();
      row.set_row(planned.number);
      row.set_line(planned.line);
      if (error) {
        *row.mutable_error() = *std::move(error);
      } else {
        row.set_user_id(planned.row.user_id);
        ++created_;
      }
    }
    rows_told_ += static_cast<uint32_t>(group_.size());
    if (created_ > 0) SetChanged(position_);
    Write(response_);
  }

  void Summarize() {
    response_.Clear();
    auto& summary = *response_.mutable_summary();
    summary.set_rows(rows_told_);
    summary.set_created(created_);
    summary.set_failed(rows_told_ - created_);
    summary.set_position(position_);
    Write(response_);
  }

  // An import that ends between its groups says how far it came, as its summary would.
  void EndEarly(const absl::Status& refusal) {
    End(domain::WithMetadata(refusal, {{"rows", absl::StrCat(rows_told_)},
                                       {"created", absl::StrCat(created_)},
                                       {"failed", absl::StrCat(rows_told_ - created_)},
                                       {"position", absl::StrCat(position_)}}));
  }

  const std::shared_ptr<ImportCapacity> capacity_;
  Permit running_{capacity_->running};
  ImportUsersResponse response_;
  ImportHeader header_;
  std::optional<ImportPlan> plan_;  // from the header on
  size_t file_bytes_ = 0;
  FileHash file_hash_;
  std::string request_hash_;  // empty without a request id

  std::vector<PlannedRow> group_;                  // the one under way
  std::vector<std::optional<RowError>> outcomes_;  // of its rows that were decided
  uint32_t rows_told_ = 0;
  uint32_t created_ = 0;
  domain::Position position_ = 0;
};

}  // namespace

Handlers ImportHandlers() {
  Handler handler;
  handler.stream = [capacity = std::make_shared<ImportCapacity>()](const StreamContext& context) {
    return std::make_unique<ImportCall>(context, capacity);
  };
  return {{"ImportUsers", std::move(handler)}};
}

}  // namespace roster::services
