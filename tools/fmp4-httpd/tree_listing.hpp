// The streams of an HLS tree, for pages and monitors.
#pragma once

#include "common/base/units.hpp"
#include "common/http/static_file.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fmp4_httpd {

struct TreeStream {
  std::string name;
  bool ended =
      false;  ///< as its writer says (man 5 hls-tree, .stream.json); a tree without that is live
};

class TreeListing {
 public:
  /// REQUIRES: `root` outlives it.
  explicit TreeListing(const live::http::Root& root) : root_(root) {}

  /// Is there a multivariant playlist of this stream?
  [[nodiscard]] bool has(std::string_view name) const;
  /// All of them by name, at most `most_listed`, as they were at most `refresh` ago.
  const std::vector<TreeStream>& streams(live::Monotonic now);

 private:
  static constexpr std::size_t most_listed = 1'000;
  static constexpr std::chrono::seconds refresh{1};
  [[nodiscard]] std::vector<TreeStream> read() const;

  const live::http::Root& root_;
  std::vector<TreeStream> streams_;
  live::Monotonic next_{};
};

}  // namespace fmp4_httpd
