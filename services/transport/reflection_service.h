// grpc.reflection.v1.ServerReflection, from the descriptors linked into the process.
//
// gRPC 1.51 brings v1alpha only; ListenerConfig::reflection_v1alpha turns that on, and the two run
// side by side.

#ifndef ROSTER_SERVICES_TRANSPORT_REFLECTION_SERVICE_H_
#define ROSTER_SERVICES_TRANSPORT_REFLECTION_SERVICE_H_

#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Service;
}

namespace roster::services {

// Answers lists of services, files by name, files by symbol or extension (each with all it imports,
// itself first), and extension numbers of a type. Errors travel inside an answer and leave the
// stream open: NOT_FOUND for what the descriptors do not have, INVALID_ARGUMENT for a request
// without a question. More than 100 streams at a time are refused with RESOURCE_EXHAUSTED.
// Thread-safe.
class ReflectionService {
 public:
  // `service_names`: full names of all services of the server, in the order in which they are
  // listed.
  explicit ReflectionService(std::vector<std::string> service_names);

  // After the server that it was registered on has shut down. An open stream lasts until the client
  // closes it or the shutdown's deadline passes.
  ~ReflectionService();

  ReflectionService(const ReflectionService&) = delete;
  ReflectionService& operator=(const ReflectionService&) = delete;

  // To be registered with a server; lives as long as this object.
  grpc::Service& service();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace roster::services

#endif  // ROSTER_SERVICES_TRANSPORT_REFLECTION_SERVICE_H_
