#include "common/http/request.hpp"

#include "common/base/ascii.hpp"
#include "common/base/text.hpp"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace live::http {
namespace {

namespace beast_http = boost::beast::http;
constexpr auto npos = std::string_view::npos;
constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view end_of_head = "\r\n\r\n";

bool is_token(char c) {  // RFC 9110 §5.6.2
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return is_alnum(c) || others.find(c) != npos;
}

/// Looks at as much of the request line as has come.
std::variant<std::monostate, NeedMore, Rejected> check_request_line(std::string_view in,
                                                                    const HeadLimits& limits) {
  constexpr std::size_t longest_method = 16;
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  const auto stop =
      static_cast<std::size_t>(std::distance(in.begin(), std::ranges::find_if(in, is_control)));
  const auto line = in.substr(0, stop);
  const auto space = line.find(' ');
  const auto method = line.substr(0, space);
  if (method.size() > longest_method || !std::ranges::all_of(method, is_token))
    return Rejected{400, "this is no HTTP request"};
  const auto target = space == npos ? std::string_view{} : line.substr(space + 1);
  if (std::min(target.find(' '), target.size()) > limits.target_bytes)
    return Rejected{414, "the target is too long"};
  const auto rest = in.substr(stop);
  if (rest.empty() || rest == "\r") return NeedMore{1};
  if (!rest.starts_with(end_of_line))
    return Rejected{400, "a control character in the request line"};
  return std::monostate{};
}

/// Fills path and query from the target in origin-form, absolute-form or as "*" (RFC 9112 §3.2).
bool split_target(std::string_view target, Request& request) {
  if (target == "*") {
    request.path = "*";
    return request.method == "OPTIONS";
  }
  const auto lowered = to_lower(target.substr(0, 8));
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!lowered.starts_with(scheme)) continue;
    target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    if (target.empty()) target = "/";
  }
  const auto question = target.find('?');
  auto path = percent_decode(target.substr(0, question));
  if (!path || !path->starts_with('/')) return false;
  request.path = std::move(*path);
  if (question != npos) request.query = target.substr(question + 1);
  return true;
}

using Parser = beast_http::request_parser<beast_http::empty_body>;

std::variant<Request, Rejected> to_request(const Parser& parser) {
  const auto& message = parser.get();
  Request request;
  request.method = message.method_string();
  request.http_1_0 = message.version() == 10;
  request.keep_alive = message.keep_alive();
  request.chunked = message.has_content_length() ? false : message.chunked();
  if (const auto length = parser.content_length()) request.content_length = *length;
  for (const auto& field : message)
    request.headers.emplace_back(to_lower(field.name_string()), field.value());
  // RFC 9112 §3.2: a 1.1 request has one Host.
  const auto hosts =
      std::ranges::count(request.headers, "host", [](const auto& h) { return h.first; });
  if (hosts > 1 || (hosts == 0 && !request.http_1_0))
    return Rejected{400, "a request needs one Host header"};
  if (!split_target(message.target(), request))
    return Rejected{400, "the target of the request cannot be read"};
  return request;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  const auto found =
      std::ranges::find(headers, name, [](const auto& h) { return std::string_view{h.first}; });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool Request::header_has(std::string_view name, std::string_view token) const {
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const auto comma = std::min(rest.find(','), rest.size());
      if (to_lower(trimmed(rest.substr(0, comma))) == token) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

std::variant<Taken<Request>, NeedMore, Rejected> parse_request(std::string_view in,
                                                               const HeadLimits& limits) {
  // RFC 9112 §2.2: empty lines before a request line are ignored.
  std::size_t skipped = 0;
  while (in.substr(skipped).starts_with(end_of_line) && skipped < limits.head_bytes)
    skipped += 2;
  const auto text = in.substr(skipped);
  const auto line = check_request_line(text, limits);
  if (const auto* rejected = std::get_if<Rejected>(&line)) return *rejected;
  const auto end = text.find(end_of_head);
  if (std::min(end, text.size()) + skipped > limits.head_bytes)
    return Rejected{431, "the head of the request is too large"};
  if (end == npos) return NeedMore{1};

  const auto length = end + end_of_head.size();
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes + end_of_head.size()));
  parser.body_limit(boost::none);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(text.data(), length), error);
  if (error || !parser.is_header_done())
    return Rejected{400, "the head of the request is malformed"};
  auto request = to_request(parser);
  if (auto* rejected = std::get_if<Rejected>(&request)) return std::move(*rejected);
  return Taken<Request>{std::move(std::get<Request>(request)), skipped + length};
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return {};
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return {};
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if ((c >= 0 && c < ' ') || c == '\x7f') return {};
    out += c;
  }
  return out;
}

}  // namespace live::http
