// The ImportUsers stream: receives a header and a file, plans the import, settles one group of rows
// after the other and tells what became of each as soon as it is durable.

#ifndef ROSTER_SERVICES_IMPORT_CALL_H_
#define ROSTER_SERVICES_IMPORT_CALL_H_

#include <atomic>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "roster/identity/v1/import.pb.h"
#include "services/engine.h"
#include "services/method.h"

namespace roster::services {

using ImportReactor =
    grpc::ServerBidiReactor<identity::v1::ImportUsersRequest, identity::v1::ImportUsersResponse>;

// Starts a stream; the reactor deletes itself. `running` counts the imports under way, which are
// bounded because each holds its file in memory; one too many is refused with OVERLOADED.
ImportReactor* StartImport(const Engine& engine, const Method& method,
                           grpc::CallbackServerContext& context, std::atomic<int>& running);

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IMPORT_CALL_H_
