#include "tools/s3-dvr-sync/segment_name.hpp"

#include "common/base/file_mark.hpp"
#include "common/base/percent.hpp"
#include "common/base/text.hpp"
#include "common/s3/signature.hpp"

#include <algorithm>
#include <cstddef>

namespace s3_dvr_sync {

bool is_file_name(std::string_view name) {
  constexpr std::size_t most = 255;  // NAME_MAX
  const auto is_wrong = [](unsigned char c) { return c == '/' || c < ' ' || c == 0x7f; };
  return !name.empty() && name.size() <= most && name.front() != '.' &&
         std::ranges::none_of(name, is_wrong) && live::is_utf8(name);
}

std::string decoded_name(std::string_view uri) {
  auto name = live::percent_decoded(uri.substr(0, uri.find_first_of("?#")));
  return is_file_name(name) ? name : std::string{uri};
}

std::string name_in(const std::filesystem::path& folder, std::string_view uri) {
  auto decoded = decoded_name(uri);
  const bool differs = decoded != uri && is_file_name(uri);
  return differs && live::mark_of(folder / uri) ? std::string{uri} : decoded;
}

std::string uri_of(std::string_view name) {
  return is_file_name(name) ? live::s3::encoded(name) : std::string{name};
}

}  // namespace s3_dvr_sync
