# cmake -DOUT=assets.cpp "-DFILES=a.html;b.js" -P embed_web.cmake
#   Writes the definition of fmp4_httpd::web_assets(): the files' bytes, as raw string literals so that
#   they compile at once and can be read.

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_svg "image/svg+xml")

set(rows "")
foreach(path IN LISTS FILES)
  file(READ "${path}" body)
  string(FIND "${body}" ")web\"" clash)
  if(NOT clash EQUAL -1)
    message(FATAL_ERROR "embed ${path}: it holds the end mark of a raw string")
  endif()
  cmake_path(GET path FILENAME name)
  string(REGEX REPLACE ".*\\." "" extension "${name}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed ${path}: no content type is known for .${extension}")
  endif()
  string(APPEND rows "    {\"${name}\", \"${type_${extension}}\", R\"web(${body})web\"},\n")
endforeach()

file(CONFIGURE OUTPUT "${OUT}" @ONLY NEWLINE_STYLE UNIX CONTENT [=[
// Generated from the pages; see scripts/embed_web.cmake.
#include "tools/fmp4-httpd/web_assets.hpp"

namespace fmp4_httpd {
namespace {

constexpr Asset assets[] = {
@rows@};

}  // namespace

std::span<const Asset> web_assets() { return assets; }

}  // namespace fmp4_httpd
]=])
