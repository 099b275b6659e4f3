#include "tools/abr-hls/disposal.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace abr_hls {

namespace tree = live::tree;

namespace {

constexpr std::uint64_t most_reserved = 2ULL << 30U;  // 2G
constexpr unsigned share_reserved = 10;               // 1/10 of the file system

}  // namespace

Disposal::Disposal(std::filesystem::path folder, Rules rules, Stats& stats)
    : folder_(std::move(folder)), rules_(rules), stats_(stats), hold_(folder_.parent_path()) {
  hold_.refresh();
}

bool Disposal::is_held(const std::string& rendition) const {
  return hold_.is_held(folder_.filename().string(), rendition, ladder_);
}

void Disposal::add(const std::string& rendition, const std::string& name, live::Monotonic due) {
  const auto parsed = tree::parse_file_name(name);
  if (!parsed || !tree::is_rendition_name(rendition)) return;
  const bool media = parsed->kind != tree::FileName::Kind::part;
  if (media && rules_.keeps_media) return;
  due_.emplace(due, One{rendition, name, media});
}

void Disposal::tick(live::Monotonic now) {
  if (now < next_look_) return;
  next_look_ = now + std::chrono::seconds{1};
  if (now >= next_held_look_) {
    next_held_look_ = now + held_pause;
    hold_.refresh();
    for (auto& [rendition, uploaded] : uploaded_)
      uploaded.refresh();
    std::erase_if(held_, [&](const auto& entry) {
      if (!may_go(entry.second)) return false;
      remove(entry.second);
      return true;
    });
  }
  while (!due_.empty() && due_.begin()->first <= now) {
    auto one = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    if (may_go(one)) {
      remove(one);
    } else {
      const auto number = tree::parse_file_name(one.name)->number;
      held_.emplace(number, std::move(one));
    }
  }
  free_space();
}

bool Disposal::may_go(const One& one) {
  if (!one.media || !is_held(one.rendition)) return true;
  auto [uploaded, is_new] = uploaded_.try_emplace(one.rendition, folder_ / one.rendition);
  if (is_new) uploaded->second.refresh();
  return uploaded->second.is_uploaded(one.name);
}

/// The oldest held files go when there is no other way to go on recording.
void Disposal::free_space() {
  bool lost = false;
  while (!held_.empty() && is_short_of_space()) {
    if (!std::exchange(says_lost_, true))
      live::log::error(
          "{}: short of space: files that are not uploaded yet are lost, from {}/{} on",
          folder_.string(), held_.begin()->second.rendition, held_.begin()->second.name);
    remove(held_.begin()->second);
    held_.erase(held_.begin());
    stats_.lost_files.add();
    lost = true;
  }
  if (!lost) says_lost_ = says_lost_ && is_short_of_space();
}

bool Disposal::is_short_of_space() const {
  struct statvfs facts {};
  if (::statvfs(folder_.c_str(), &facts) != 0) return false;
  const auto block = static_cast<std::uint64_t>(facts.f_frsize);
  const auto all = block * facts.f_blocks;
  const auto wanted =
      rules_.min_free != 0 ? rules_.min_free : std::min(most_reserved, all / share_reserved);
  return block * facts.f_bavail < wanted;
}

/// Never through a link.
void Disposal::remove(const One& one) {
  const auto path = folder_ / one.rendition;
  const live::Fd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (!folder) return;
  if (::unlinkat(folder.get(), one.name.c_str(), 0) == 0) {
    stats_.deleted_files.add();
  } else if (errno != ENOENT) {
    live::log::warn("delete {}/{}: {}", path.string(), one.name, live::errno_text());
  }
}

}  // namespace abr_hls
