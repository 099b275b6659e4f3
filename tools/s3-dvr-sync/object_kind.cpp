#include "tools/s3-dvr-sync/object_kind.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>

namespace s3_dvr_sync {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{
    {{".m4s", "video/iso.segment"},
     {".mp4", "video/mp4"},
     {".ts", "video/mp2t"},
     {".m3u8", "application/vnd.apple.mpegurl"},
     {".mkv", "video/x-matroska"},
     {".flv", "video/x-flv"},
     {".jpg", "image/jpeg"},
     {".json", "application/json"},
     {".vtt", "text/vtt"}}};

}  // namespace

std::string_view content_type(std::string_view key) {
  std::string name{key};
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found =
      std::ranges::find_if(types, [&](const auto& type) { return name.ends_with(type.first); });
  return found == types.end() ? "application/octet-stream" : found->second;
}

std::string_view cache_control(Kind kind) {
  return kind == Kind::open_playlist ? "no-cache" : "public, max-age=31536000, immutable";
}

PartPlan plan_parts(std::uint64_t bytes) {
  constexpr std::uint64_t mebibyte = 1U << 20U;
  const auto needed = (bytes + most_parts - 1) / most_parts;
  const auto size = std::max(least_part, (needed + mebibyte - 1) / mebibyte * mebibyte);
  return {size, static_cast<unsigned>((bytes + size - 1) / size)};
}

}  // namespace s3_dvr_sync
