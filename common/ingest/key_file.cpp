#include "common/ingest/key_file.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"

#include <utility>

namespace live::ingest {
namespace {

constexpr std::chrono::seconds settles{2};
constexpr Ms between_readings{250};

}  // namespace

KeyFile::KeyFile(std::filesystem::path path) : path_(std::move(path)) {
  read();
  if (keys_->size() == 0) log::warn("{}: there is no key in it yet", path_.string());
}

KeyFile::Stamp KeyFile::stamp_of(const std::filesystem::path& path) {
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {};
  return {facts.st_dev, facts.st_ino, facts.st_size,
          facts.st_mtim.tv_sec * ns_per_s + facts.st_mtim.tv_nsec};
}

/// Throws as load() does; the keys of before stay then.
void KeyFile::read() {
  stamp_ = stamp_of(path_);
  read_at_ = std::chrono::steady_clock::now();
  const WallClock modified{std::chrono::duration_cast<WallClock::duration>(
      std::chrono::nanoseconds{stamp_.modified_ns})};
  settled_ = std::chrono::system_clock::now() - modified > settles;
  keys_ = std::make_shared<const Keys>(Keys::load(path_));
  const auto crowded = keys_->crowded_app();
  if (crowded && !std::exchange(said_crowded_, true))
    log::warn(
        "{}: more than {} crypt(5) hashes for {}: a key that comes without its name is not "
        "looked for among them",
        path_.string(), Keys::hashes_of_an_app, crowded->empty() ? "any app" : *crowded);
  if (!warned_ && is_readable_by_others(path_)) {
    warned_ = true;
    log::warn("{}: every user of this machine can read it: chmod o-r", path_.string());
  }
}

void KeyFile::reload() {
  const auto before = keys_->size();
  try {
    read();
    if (keys_->size() != before || !complaint_.empty())
      log::info("{}: {} keys", path_.string(), keys_->size());
    complaint_.clear();
  } catch (const Failure& failure) {
    if (complaint_ != failure.what())
      log::error("{}; the {} keys of before stay", failure.what(), before);
    complaint_ = failure.what();
  }
}

std::shared_ptr<const Keys> KeyFile::current() {
  const bool again = !settled_ && std::chrono::steady_clock::now() - read_at_ >= between_readings;
  if (again || stamp_of(path_) != stamp_) reload();
  return keys_;
}

}  // namespace live::ingest
