#include "tools/abr-hls/disk.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"
#include "common/tree/names.hpp"
#include "common/tree/write.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <cerrno>
#include <numeric>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace abr_hls {

namespace tree = live::tree;

namespace {

/// Without a failure, before there is space again: on a full disk each deletion makes room for one more file.
constexpr std::chrono::seconds calm{3};
constexpr std::chrono::seconds look_interval{1};

}  // namespace

bool Disk::make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directory(path, error);
  if (error && !live::is_full(error.value()))
    live::fail(live::Exit::cannot_create, "create {}: {}", path.string(), error.message());
  return note(!error, 0, path);
}

bool Disk::write(const std::filesystem::path& path, std::span<const live::Bytes> pieces,
                 bool durable) {
  const auto bytes =
      std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                      [](std::size_t sum, live::Bytes piece) { return sum + piece.size(); });
  return note(tree::write_whole(path, pieces, durable) == tree::Written::done, bytes, path);
}

bool Disk::write(const std::filesystem::path& path, std::string_view text) {
  return note(tree::write_whole(path, text) == tree::Written::done, text.size(), path);
}

bool Disk::append(const std::filesystem::path& path, std::string_view lines, bool durable) {
  return note(tree::append_line(path, lines, durable) == tree::Written::done, lines.size(), path);
}

bool Disk::note(bool done, std::size_t bytes, const std::filesystem::path& path) {
  if (done) {
    stats_.written_bytes.add(bytes);
    return true;
  }
  last_failure_ = std::chrono::steady_clock::now();
  lacked_ = std::max(lacked_, bytes);
  if (!full_since_) {
    full_since_ = last_failure_;
    stats_.disk_full.set(1);
    live::log::error("{}: no space left; waiting for it, what comes meanwhile is listed as a gap",
                     path.parent_path().string());
  }
  return false;
}

void Disk::has_space() {
  if (!full_since_ || std::chrono::steady_clock::now() - last_failure_ < calm) return;
  full_since_.reset();
  lacked_ = 0;
  stats_.disk_full.set(0);
  live::log::info("there is space again");
}

void Disk::look(const std::filesystem::path& folder) {
  const auto now = std::chrono::steady_clock::now();
  if (!full_since_ || now - std::max(last_failure_, last_look_) < look_interval) return;
  last_look_ = now;
  if (has_room(folder)) {
    has_space();
  } else {
    last_failure_ = now;
  }
}

/// For what had none.
bool Disk::has_room(const std::filesystem::path& folder) const {
  // As the record is called while it is written: what a crash leaves of it is known.
  const auto path = folder / fmt::format(".{}.tmp", tree::record_name);
  const live::Fd file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!file) return !live::is_full(errno);
  const auto bytes = static_cast<off_t>(std::max<std::size_t>(lacked_, 1));
  const int error = ::posix_fallocate(file.get(), 0, bytes);
  ::unlink(path.c_str());
  return !live::is_full(error);
}

void Disk::check() const {
  if (full_since_ && last_failure_ - *full_since_ >= timeout_)
    live::fail(live::Exit::io, "write segments: no space left for {}",
               live::format_duration(timeout_));
}

}  // namespace abr_hls
