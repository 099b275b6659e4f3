#include "common/http/gzip.hpp"

#include "common/base/ascii.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include <zlib.h>

namespace live::http {
namespace {

constexpr int level = 4;              // playlists: a tenth of their size, in some 30 us
constexpr int gzip_window = 15 + 16;  // 32 kB, with gzip's header (zlib.h, deflateInit2)
constexpr int memory_level = 8;

/// "q=0", "q=0.0": refused.
bool is_refused(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return false;
  const auto value = trimmed(parameters.substr(at + 2));
  return value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw std::bad_alloc{};
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // only read
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::bad_alloc{};  // deflateBound() promises that it fits
  return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const auto comma = std::min(accept_encoding.find(','), accept_encoding.size());
    const auto one = accept_encoding.substr(0, comma);
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
    const auto semicolon = std::min(one.find(';'), one.size());
    const auto coding = trimmed(one.substr(0, semicolon));
    const bool taken = !is_refused(one.substr(semicolon));
    // "All content codings are case-insensitive" (RFC 9110 §8.4.1).
    if (is_same_word(coding, "gzip") || is_same_word(coding, "x-gzip")) return taken;
    if (coding == "*") any = taken;
  }
  return any;
}

}  // namespace live::http
