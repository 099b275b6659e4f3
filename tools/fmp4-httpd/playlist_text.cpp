#include "tools/fmp4-httpd/playlist_text.hpp"

#include "common/http/gzip.hpp"
#include "common/http/static_file.hpp"

#include <functional>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace fmp4_httpd {
namespace {

using live::http::Body;

constexpr std::size_t least_to_zip = 256;  // below, the header of gzip eats the gain

constexpr std::size_t own_headers = 5;

Body shared(std::string_view text) {
  const auto bytes = live::as_bytes(text);
  return Body{std::make_shared<const live::Buffer>(bytes.begin(), bytes.end())};
}

}  // namespace

PlaylistText::PlaylistText(const std::string& text) {
  const auto hash = std::hash<std::string>{}(text);
  forms_[0] = {shared(text), fmt::format("\"{:x}\"", hash)};
}

std::string_view PlaylistText::text() const { return live::as_text(forms_[0].body.bytes()); }

const PlaylistText::Form& PlaylistText::form(bool zipped) {
  const auto& plain = forms_[0];
  auto& form = forms_[zipped ? 1 : 0];
  if (form.etag.empty()) {
    form.body = shared(live::http::gzip(text()));
    form.etag =
        fmt::format("{}-z\"", std::string_view{plain.etag}.substr(0, plain.etag.size() - 1));
  }
  return form;
}

live::http::Response PlaylistText::response(const live::http::Request& request,
                                            std::string_view cache, live::http::Headers headers) {
  const bool zip =
      text().size() >= least_to_zip && live::http::accepts_gzip(request.header("accept-encoding"));
  const auto& sent = form(zip);
  headers.reserve(headers.size() + own_headers);
  headers.emplace_back("Content-Type", "application/vnd.apple.mpegurl");
  headers.emplace_back("Cache-Control", cache);
  headers.emplace_back("Vary", "Accept-Encoding");
  headers.emplace_back("ETag", sent.etag);
  constexpr std::time_t no_date = 0;
  if (!request.header("if-none-match").empty() || !request.header("if-match").empty()) {
    const auto status = live::http::precondition(request, sent.etag, no_date);
    if (status) return live::http::without_content(*status, std::move(headers));
  }
  if (zip) headers.emplace_back("Content-Encoding", "gzip");
  return {200, std::move(headers), sent.body};
}

}  // namespace fmp4_httpd
