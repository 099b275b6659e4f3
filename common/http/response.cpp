#include "common/http/response.hpp"

#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <array>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

namespace live::http {

Body::Body(std::string text) {
  auto owner = std::make_shared<const std::string>(std::move(text));
  bytes_ = as_bytes(*owner);
  owner_ = std::move(owner);
}

Body::Body(const char* text) : Body(std::string{text}) {}

Body::Body(std::shared_ptr<const Buffer> buffer) {
  if (buffer) bytes_ = *buffer;
  owner_ = std::move(buffer);
}

Body Body::of_static(Bytes bytes) {
  Body body;
  body.bytes_ = bytes;
  return body;
}

Body Body::of_file(std::shared_ptr<const Fd> fd, std::uint64_t first, std::uint64_t length) {
  Body body;
  body.file_ = {std::move(fd), first, length};
  return body;
}

std::string_view reason(int status) {
  struct Known {
    int status;
    std::string_view text;
  };
  constexpr std::array known{Known{101, "Switching Protocols"},
                             Known{200, "OK"},
                             Known{204, "No Content"},
                             Known{206, "Partial Content"},
                             Known{301, "Moved Permanently"},
                             Known{302, "Found"},
                             Known{304, "Not Modified"},
                             Known{307, "Temporary Redirect"},
                             Known{308, "Permanent Redirect"},
                             Known{400, "Bad Request"},
                             Known{401, "Unauthorized"},
                             Known{403, "Forbidden"},
                             Known{404, "Not Found"},
                             Known{405, "Method Not Allowed"},
                             Known{408, "Request Timeout"},
                             Known{410, "Gone"},
                             Known{411, "Length Required"},
                             Known{412, "Precondition Failed"},
                             Known{413, "Content Too Large"},
                             Known{414, "URI Too Long"},
                             Known{416, "Range Not Satisfiable"},
                             Known{426, "Upgrade Required"},
                             Known{429, "Too Many Requests"},
                             Known{431, "Request Header Fields Too Large"},
                             Known{500, "Internal Server Error"},
                             Known{502, "Bad Gateway"},
                             Known{503, "Service Unavailable"},
                             Known{504, "Gateway Timeout"}};
  for (const auto& one : known)
    if (one.status == status) return one.text;
  return "Unknown";
}

Response error_response(int status, std::string_view why, Headers headers) {
  headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  headers.emplace_back("Cache-Control", "no-store");
  return {status, std::move(headers),
          Body{fmt::format("{} {}: {}\n", status, reason(status), printable(redact(why), 200))}};
}

Response method_not_allowed(std::string_view allow) {
  return error_response(405, fmt::format("allowed are {}", allow), {{"Allow", std::string{allow}}});
}

std::string format_head(int status, const Headers& headers) {
  constexpr std::size_t usual_bytes = 512;
  std::string text;
  text.reserve(usual_bytes);
  fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\nDate: {}\r\n", status, reason(status),
                 http_date());
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  return text += "\r\n";
}

std::string http_date() {
  thread_local std::time_t said = -1;
  thread_local std::string text;
  const auto now = std::time(nullptr);
  if (now != said) text = http_date(now);
  said = now;
  return text;
}

std::string http_date(std::time_t time) {
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  // The names are English because no program of the project calls setlocale().
  const auto length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

}  // namespace live::http
