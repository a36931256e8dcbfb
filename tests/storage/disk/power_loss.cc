#include "tests/storage/disk/power_loss.h"

#include <algorithm>
#include <filesystem>

namespace roster::storage {
namespace {

using Kind = DiskOperation::Kind;
using Random = std::mt19937_64;

constexpr uint64_t kSectorBytes = 512;

std::string DirectoryOf(const std::string& path) {
  return std::filesystem::path(path).parent_path();
}

// Of `count` things that were not synced, how many survive: often none or all, where the borders
// are.
size_t SurvivingCount(size_t count, Random& random) {
  switch (random() % 4) {
    case 0:
      return 0;
    case 1:
      return count;
    default:
      return random() % (count + 1);
  }
}

// A part of a write, as long as the sectors that got to the disk.
void Apply(const DiskOperation& write, uint64_t begin, uint64_t end, std::string& content) {
  if (content.size() < end) content.resize(end, '\0');
  content.replace(begin, end - begin, write.bytes, begin - write.at, end - begin);
}

void ApplyWhole(const DiskOperation& operation, std::string& content) {
  if (operation.kind == Kind::kTruncate) {
    content.resize(operation.at, '\0');
  } else {
    Apply(operation, operation.at, operation.at + operation.bytes.size(), content);
  }
}

// The first byte of the next sector.
uint64_t NextSector(uint64_t at) { return (at / kSectorBytes + 1) * kSectorBytes; }

// Makes a name operation part of names.
void ApplyName(const DiskOperation& operation, std::map<std::string, uint64_t>& names,
               std::set<std::string>& directories) {
  switch (operation.kind) {
    case Kind::kMakeDirectory:
      directories.insert(operation.path);
      break;
    case Kind::kCreate:
      names[operation.path] = operation.file;
      break;
    case Kind::kRename:
      names.erase(operation.path);
      names[operation.target] = operation.file;
      break;
    case Kind::kRemove:
      names.erase(operation.path);
      directories.erase(operation.path);
      break;
    default:
      break;
  }
}

bool IsIn(const DiskOperation& operation, const std::string& directory) {
  return DirectoryOf(operation.path) == directory ||
         (!operation.target.empty() && DirectoryOf(operation.target) == directory);
}

}  // namespace

Disk::Disk(const DiskImage& image) : directories_(image.directories) {
  // The file system gives its numbers in the same order.
  uint64_t number = 0;
  for (const auto& [path, content] : image.files) {
    names_[path] = ++number;
    files_[number].durable = content;
  }
}

void Disk::Follow(const DiskOperation& operation) {
  switch (operation.kind) {
    case Kind::kWrite:
    case Kind::kTruncate:
      files_[operation.file].pending.push_back(operation);
      break;
    case Kind::kSync: {
      File& file = files_[operation.file];
      for (const DiskOperation& pending : file.pending) ApplyWhole(pending, file.durable);
      file.pending.clear();
      break;
    }
    case Kind::kSyncNames: {
      const auto synced = [&](const DiskOperation& pending) {
        if (!IsIn(pending, operation.path)) return false;
        ApplyName(pending, names_, directories_);
        return true;
      };
      std::vector<DiskOperation> left;
      for (const DiskOperation& pending : pending_names_) {
        if (!synced(pending)) left.push_back(pending);
      }
      pending_names_ = std::move(left);
      break;
    }
    default:
      pending_names_.push_back(operation);
  }
}

std::string Disk::Survivor(const File& file, Tearing tearing, Random& random) {
  std::string content = file.durable;
  if (tearing == Tearing::kInOrder) {
    const size_t whole = SurvivingCount(file.pending.size(), random);
    for (size_t i = 0; i < whole; ++i) ApplyWhole(file.pending[i], content);
    if (whole == file.pending.size() || file.pending[whole].kind != Kind::kWrite) return content;
    const DiskOperation& torn = file.pending[whole];
    const uint64_t end = torn.at + torn.bytes.size();
    const uint64_t sectors = (end - torn.at) / kSectorBytes;
    uint64_t cut = torn.at;
    for (uint64_t left = random() % (sectors + 2); left > 0; --left) cut = NextSector(cut);
    Apply(torn, torn.at, std::min(cut, end), content);
    return content;
  }
  for (const DiskOperation& operation : file.pending) {
    if (operation.kind == Kind::kTruncate) {
      if (random() % 2 == 0) ApplyWhole(operation, content);
      continue;
    }
    const uint64_t end = operation.at + operation.bytes.size();
    for (uint64_t at = operation.at; at < end; at = NextSector(at)) {
      if (random() % 2 == 0) Apply(operation, at, std::min(NextSector(at), end), content);
    }
  }
  return content;
}

DiskImage Disk::LosePower(uint64_t seed, Tearing tearing) const {
  Random random(seed);
  DiskImage image;
  image.directories = directories_;
  std::map<std::string, uint64_t> names = names_;
  // A file system that keeps no journal may do names in any order; one that does, in theirs.
  const size_t survive = SurvivingCount(pending_names_.size(), random);
  for (size_t i = 0; i < pending_names_.size(); ++i) {
    const bool survives = tearing == Tearing::kInOrder ? i < survive : random() % 2 == 0;
    if (survives) ApplyName(pending_names_[i], names, image.directories);
  }
  for (const auto& [path, number] : names) {
    // A directory that is lost takes with it what was durable in it.
    if (!image.directories.contains(DirectoryOf(path))) continue;
    const auto file = files_.find(number);
    image.files[path] = file == files_.end() ? "" : Survivor(file->second, tearing, random);
  }
  return image;
}

}  // namespace roster::storage
