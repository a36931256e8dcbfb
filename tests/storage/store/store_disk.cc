#include "tests/storage/store/store_disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <semaphore>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/pipeline/pipeline.h"

namespace roster::storage {
namespace {

namespace fs = std::filesystem;

// The most that are submitted before any of them is awaited: some are committed together.
constexpr int kMostTogether = 4;

std::string ContentOf(const fs::path& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(content).str();
}

PipelineOptions OptionsOf(Store& store) {
  PipelineOptions options;
  options.erase = [&store](const std::vector<Erasure>& erasures, std::function<void()> done) {
    store.eraser().Erase(erasures, std::move(done));
  };
  options.on_failure = [](const absl::Status& failure) { ADD_FAILURE() << failure; };
  return options;
}

}  // namespace

StoreDisk::StoreDisk() {
  EXPECT_THAT(InitStore(paths_, FirstCommits()), IsOk());
  const std::string key = fs::path(paths_.key_encryption_key).lexically_normal();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory_ / ".")) {
    const std::string path = entry.path().lexically_normal();
    if (entry.is_directory()) {
      created_.directories.insert(path);
    } else if (path != key) {
      created_.files[path] = ContentOf(path);
    }
  }
  for (fs::path path = fs::path(paths_.directory).lexically_normal().parent_path();
       created_.directories.insert(path).second;) {
    path = path.parent_path();
  }
  fs::remove_all(paths_.directory + "/log");
  fs::remove(paths_.vault);
  fs::remove(paths_.checkpoint);
}

absl::StatusOr<std::unique_ptr<Store>> StoreDisk::Open(
    rocksdb::Env& env, const std::function<void(std::string_view)>& say,
    std::function<void(std::string_view)> on_damage) const {
  StoreOptions options;
  options.paths = paths_;
  options.cache_bytes = 1 << 20;
  options.purge_after = absl::ZeroDuration();
  options.on_damage = std::move(on_damage);
  options.on_failure = [](const absl::Status& failure) { ADD_FAILURE() << failure; };
  options.env = &env;
  return OpenStore(options, say);
}

void Submit(Store& store, Load& load, const Submission& submission) {
  Pipeline pipeline(store.log(), store.views(), store.vault(), OptionsOf(store));
  std::mutex mutex;
  std::counting_semaphore<kMostTogether> told(0);
  for (int left = submission.commands; left > 0;) {
    const int together = std::min(left, 1 + left % kMostTogether);
    left -= together;
    for (int i = 0; i < together; ++i) {
      const Command command = load.Next();
      submission.ask(command);
      pipeline.Submit(
          ToProposal(command, absl::StrCat(left, "x", i), [&, command](const Answer& answer) {
            {
              const std::lock_guard lock(mutex);
              load.Learn(answer);
              submission.told(command, answer);
            }
            told.release();
          }));
    }
    for (int i = 0; i < together; ++i) told.acquire();
  }
}

}  // namespace roster::storage
