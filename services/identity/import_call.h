// The ImportUsers stream: receives a header and a file, plans the import, settles one group of rows
// after the other and tells what became of each as soon as it is durable.

#ifndef ROSTER_SERVICES_IDENTITY_IMPORT_CALL_H_
#define ROSTER_SERVICES_IDENTITY_IMPORT_CALL_H_

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "roster/identity/v1/import.pb.h"
#include "services/call/engine.h"
#include "services/call/method.h"
#include "services/load/capacity.h"

namespace roster::services {

using ImportReactor =
    grpc::ServerBidiReactor<identity::v1::ImportUsersRequest, identity::v1::ImportUsersResponse>;

// Bounds for imports; one too many is refused with OVERLOADED.
struct ImportCapacity {
  Capacity open{{.calls = 64}};    // streams, of callers that are known
  Capacity running{{.calls = 4}};  // imports that were let in: each holds its file in memory
};

// Starts a stream; the reactor deletes itself.
ImportReactor* StartImport(const Engine& engine, const Method& method,
                           grpc::CallbackServerContext& context, ImportCapacity& capacity);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_IMPORT_CALL_H_
