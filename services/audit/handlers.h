// The handlers of AuditService.

#ifndef ROSTER_SERVICES_AUDIT_HANDLERS_H_
#define ROSTER_SERVICES_AUDIT_HANDLERS_H_

#include "services/method/handler.h"

namespace roster::services {

Handlers AuditHandlers();

}  // namespace roster::services

#endif  // ROSTER_SERVICES_AUDIT_HANDLERS_H_
