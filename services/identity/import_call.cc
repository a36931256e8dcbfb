// The ImportUsers stream: receives a header and a file, plans the import, settles one group of rows
// after the other and tells what became of each as soon as it is durable.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "roster/identity/v1/import.pb.h"
#include "services/call/request_hash.h"
#include "services/call/stream.h"
#include "services/identity/handlers.h"
#include "services/identity/import_plan.h"

namespace roster::services {
namespace {

using domain::Reason;
using domain::Refuse;
using identity::v1::ImportedRow;
using identity::v1::ImportHeader;
using identity::v1::ImportUsersRequest;
using identity::v1::ImportUsersResponse;

constexpr size_t kMaxFileBytes = 64 << 20;

void Describe(const absl::Status& status, ImportedRow& row) {
  auto& error = *row.mutable_error();
  error.set_reason(domain::ReasonOf(status));
  error.set_message(std::string(status.message()));
  error.set_field(domain::MetadataOf(status, "field"));
}

// Bounds for imports; one too many is refused with OVERLOADED.
struct ImportCapacity {
  Capacity open{{.calls = 64}};    // streams, of callers that are known
  Capacity running{{.calls = 4}};  // imports that were let in: each holds its file in memory
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
    const auto status =
        request.has_header() ? TakeHeader(request.header()) : TakeChunk(request.chunk());
    if (!status.ok()) return End(status);
    Read();
  }

  void OnAllRead() override {
    if (!has_header_) return End(domain::RefuseFields({{"header", Reason::kMissingField}}));
    if (header_.size_bytes() != 0 && header_.size_bytes() != file_.size()) {
      return End(Refuse(Reason::kMalformedCsv, {{"size_bytes", std::to_string(file_.size())}}));
    }
    InTurn([this] { Plan(); });
  }

  void OnWritten() override {
    if (response_.has_summary()) return End(absl::OkStatus());
    NextGroup();
  }

  void OnEnd() override {
    std::string().swap(file_);
    rows_.clear();
    running_.Release();
  }

  absl::Status TakeHeader(const ImportHeader& header) {
    if (has_header_) return domain::RefuseFields({{"header", Reason::kInvalidValue}});
    has_header_ = true;
    header_ = header;
    if (header_.size_bytes() > kMaxFileBytes) return Refuse(Reason::kLimitExceeded);
    ROSTER_TRY(Admit(header_.account_id()));
    if (!header_.request_id().empty() && !IsUuid(header_.request_id())) {
      return domain::RefuseFields({{"request_id", Reason::kInvalidValue}});
    }
    // Only a caller that is let in takes one of the few places.
    return running_.AcquireFor(HolderOf(caller())) ? absl::OkStatus() : Refuse(Reason::kOverloaded);
  }

  absl::Status TakeChunk(const std::string& chunk) {
    if (!has_header_) return domain::RefuseFields({{"header", Reason::kMissingField}});
    if (file_.size() + chunk.size() > kMaxFileBytes) {
      return Refuse(Reason::kLimitExceeded);
    }
    file_ += chunk;
    return absl::OkStatus();
  }

  void Plan() {
    auto rows = PlanImport(header_, file_, dependencies().ids);
    if (!rows.ok()) return End(rows.status());
    rows_ = *std::move(rows);
    if (!header_.request_id().empty()) {
      request_hash_ = RequestHash(dependencies().request_hash_key, method(), header_, file_);
    }
    std::string().swap(file_);
    NextGroup();
  }

  void NextGroup() {
    if (next_ == rows_.size()) return Summarize();
    end_ = std::min(next_ + kImportGroupRows, rows_.size());
    if (!header_.validate_only()) return dependencies().pipeline.Submit(NextProposal());
    InTurn([this] { TellGroup(dependencies().pipeline.Preview(NextProposal())); });
  }

  // There is nothing else that this stream does meanwhile.
  void InTurn(ThreadPool::Work work) {
    if (!dependencies().importers.Run(HolderOf(caller()), std::move(work)))
      End(Refuse(Reason::kOverloaded));
  }

  storage::Proposal NextProposal() {
    domain::ImportUsers command{.account_id = header_.account_id(), .rows = {}};
    for (size_t i = next_; i < end_; ++i) {
      if (rows_[i].status.ok()) command.rows.push_back(rows_[i].row);
    }
    storage::Proposal proposal{
        .account_id = header_.account_id(),
        .caller = caller(),
        .method = method().full_name,
        .decide = [this, command = std::move(command)](
                      const domain::World& world,
                      const domain::Caller& caller) -> absl::StatusOr<domain::Events> {
          ROSTER_ASSIGN(auto result, Decide(world, command, caller));
          outcomes_ = std::move(result.statuses);
          return std::move(result.events);
        },
        .reply = nullptr,
        .done = [this](const storage::Outcome& outcome) { TellGroup(outcome); }};
    if (!header_.request_id().empty()) {
      proposal.request =
          domain::Request{.account_id = header_.account_id(),
                          .actor = caller().actor,
                          .id = absl::StrCat(header_.request_id(), "#", rows_[next_].number)};
      proposal.request_hash = request_hash_;
      proposal.receipt = [this] { return Receipt(); };
    }
    return proposal;
  }

  // What a repeat is told of the group that was just decided.
  event::v1::Receipt Receipt() const {
    event::v1::Receipt receipt;
    size_t decided = 0;
    for (size_t i = next_; i < end_; ++i) {
      if (!rows_[i].status.ok()) continue;
      receipt.add_ids(rows_[i].row.user_id);
      if (const absl::Status& status = outcomes_[decided]; !status.ok()) {
        auto& refused = *receipt.add_refused();
        refused.set_index(static_cast<uint32_t>(decided));
        refused.set_reason(domain::ReasonOf(status));
        refused.set_field(domain::MetadataOf(status, "field"));
      }
      ++decided;
    }
    return receipt;
  }

  // The group was imported before: it is told as it was then.
  void Recall(const event::v1::Receipt& receipt) {
    int next_id = 0;
    for (size_t i = next_; i < end_; ++i) {
      if (rows_[i].status.ok()) rows_[i].row.user_id = receipt.ids(next_id++);
    }
    outcomes_.assign(static_cast<size_t>(receipt.ids_size()), absl::OkStatus());
    for (const auto& refused : receipt.refused()) {
      const auto reason = domain::FindReason(refused.reason());
      outcomes_[refused.index()] =
          Refuse(reason.value_or(Reason::kInvalidValue), {{"field", refused.field()}});
    }
  }

  void TellGroup(const storage::Outcome& outcome) {
    if (!outcome.status.ok()) return End(outcome.status);
    if (outcome.repeated) Recall(*outcome.repeated);
    position_ = std::max(position_, outcome.position);
    response_.Clear();
    auto& told = *response_.mutable_rows();
    told.set_position(outcome.position);
    size_t decided = 0;
    for (; next_ < end_; ++next_) {
      const PlannedRow& planned = rows_[next_];
      const absl::Status& status = planned.status.ok() ? outcomes_[decided++] : planned.status;
      ImportedRow& row = *told.add_rows();
      row.set_row(planned.number);
      if (status.ok()) {
        row.set_user_id(planned.row.user_id);
        ++created_;
      } else {
        Describe(status, row);
      }
    }
    if (created_ > 0) SetChanged(position_);
    Write(response_);
  }

  void Summarize() {
    response_.Clear();
    auto& summary = *response_.mutable_summary();
    summary.set_rows(static_cast<uint32_t>(rows_.size()));
    summary.set_created(created_);
    summary.set_failed(static_cast<uint32_t>(rows_.size()) - created_);
    summary.set_position(position_);
    Write(response_);
  }

  const std::shared_ptr<ImportCapacity> capacity_;
  Permit running_{capacity_->running};
  ImportUsersResponse response_;
  bool has_header_ = false;
  ImportHeader header_;
  std::string file_;
  std::string request_hash_;  // empty without a request id

  std::vector<PlannedRow> rows_;
  size_t next_ = 0;  // the first row that is not told yet
  size_t end_ = 0;   // the end of the group under way
  std::vector<absl::Status> outcomes_;
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
