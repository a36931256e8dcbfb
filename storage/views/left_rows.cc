#include "storage/views/left_rows.h"

#include <string>
#include <utility>

namespace roster::storage {
namespace {

class Filter final : public rocksdb::CompactionFilter {
 public:
  explicit Filter(std::shared_ptr<const domain::ErasedUsers> erased) : erased_(std::move(erased)) {}

  Decision FilterV2(int /*level*/, const rocksdb::Slice& key, ValueType /*type*/,
                    const rocksdb::Slice& row, std::string* /*new_value*/,
                    std::string* /*skip_until*/) const override {
    return erased_->Left(key.ToStringView(), row.ToStringView()) ? Decision::kRemove
                                                                 : Decision::kKeep;
  }
  const char* Name() const override { return "LeftRows"; }

 private:
  const std::shared_ptr<const domain::ErasedUsers> erased_;
};

}  // namespace

void LeftRows::Drop(std::shared_ptr<const domain::ErasedUsers> erased) {
  const MutexLock lock(mutex_);
  erased_ = std::move(erased);
}

std::unique_ptr<rocksdb::CompactionFilter> LeftRows::CreateCompactionFilter(
    const rocksdb::CompactionFilter::Context& /*context*/) {
  const MutexLock lock(mutex_);
  if (erased_ == nullptr) return nullptr;
  return std::make_unique<Filter>(erased_);
}

}  // namespace roster::storage
