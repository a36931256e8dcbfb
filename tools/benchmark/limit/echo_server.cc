// The limits as a server: gRPC's callback API with the settings of services/transport/listener.cc,
// and behind it nothing, a scan of raw rows, or a synced group of the rows of a new user. It says
// that it is ready as rosterd does, and ends with SIGTERM.

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tools/benchmark/limit/group_writer.h"
#include "tools/benchmark/limit/limit.grpc.pb.h"
#include "tools/benchmark/limit/raw_store.h"
#include "tools/benchmark/limit/rows.h"

namespace roster::benchmark {
namespace {

constexpr int kMaxReceiveBytes = 4 << 20;
constexpr size_t kAnswerBytes = 52;
constexpr uint32_t kMostRows = 1000;
// New users whose rows are made in advance, and written again from the first one after the last.
constexpr uint64_t kNewUsers = 20'000;

struct Flags {
  std::string directory;
  uint64_t filled = 10'000;
};

// What the calls work with.
struct Data {
  std::unique_ptr<RawStore> store;
  std::vector<std::string> keys;      // of the users that are there
  std::vector<CommitRows> new_users;  // written by the calls
};

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {grpc::StatusCode::UNAVAILABLE, std::string(status.message())};
}

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext& context, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

class LimitService final : public v1::Limit::CallbackService {
 public:
  explicit LimitService(const Data& data) : data_(data), writer_(*data.store) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const v1::EchoRequest* /*request*/,
                                 v1::EchoResponse* response) override {
    response->mutable_answer()->assign(kAnswerBytes, 'a');
    return Finish(*context, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* EchoItems(grpc::CallbackServerContext* context,
                                      const v1::EchoItemsRequest* request,
                                      v1::EchoItemsResponse* response) override {
    for (int i = 0; i < request->items_size(); ++i) {
      v1::EchoResult& result = *response->add_results();
      result.set_decision(1);
      result.set_reason(1);
      result.set_role("viewer");
      result.set_position(1'000'000);
    }
    return Finish(*context, grpc::Status::OK);
  }

  grpc::ServerUnaryReactor* Page(grpc::CallbackServerContext* context,
                                 const v1::PageRequest* request,
                                 v1::PageResponse* response) override {
    if (data_.keys.empty() || request->rows() > kMostRows) {
      return Finish(*context, {grpc::StatusCode::INVALID_ARGUMENT, "there is no such page"});
    }
    const std::string& key = data_.keys[request->first() % data_.keys.size()];
    return Finish(*context,
                  ToGrpc(data_.store->ScanUsers(key, request->rows(), [&](std::string_view row) {
                    response->add_rows(row.data(), row.size());
                  })));
  }

  grpc::ServerUnaryReactor* Write(grpc::CallbackServerContext* context,
                                  const v1::WriteRequest* /*request*/,
                                  v1::WriteResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const CommitRows& rows = data_.new_users[next_++ % data_.new_users.size()];
    writer_.Submit(rows, [reactor, response, &rows](const absl::Status& status) {
      response->set_user(UserRowOf(rows).value);
      reactor->Finish(ToGrpc(status));
    });
    return reactor;
  }

 private:
  const Data& data_;
  std::atomic<uint64_t> next_ = 0;
  GroupWriter writer_;
};

absl::StatusOr<Data> MakeData(const Flags& flags) {
  Data data;
  std::filesystem::create_directories(flags.directory);
  auto store = RawStore::Create(flags.directory);
  if (!store.ok()) return store.status();
  data.store = *std::move(store);
  auto keys = data.store->Fill(flags.filled);
  if (!keys.ok()) return keys.status();
  data.keys = *std::move(keys);
  for (uint64_t i = 0; i < kNewUsers; ++i) data.new_users.push_back(RowsOf(flags.filled + i, 1));
  return data;
}

int Fail(const std::string& why) {
  std::fprintf(stderr, "{\"message\": \"can't start\", \"error\": \"%s\"}\n", why.c_str());
  return 1;
}

int Serve(const Flags& flags) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto data = MakeData(flags);
  if (!data.ok()) return Fail(std::string(data.status().message()));
  LimitService service(*data);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return Fail("no port can be had");
  std::fprintf(stderr, "{\"message\": \"ready\", \"port\": %d}\n", port);
  int signal = 0;
  sigwait(&signals, &signal);
  server->Shutdown();
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Serves calls that do as little as Roster's could.", "echo_server");
  Flags flags;
  app.add_option("--dir", flags.directory, "A new directory for the rows")->required();
  app.add_option("--filled", flags.filled, "Users that are there before")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return Serve(flags);
}

}  // namespace
}  // namespace roster::benchmark

int main(int argc, char** argv) { return roster::benchmark::Main(argc, argv); }
