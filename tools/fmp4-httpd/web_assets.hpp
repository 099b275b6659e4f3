// The pages and scripts that the program carries inside; scripts/embed_web.cmake writes the definition
// from the WEB list of this folder's CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace fmp4_httpd {

struct Asset {
  std::string_view path;          ///< the file's name, e.g. "player.js"; unique
  std::string_view content_type;  ///< by its extension, with a charset where it is text
  std::string_view body;
};

/// All of them, in the order of the WEB list; they live as long as the program.
std::span<const Asset> web_assets();

}  // namespace fmp4_httpd
