#include "tools/s3-dvr-sync/hold_file.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/tree/names.hpp"
#include "common/tree/write.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace s3_dvr_sync {
namespace {

namespace tree = live::tree;

constexpr std::size_t most_hold_bytes = 64U << 10U;
constexpr std::string_view preface = "# s3-dvr-sync keeps these until they are uploaded\n";

/// Nothing where there is none.
std::optional<std::string> read_hold(const std::filesystem::path& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0 && errno == ENOENT) return {};
  return live::read_file(path, most_hold_bytes);
}

/// False: it is not in `text`.
bool drop_line(std::string& text, const std::string& line) {
  const auto at = ("\n" + text).find("\n" + line);
  if (at == std::string::npos) return false;
  text.erase(at, line.size());
  return true;
}

}  // namespace

bool keep_hold(const std::filesystem::path& root, const HoldLines& patterns,
               const HoldLines& former) {
  const auto path = root / tree::hold_name;
  std::optional<std::string> text;
  try {
    text = read_hold(path);
  } catch (const live::Failure&) {
    return true;  // it asks for everything
  }
  const auto there = tree::parse_hold(text.value_or(""));
  if (!there) return true;
  auto next = text ? *std::move(text) : std::string{preface};
  if (!next.empty() && next.back() != '\n') next += '\n';
  bool changed = false;
  for (const auto& pattern : former)
    if (!patterns.contains(pattern)) changed = drop_line(next, pattern + '\n') || changed;
  for (const auto& pattern : patterns) {
    if (std::ranges::find(*there, pattern) != there->end()) continue;
    next += pattern + '\n';
    changed = true;
  }
  return !changed || tree::write_whole(path, next, true) == live::Written::done;
}

bool is_held_by_name(const std::filesystem::path& root, std::string_view rendition) {
  try {
    const auto text = read_hold(root / tree::hold_name);
    const auto patterns = tree::parse_hold(text.value_or(""));
    return !patterns || std::ranges::any_of(*patterns, [&](const std::string& pattern) {
      return pattern == "*" || pattern == rendition;
    });
  } catch (const live::Failure&) {
    return true;
  }
}

UploadedFile::UploadedFile(std::filesystem::path rendition_folder)
    : folder_(std::move(rendition_folder)), known_(folder_) {
  known_.refresh();
}

void UploadedFile::add(const std::string& name) {
  if (!known_.is_uploaded(name) && pending_names_.insert(name).second) pending_.push_back(name);
}

void UploadedFile::flush() {
  if (pending_.empty()) return;
  std::error_code error;
  if (!std::filesystem::is_directory(folder_, error)) return forget();  // it was removed
  std::string lines;
  for (const auto& name : pending_)
    lines += name + '\n';
  try {
    if (tree::append_line(folder_ / tree::uploaded_name, lines, false) == live::Written::full) {
      if (!std::exchange(complained_, true))
        live::log::warn("{}: no space for .uploaded; it waits", folder_.string());
      return;
    }
  } catch (const live::Failure& failure) {
    if (!std::exchange(complained_, true)) live::log::warn("{}; it is tried again", failure.what());
    return;
  }
  complained_ = false;
  forget();
  known_.refresh();
}

void UploadedFile::forget() {
  pending_.clear();
  pending_names_.clear();
}

}  // namespace s3_dvr_sync
