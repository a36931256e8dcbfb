#include "domain/list/read_mask.h"

#include <algorithm>
#include <string>
#include <vector>

#include "domain/base/refusal.h"
#include "google/protobuf/util/field_mask_util.h"

namespace roster::domain {

using google::protobuf::util::FieldMaskUtil;

absl::StatusOr<ReadMask> ReadMask::Parse(const google::protobuf::Descriptor& type,
                                         const google::protobuf::FieldMask& mask) {
  ReadMask read;
  std::vector<Violation> wrong;
  read.all_ = mask.paths().empty();
  for (int i = 0; i < mask.paths_size(); ++i) {
    const std::string& path = mask.paths(i);
    if (path == "*") {
      read.all_ = true;
    } else if (path.empty() || !FieldMaskUtil::GetFieldDescriptors(&type, path, nullptr)) {
      wrong.push_back(UnknownPath("read_mask", static_cast<size_t>(i), path));
    }
  }
  if (!wrong.empty()) return RefuseFields(wrong);
  if (!read.all_) FieldMaskUtil::ToCanonicalForm(mask, &read.mask_);
  return read;
}

bool ReadMask::Shows(std::string_view field) const {
  return all_ || std::any_of(mask_.paths().begin(), mask_.paths().end(), [&](const auto& path) {
           return std::string_view(path).substr(0, path.find('.')) == field;
         });
}

void ReadMask::Trim(google::protobuf::Message& message) const {
  if (!all_) FieldMaskUtil::TrimMessage(mask_, &message);
}

}  // namespace roster::domain
