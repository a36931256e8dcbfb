// The handlers of IdentityService, by topic.

#ifndef ROSTER_SERVICES_IDENTITY_HANDLERS_H_
#define ROSTER_SERVICES_IDENTITY_HANDLERS_H_

#include "services/method/handler.h"

namespace roster::services {

Handlers AccountHandlers();
Handlers UserHandlers();
Handlers UserQueryHandlers();
Handlers ServiceAccountHandlers();
Handlers ImportHandlers();

}  // namespace roster::services

#endif  // ROSTER_SERVICES_IDENTITY_HANDLERS_H_
