// What a handler is: a function over messages. Authentication, authorization, waiting, metrics and
// logs are the engine's.

#ifndef ROSTER_SERVICES_METHOD_HANDLER_H_
#define ROSTER_SERVICES_METHOD_HANDLER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "domain/base/command.h"
#include "domain/world/world.h"
#include "google/protobuf/message.h"
#include "roster/view/v1/row.pb.h"
#include "services/method/ids.h"
#include "storage/crypto/secret_key.h"
#include "storage/log/log.h"
#include "storage/pipeline/proposal.h"

namespace roster::services {

// What a query reads: the published version, or with as_of an older position of it. `caller.at` is
// when the call began; with as_of, the time of the commit at that position.
struct QueryContext {
  const domain::World& world;
  const storage::Log& log;
  const domain::Caller& caller;
  const storage::SecretKey& page_key;          // seals page tokens
  std::optional<domain::Position> as_of = {};  // when the past was asked for
  // The account that the request names, where admission has read it in this world; else null.
  const view::v1::AccountRow* account = nullptr;
};

// What a command is parsed with.
struct CommandContext {
  CommandIds& ids;
  // A secret is shown once, to the caller who made it: not by a preview, nor to a repeat.
  bool shows_secrets = true;
};

// A parsed command: how it is decided, and how the answer is built from the world right after it.
// Both may run more than once.
struct PreparedCommand {
  decltype(storage::Proposal::decide) decide;
  decltype(storage::Proposal::reply) reply;
  // The account that the commit belongs to, where the request does not name it.
  std::optional<std::string> account_id = std::nullopt;
};

using google::protobuf::Message;
// What answers a query: fills the response.
using QueryFunction = std::function<absl::Status(const QueryContext&, const Message&, Message&)>;
// What parses a command. The returned `reply` refers to the response and fills it, so the response
// outlives the PreparedCommand.
using CommandFunction =
    std::function<absl::StatusOr<PreparedCommand>(const CommandContext&, const Message&, Message&)>;

class Stream;
struct StreamContext;
using StreamFunction = std::function<std::unique_ptr<Stream>(const StreamContext&)>;

// One of the three.
struct Handler {
  QueryFunction query;
  CommandFunction command;
  StreamFunction stream;
  bool reads_past = false;  // the query takes as_of
  bool quick = false;       // the query reads a few rows, whatever is asked
};

// By the name of the method within its service.
using Handlers = std::map<std::string, Handler>;

template <typename Request, typename Response>
Handler OfQuery(absl::Status (*handle)(const QueryContext&, const Request&, Response&)) {
  return {.query =
              [handle](const QueryContext& query, const Message& request, Message& response) {
                return handle(query, static_cast<const Request&>(request),
                              static_cast<Response&>(response));
              },
          .command = nullptr,
          .stream = nullptr};
}

// Marks a query of a few rows. It waits for no thread: gRPC's thread answers it, or the pipeline's
// after a wait for at_least_position. Other queries, and all with as_of, wait for a thread of the
// pool, and are refused with OVERLOADED where too many wait.
inline Handler Quick(Handler handler) {
  handler.quick = true;
  return handler;
}

// As OfQuery, for a query that takes as_of.
template <typename Request, typename Response>
Handler OfPastQuery(absl::Status (*handle)(const QueryContext&, const Request&, Response&)) {
  Handler handler = OfQuery(handle);
  handler.reads_past = true;
  return handler;
}

template <typename Request, typename Response>
Handler OfCommand(absl::StatusOr<PreparedCommand> (*handle)(const CommandContext&, const Request&,
                                                            Response&)) {
  return {.query = nullptr,
          .command =
              [handle](const CommandContext& context, const Message& request, Message& response) {
                return handle(context, static_cast<const Request&>(request),
                              static_cast<Response&>(response));
              },
          .stream = nullptr};
}

// Prepares a command that has a Decide in the domain. After each decision `reply` empties the
// response, calls `fill` for the resource, and sets position and changed.
template <typename Command, typename Response, typename Fill>
PreparedCommand Prepare(Command command, Response& response, Fill fill) {
  return {.decide = [command = std::move(command)](
                        const domain::World& world,
                        const domain::Caller& caller) { return Decide(world, command, caller); },
          .reply =
              [&response, fill = std::move(fill)](const domain::World& world,
                                                  const storage::Outcome& outcome) {
                response.Clear();
                fill(world);
                response.set_position(outcome.position);
                response.set_changed(outcome.changed);
              },
          .account_id = std::nullopt};
}

}  // namespace roster::services

#endif  // ROSTER_SERVICES_METHOD_HANDLER_H_
