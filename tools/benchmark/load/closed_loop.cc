#include "tools/benchmark/load/closed_loop.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <chrono>
#include <memory>
#include <utility>

#include "absl/time/clock.h"

namespace roster::benchmark {
namespace {

constexpr auto kLongestSilence = std::chrono::seconds(10);

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

// A place for one call at a time; the tag of its completion.
struct Slot {
  grpc::GenericStub* stub;
  uint64_t call;
  absl::Time began;
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer answer;
  grpc::Status status;
};

class Loop {
 public:
  Loop(const Target& target, const Workload& workload, const LoopOptions& options)
      : target_(target), workload_(workload), options_(options) {}
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  absl::Status Open();
  absl::StatusOr<Measured> Run();

 private:
  void StartCall(Slot& slot);
  // The next call that is finished; nothing when the server is silent.
  Slot* Next();
  // Starts the next call wherever one is finished, until the time has come or so many calls
  // were counted. `count`: keeps what was measured.
  absl::Status Turn(absl::Duration length, bool count);

  const Target& target_;
  const Workload& workload_;
  const LoopOptions& options_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<Slot> slots_;
  uint64_t in_flight_ = 0;
  bool is_meant_ = false;  // the first answer was looked at
  Measured measured_;
};

absl::Status Loop::Open() {
  for (int i = 0; i < options_.channels; ++i) {
    const auto channel = Connect(target_);
    if (!channel.ok()) return channel.status();
    stubs_.push_back(std::make_unique<grpc::GenericStub>(*channel));
  }
  slots_.resize(options_.in_flight);
  for (size_t i = 0; i < slots_.size(); ++i) slots_[i].stub = stubs_[i % stubs_.size()].get();
  return absl::OkStatus();
}

Loop::~Loop() {
  for (Slot& slot : slots_) {
    if (slot.context != nullptr) slot.context->TryCancel();
  }
  while (in_flight_ > 0 && Next() != nullptr) {
  }
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void Loop::StartCall(Slot& slot) {
  slot.call = measured_.started++;
  const grpc::ByteBuffer request = ToBuffer(workload_.request(slot.call));
  slot.answer.Clear();
  slot.reader.reset();  // lives in the memory of the call, which the context holds
  slot.context = std::make_unique<grpc::ClientContext>();
  Prepare(target_, *slot.context);
  slot.began = absl::Now();
  slot.reader = slot.stub->PrepareUnaryCall(slot.context.get(), workload_.method, request, &queue_);
  slot.reader->StartCall();
  slot.reader->Finish(&slot.answer, &slot.status, &slot);
  ++in_flight_;
}

Slot* Loop::Next() {
  void* tag = nullptr;
  bool ok = false;
  const auto until = std::chrono::system_clock::now() + kLongestSilence;
  if (queue_.AsyncNext(&tag, &ok, until) != grpc::CompletionQueue::GOT_EVENT) return nullptr;
  --in_flight_;
  return static_cast<Slot*>(tag);
}

absl::Status Loop::Turn(absl::Duration length, bool count) {
  const absl::Time end = absl::Now() + length;
  for (uint64_t calls = 0; calls < options_.most_calls;) {
    Slot* slot = Next();
    if (slot == nullptr) return absl::UnavailableError("the server does not answer");
    const absl::Time now = absl::Now();
    if (workload_.seen) workload_.seen(slot->call, slot->status, ToString(slot->answer));
    if (!slot->status.ok()) {
      ++measured_.errors[ReasonOf(slot->status)];
    } else if (!is_meant_ && !(is_meant_ = workload_.is_meant(ToString(slot->answer)))) {
      return absl::FailedPreconditionError(workload_.method + " answers something else");
    }
    if (count) {
      ++calls;
      (slot->status.ok() ? measured_.times : measured_.refused).push_back(now - slot->began);
    }
    StartCall(*slot);
    if (now >= end) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<Measured> Loop::Run() {
  for (Slot& slot : slots_) StartCall(slot);
  if (auto status = Turn(options_.warm_up, /*count=*/false); !status.ok()) return status;
  measured_.errors.clear();
  const auto cpu_before = CpuTime(target_);
  if (!cpu_before.ok()) return cpu_before.status();
  const absl::Time began = absl::Now();
  if (auto status = Turn(options_.measured, /*count=*/true); !status.ok()) return status;
  measured_.took = absl::Now() - began;
  const auto cpu_after = CpuTime(target_);
  if (!cpu_after.ok()) return cpu_after.status();
  measured_.server_cpu = *cpu_after - *cpu_before;
  return std::move(measured_);
}

}  // namespace

absl::StatusOr<Measured> RunLoop(const Target& target, const Workload& workload,
                                 const LoopOptions& options) {
  Loop loop(target, workload, options);
  if (auto status = loop.Open(); !status.ok()) return status;
  return loop.Run();
}

}  // namespace roster::benchmark
