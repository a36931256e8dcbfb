// The handlers of AccessService.

#ifndef ROSTER_SERVICES_ACCESS_HANDLERS_H_
#define ROSTER_SERVICES_ACCESS_HANDLERS_H_

#include "services/method/handler.h"

namespace roster::services {

Handlers AccessHandlers();

}  // namespace roster::services

#endif  // ROSTER_SERVICES_ACCESS_HANDLERS_H_
