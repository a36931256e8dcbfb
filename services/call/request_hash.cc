#include "services/call/request_hash.h"

#include <memory>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace roster::services {
namespace {

constexpr size_t kHashBytes = 16;

// The same bytes for the same message, whatever the order of its maps in memory.
std::string Canonical(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

}  // namespace

std::string RequestHash(const storage::SecretKey& key, const Method& method,
                        const google::protobuf::Message& request, std::string_view more) {
  const std::unique_ptr<google::protobuf::Message> said(request.New());
  said->CopyFrom(request);
  if (const auto* id = said->GetDescriptor()->FindFieldByName("request_id")) {
    said->GetReflection()->ClearField(said.get(), id);
  }
  std::string text = method.full_name;
  text.append(1, '\0').append(Canonical(*said)).append(1, '\0').append(more);
  return key.Authenticate(text).substr(0, kHashBytes);
}

}  // namespace roster::services
