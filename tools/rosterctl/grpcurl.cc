#include "tools/rosterctl/grpcurl.h"

#include "absl/strings/str_replace.h"
#include "tools/rosterctl/lenient_json.h"
#include "tools/rosterctl/methods.h"

namespace roster::ctl {
namespace {

// One word for the shell, whatever it holds.
std::string Quoted(const std::string& text) {
  return "'" + absl::StrReplaceAll(text, {{"'", R"('\'')"}}) + "'";
}

}  // namespace

std::string GrpcurlLine(const Target& target, const google::protobuf::MethodDescriptor& method,
                        const std::string& json) {
  std::string line = "grpcurl ";
  line += target.tls_ca_file.empty() ? "-plaintext" : "-cacert " + Quoted(target.tls_ca_file);
  if (!target.tls_cert_file.empty()) {
    line += " -cert " + Quoted(target.tls_cert_file) + " -key " + Quoted(target.tls_key_file);
  }
  if (NeedsToken(method)) {
    line += " -expand-headers -H 'authorization: Bearer ${ROSTER_TOKEN}'";
  }
  const auto canonical = Canonical(*method.input_type(), json, MaskForm::kPaths);
  return line + " -d " + Quoted(canonical.value_or(json)) + " " + target.address + " " +
         PathOf(method);
}

}  // namespace roster::ctl
