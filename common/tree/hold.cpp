#include "common/tree/hold.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>

namespace live::tree {
namespace {

constexpr std::size_t most_hold_bytes = 64U << 10U;
constexpr std::size_t most_name_bytes = 255;  // NAME_MAX
constexpr std::string_view everything = "*";
constexpr std::string_view best = "best";

bool is_pattern(std::string_view line) {
  const auto slash = line.find('/');
  if (slash != std::string_view::npos)
    return is_stream_name(line.substr(0, slash)) && is_rendition_name(line.substr(slash + 1));
  return line == everything || is_rendition_name(line);
}

/// Of one stream only.
bool is_path(std::string_view pattern) { return pattern.find('/') != std::string_view::npos; }

/// The number of `<number>.m4s`, which is nearly all that is ever uploaded.
std::optional<std::uint64_t> segment_number(std::string_view name) {
  const auto file = parse_file_name(name);
  if (!file || file->kind != FileName::Kind::segment || file->container != Container::fmp4)
    return {};
  return file->number;
}

}  // namespace

std::optional<std::vector<std::string>> parse_hold(std::string_view text) {
  std::vector<std::string> patterns;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (!is_pattern(line)) return {};
    patterns.emplace_back(line);
  }
  return patterns;
}

void Hold::refresh() {
  struct stat facts {};
  if (::stat(path_.c_str(), &facts) != 0 && errno == ENOENT) {
    patterns_.clear();
    return;
  }
  std::optional<std::vector<std::string>> patterns;
  try {
    patterns = parse_hold(read_file(path_, most_hold_bytes));
  } catch (const Failure&) {  // what cannot be read may ask for everything
    patterns.reset();
  }
  patterns_ = patterns ? *std::move(patterns) : std::vector{std::string{everything}};
}

std::string_view best_rendition(std::span<const RenditionRecord> ladder) {
  const RenditionRecord* chosen = nullptr;
  const auto rank = [](const RenditionRecord& one) {
    if (!one.video) return std::uint64_t{0};
    return one.peak == 0 ? std::numeric_limits<std::uint64_t>::max() : one.peak;
  };
  for (const auto& one : ladder)
    if (chosen == nullptr || rank(one) > rank(*chosen)) chosen = &one;
  return chosen == nullptr ? std::string_view{} : std::string_view{chosen->name};
}

bool Hold::is_held(std::string_view stream, std::string_view rendition,
                   std::span<const RenditionRecord> ladder) const {
  bool names = false, meets = false;
  for (const std::string_view pattern : patterns_) {
    if (pattern == everything || pattern == rendition) return true;
    if (pattern == best) {
      const auto chosen = best_rendition(ladder);
      if (chosen.empty() || chosen == rendition) return true;
      meets = true;
    } else if (is_path(pattern)) {
      const bool here = pattern.size() > stream.size() && pattern.starts_with(stream) &&
                        pattern[stream.size()] == '/';
      if (here && pattern.substr(stream.size() + 1) == rendition) return true;
      meets = meets || here;
    } else {
      names = true;
      meets = meets || std::ranges::find(ladder, pattern, &RenditionRecord::name) != ladder.end();
    }
  }
  return names && !meets;
}

void Uploaded::forget() {
  inode_ = read_ = 0;
  segments_.clear();
  others_.clear();
}

void Uploaded::add(std::string_view name) {
  if (const auto number = segment_number(name)) {
    const auto at = std::ranges::lower_bound(segments_, *number);
    if (at == segments_.end() || *at != *number) segments_.insert(at, *number);
  } else if (!name.empty()) {
    others_.emplace(name);
  }
}

void Uploaded::refresh() {
  const Fd file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!file || ::fstat(file.get(), &facts) != 0) return forget();
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (facts.st_ino != inode_ || size < read_) forget();
  inode_ = facts.st_ino;

  std::array<char, 64U << 10U> part{};
  while (read_ < size) {
    const auto n = ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(read_));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    std::string_view text{part.data(), static_cast<std::size_t>(n)};
    const auto whole = text.rfind('\n');
    if (whole == std::string_view::npos) {
      if (text.size() <= most_name_bytes) return;  // its end is still to come
      read_ += text.size();                        // no name is that long
      continue;
    }
    text = text.substr(0, whole + 1);
    read_ += text.size();
    while (!text.empty()) {
      const auto end = text.find('\n');
      if (end <= most_name_bytes) add(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
  }
}

bool Uploaded::is_uploaded(std::string_view name) const {
  if (const auto number = segment_number(name))
    return std::ranges::binary_search(segments_, *number);
  return others_.contains(name);
}

}  // namespace live::tree
