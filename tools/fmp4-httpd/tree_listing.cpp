#include "tools/fmp4-httpd/tree_listing.hpp"

#include "common/base/text.hpp"
#include "common/tree/names.hpp"
#include "common/tree/stream_record.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace fmp4_httpd {

bool TreeListing::has(std::string_view name) const {
  return live::is_stream_name(name) &&
         root_.open(fmt::format("{}/{}", name, live::tree::multivariant_name)).has_value();
}

const std::vector<TreeStream>& TreeListing::streams(live::Monotonic now) {
  if (now < next_) return streams_;
  streams_ = read();
  next_ = now + refresh;
  return streams_;
}

std::vector<TreeStream> TreeListing::read() const {
  std::vector<TreeStream> all;
  std::error_code error;
  std::filesystem::directory_iterator entries{root_.folder(), error};
  for (const std::filesystem::directory_iterator end; !error && entries != end;
       entries.increment(error)) {
    auto name = entries->path().filename().string();
    if (all.size() == most_listed) break;
    if (!has(name)) continue;
    const auto record = live::tree::read_stream_record(entries->path());
    const bool ended = record && record->state == live::tree::StreamRecord::State::ended;
    all.push_back({std::move(name), ended});
  }
  std::ranges::sort(all, {}, &TreeStream::name);
  return all;
}

}  // namespace fmp4_httpd
