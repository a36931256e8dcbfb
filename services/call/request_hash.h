// Requests that carry an id, and how a repeat is told from another request with the same id.

#ifndef ROSTER_SERVICES_CALL_REQUEST_HASH_H_
#define ROSTER_SERVICES_CALL_REQUEST_HASH_H_

#include <string>
#include <string_view>

#include "google/protobuf/message.h"
#include "services/method/method.h"
#include "storage/crypto/secret_key.h"

namespace roster::services {

// A hash of method, message and what follows it, without the request id. It goes into the log, so
// it needs a key: otherwise who reads the log could try names and addresses until one fits.
std::string RequestHash(const storage::SecretKey& key, const Method& method,
                        const google::protobuf::Message& request, std::string_view more = "");

}  // namespace roster::services

#endif  // ROSTER_SERVICES_CALL_REQUEST_HASH_H_
