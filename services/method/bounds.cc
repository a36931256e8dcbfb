#include "services/method/bounds.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/base/refusal.h"
#include "domain/base/try.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "roster/limit/v1/limit.pb.h"

namespace roster::services {
namespace {

using domain::Reason;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr size_t kDefaultBytes = 4096;
constexpr size_t kDefaultRequestBytes = size_t{64} << 10;
constexpr size_t kForeignItems = 100;  // of messages that are not ours and so have no options
constexpr size_t kMaxUnknown = 100;
constexpr int kMaxDepth = 32;

bool IsOurs(const Descriptor& type) { return absl::StartsWith(type.full_name(), "roster."); }

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

size_t Or(uint32_t value, size_t otherwise) { return value == 0 ? otherwise : value; }

WireFormatLite::WireType WireTypeOf(const FieldDescriptor& field) {
  return WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()));
}

// The items that a packed field holds in so many bytes.
size_t PackedItems(const FieldDescriptor& field, std::string_view bytes) {
  switch (WireTypeOf(field)) {
    case WireFormatLite::WIRETYPE_FIXED32:
      return bytes.size() / sizeof(uint32_t);
    case WireFormatLite::WIRETYPE_FIXED64:
      return bytes.size() / sizeof(uint64_t);
    default:
      return static_cast<size_t>(
          std::count_if(bytes.begin(), bytes.end(), [](char byte) { return (byte & 0x80) == 0; }));
  }
}

}  // namespace

absl::StatusOr<Bounds> Bounds::Of(const Descriptor& request) {
  Bounds bounds;
  bounds.max_bytes_ =
      Or(request.options().GetExtension(limit::v1::max_request_bytes), kDefaultRequestBytes);
  const auto added = bounds.Add(request);
  if (!added.ok()) return added.status();
  return bounds;
}

absl::StatusOr<size_t> Bounds::Add(const Descriptor& descriptor) {
  const auto known = std::find_if(types_.begin(), types_.end(),
                                  [&](const Type& type) { return type.descriptor == &descriptor; });
  const auto index = static_cast<size_t>(known - types_.begin());
  if (known != types_.end()) return index;
  types_.push_back({.descriptor = &descriptor, .fields = {}});
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    size_t items = field.options().GetExtension(limit::v1::max_items);
    if (items == 0 && field.is_repeated()) {
      if (IsOurs(descriptor)) {
        return absl::FailedPreconditionError(
            absl::StrCat("has a field without max_items: ", field.full_name()));
      }
      items = kForeignItems;
    }
    size_t type = 0;
    if (IsMessage(field)) {
      ROSTER_ASSIGN(type, Add(*field.message_type()));
    }
    types_[index].fields.push_back(
        {.number = field.number(),
         .descriptor = &field,
         .max_items = items,
         .max_bytes = Or(field.options().GetExtension(limit::v1::max_bytes), kDefaultBytes),
         .type = type});
  }
  auto& fields = types_[index].fields;
  std::sort(fields.begin(), fields.end(),
            [](const Field& a, const Field& b) { return a.number < b.number; });
  return index;
}

// Reads one request.
class BoundsReader {
 public:
  BoundsReader(const Bounds& bounds, std::string_view request)
      : bounds_(bounds),
        request_(request),
        input_(reinterpret_cast<const uint8_t*>(request.data()), static_cast<int>(request.size())) {
  }

  absl::Status Read() {
    if (ReadMessage(0, 0) && input_.ConsumedEntireMessage()) return absl::OkStatus();
    if (detail_.empty()) return domain::Refuse(Reason::kMalformedRequest);
    return domain::RefuseFields({{path_, Reason::kInvalidValue, detail_}});
  }

 private:
  using Field = Bounds::Field;

  // False: the request is refused, for the detail or, without one, because it is malformed.
  bool ReadMessage(size_t index, int depth) {
    if (depth > kMaxDepth) return false;
    const Bounds::Type& type = bounds_.types_[index];
    absl::InlinedVector<size_t, 16> counts(type.fields.size());
    while (const uint32_t tag = input_.ReadTag()) {
      const auto field = std::lower_bound(
          type.fields.begin(), type.fields.end(), WireFormatLite::GetTagFieldNumber(tag),
          [](const Field& known, int number) { return known.number < number; });
      const bool known = field != type.fields.end() && Fits(*field, tag);
      const auto at = static_cast<size_t>(field - type.fields.begin());
      if (!(known ? ReadField(*field, tag, counts[at], depth) : SkipUnknown(tag))) return false;
    }
    return true;
  }

  // Whether the parser takes what stands here for this field.
  static bool Fits(const Field& field, uint32_t tag) {
    if (field.number != WireFormatLite::GetTagFieldNumber(tag)) return false;
    const auto type = WireFormatLite::GetTagWireType(tag);
    return type == WireTypeOf(*field.descriptor) ||
           (type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED && field.descriptor->is_packable());
  }

  bool ReadField(const Field& field, uint32_t tag, size_t& count, int depth) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      return Count(field, 1, count) && WireFormatLite::SkipField(&input_, tag);
    }
    uint32_t size = 0;
    if (!input_.ReadVarint32(&size)) return false;
    if (IsMessage(*field.descriptor)) return ReadChild(field, size, count, depth);
    const auto begin = static_cast<size_t>(input_.CurrentPosition());
    if (!input_.Skip(static_cast<int>(size))) return false;
    if (!IsText(*field.descriptor)) {
      return Count(field, PackedItems(*field.descriptor, request_.substr(begin, size)), count);
    }
    if (size > field.max_bytes) {
      return Refuse(field, absl::StrCat("has more than ", field.max_bytes, " bytes"));
    }
    return Count(field, 1, count);
  }

  bool ReadChild(const Field& field, uint32_t size, size_t& count, int depth) {
    const bool twice = field.max_items == 0 && count > 0;
    if (twice || !Count(field, 1, count)) return false;
    const auto limit = input_.PushLimit(static_cast<int>(size));
    const bool read = ReadMessage(field.type, depth + 1) && input_.ConsumedEntireMessage();
    input_.PopLimit(limit);
    if (!read && !detail_.empty()) path_ = absl::StrCat(NameOf(field, count), ".", path_);
    return read;
  }

  bool Count(const Field& field, size_t items, size_t& count) {
    count += items;
    if (field.max_items == 0 || count <= field.max_items) return true;
    return Refuse(field, absl::StrCat("has more than ", field.max_items, " items"));
  }

  bool Refuse(const Field& field, std::string detail) {
    path_ = field.descriptor->name();
    detail_ = std::move(detail);
    return false;
  }

  // A group would hold more fields; proto3 has none.
  bool SkipUnknown(uint32_t tag) {
    return WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_START_GROUP &&
           ++unknown_ <= kMaxUnknown && WireFormatLite::SkipField(&input_, tag);
  }

  std::string NameOf(const Field& field, size_t count) const {
    const std::string& name = field.descriptor->name();
    return field.max_items == 0 ? name : absl::StrCat(name, ".", count - 1);
  }

  const Bounds& bounds_;
  const std::string_view request_;
  CodedInputStream input_;
  size_t unknown_ = 0;
  std::string path_;
  std::string detail_;
};

absl::Status Bounds::Check(std::string_view request) const {
  if (request.size() > max_bytes_) {
    return domain::RefuseLimit("request_bytes", max_bytes_);
  }
  return BoundsReader(*this, request).Read();
}

}  // namespace roster::services
