// The handlers of each service, by method name.

#ifndef ROSTER_SERVICES_CALL_HANDLERS_H_
#define ROSTER_SERVICES_CALL_HANDLERS_H_

#include "services/call/handler.h"

namespace roster::services {

// IdentityService, by topic.
Handlers AccountHandlers();
Handlers UserHandlers();
Handlers UserQueryHandlers();
Handlers ServiceAccountHandlers();

// AccessService.
Handlers AccessHandlers();

// AuditService.
Handlers AuditHandlers();

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_HANDLERS_H_
