#include "common/base/redact.hpp"

#include "common/base/ascii.hpp"
#include "common/base/failure.hpp"
#include "common/base/file.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace live {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view mask = "***";

struct Range {
  std::size_t begin, end;
};

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`' || c == '<' || c == '>'; }

/// Could `text` be HOST or HOST:PORT, up to a path, query, fragment or the end?
bool begins_with_host(std::string_view text) {
  const auto host = text.substr(0, text.find_first_of("/?#"));
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return is_alnum(c) || std::strchr(".-_:[]%", c) != nullptr;
  });
}

/// Length of USER:PASSWORD in `rest`, the text behind "://", or 0.  A password holds what people
/// type:
/// '@' and '/' unescaped too.  Where the text can be read in two ways, more is taken for a secret.
std::size_t userinfo_length(std::string_view rest) {
  const auto mark = rest.find_first_of(":@/?#");
  if (mark == npos || (rest[mark] != ':' && rest[mark] != '@')) return 0;
  for (auto at = rest.rfind('@'); at != npos; at = at == 0 ? npos : rest.rfind('@', at - 1))
    if (begins_with_host(rest.substr(at + 1))) return at;
  const auto last = rest.rfind('@');
  return last == npos ? 0 : last;
}

/// Where the URL that begins at `start` ends: at a space; at a quote too, unless that must be part
/// of a password, as neither '@' nor '/' has come yet.
std::size_t url_end(std::string_view text, std::size_t start) {
  const auto tail = text.substr(start);
  const auto space =
      static_cast<std::size_t>(std::distance(tail.begin(), std::ranges::find_if(tail, is_space)));
  const auto quote =
      static_cast<std::size_t>(std::distance(tail.begin(), std::ranges::find_if(tail, is_quote)));
  if (quote < space && (tail.substr(0, quote).find_first_of("@/") != npos ||
                        tail.substr(quote, space - quote).find('@') == npos))
    return start + quote;
  return start + space;
}

void find_userinfo(std::string_view text, std::vector<Range>& found) {
  constexpr std::string_view separator = "://";
  auto at = text.find(separator);
  while (at != npos) {
    auto next = at + separator.size();
    if (at > 0 && is_alnum(text[at - 1])) {
      const auto length = userinfo_length(text.substr(next, url_end(text, next) - next));
      if (length > 0) found.push_back({next, next + length});
      next += length;
    }
    at = text.find(separator, next);
  }
}

bool suggests_secret(std::string_view name) {
  constexpr std::array<std::string_view, 8> words{"key",    "token", "sign", "pass",
                                                  "secret", "auth",  "pwd",  "credential"};
  const auto lowered = to_lower(name);
  return std::ranges::any_of(words, [&](auto word) { return lowered.find(word) != npos; });
}

/// "?name=value" and "&name=value", with a scheme in front or not: request targets are logged too.
void find_parameters(std::string_view text, std::vector<Range>& found) {
  for (auto at = text.find_first_of("?&"); at != npos; at = text.find_first_of("?&", at + 1)) {
    std::size_t end = at + 1;
    const auto stops = [&](char c) { return is_space(c) || is_quote(c) || c == '&' || c == '#'; };
    while (end < text.size() && !stops(text[end]))
      ++end;
    const auto parameter = text.substr(at + 1, end - at - 1);
    const auto equals = parameter.find('=');
    if (equals != npos && equals + 1 < parameter.size() &&
        suggests_secret(parameter.substr(0, equals)))
      found.push_back({at + 1 + equals + 1, end});
  }
}

/// "rtmp[s]://host/app/NAME?query": all behind the application.
void find_stream_names(std::string_view text, std::vector<Range>& found) {
  constexpr std::string_view scheme = "rtmp";
  for (auto at = text.find(scheme); at != npos; at = text.find(scheme, at + 1)) {
    const auto colon = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at);
    if (colon == npos || !text.substr(colon).starts_with("://")) continue;
    auto begin = colon + 3;
    const auto end = url_end(text, begin);
    begin += userinfo_length(text.substr(begin, end - begin));
    const auto path = text.substr(begin, std::min(text.find('?', begin), end) - begin);
    const auto app = path.find('/');
    const auto name = path.rfind('/');
    if (name == npos || name == app || begin + name + 1 >= end) continue;
    found.push_back({begin + name + 1, end});
  }
}

/// The secrets of `text`, in order and apart.
std::vector<Range> find_secrets(std::string_view text, bool stream_names) {
  std::vector<Range> found;
  find_userinfo(text, found);
  find_parameters(text, found);
  if (stream_names) find_stream_names(text, found);
  std::ranges::stable_sort(found, {}, &Range::begin);
  std::vector<Range> apart;
  for (const auto& range : found) {
    if (!apart.empty() && range.begin <= apart.back().end) {
      apart.back().end = std::max(apart.back().end, range.end);
    } else {
      apart.push_back(range);
    }
  }
  return apart;
}

/// `text` with each secret replaced by stars; in argv never longer than it was.
std::string masked(std::string_view text, bool in_argv) {
  std::string out;
  std::size_t done = 0;
  for (const auto& [begin, end] : find_secrets(text, in_argv)) {
    out += text.substr(done, begin - done);
    out += mask.substr(0, in_argv ? end - begin : npos);
    done = end;
  }
  return out.append(text.substr(done));
}

}  // namespace

std::string redact(std::string_view text) { return masked(text, false); }

void hide_credentials(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument{argv[i]};
    const auto shown = masked(argument, true);
    if (shown == argument) continue;
    const auto length = argument.size();
    std::memcpy(argv[i], shown.data(), shown.size());
    std::memset(argv[i] + shown.size(), 0, length - shown.size());
  }
}

std::string resolve_secret(const std::string& value) {
  constexpr std::string_view env = "env:";
  constexpr std::string_view file = "file:";
  constexpr std::size_t largest_file = 65'536;
  if (value.starts_with(env)) {
    const auto name = value.substr(env.size());
    const char* content = std::getenv(name.c_str());
    if (content == nullptr) fail(Exit::usage, "read env:{}: the variable is not set", name);
    return content;
  }
  if (!value.starts_with(file)) return value;
  auto line = read_file(value.substr(file.size()), largest_file);
  line.erase(std::min(line.find('\n'), line.size()));
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace live
