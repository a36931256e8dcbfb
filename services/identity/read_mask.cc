#include "services/identity/read_mask.h"

#include <string>
#include <vector>

#include "domain/base/refusal.h"
#include "google/protobuf/util/field_mask_util.h"
#include "services/identity/messages.h"

namespace roster::services {
namespace {

using google::protobuf::util::FieldMaskUtil;
using identity::v1::User;

constexpr char kAll[] = "*";
constexpr char kProfile[] = "profile";

}  // namespace

absl::StatusOr<ReadMask> ReadMask::Parse(const google::protobuf::FieldMask& mask) {
  ReadMask read;
  std::vector<domain::Violation> wrong;
  read.all_ = mask.paths().empty();
  for (const std::string& path : mask.paths()) {
    if (path == kAll) {
      read.all_ = true;
    } else if (path.empty() || !FieldMaskUtil::IsValidPath<User>(path)) {
      wrong.push_back({"read_mask." + path, domain::Reason::kUnknownField});
    }
  }
  if (!wrong.empty()) return domain::RefuseFields(wrong);
  if (read.all_) return read;
  FieldMaskUtil::ToCanonicalForm(mask, &read.mask_);
  read.profile_ = false;
  for (const std::string& path : read.mask_.paths()) {
    if (path.substr(0, path.find('.')) == kProfile) read.profile_ = true;
  }
  return read;
}

void ReadMask::Show(const domain::Candidate& user, User& shown) const {
  FillUser(user.account_id(), user.row(), profile_ ? user.personal() : nullptr, shown);
  if (!all_) FieldMaskUtil::TrimMessage(mask_, &shown);
}

}  // namespace roster::services
