#include "common/av/error.hpp"

#include <array>
#include <cstdarg>
#include <cstdlib>
#include <string_view>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/redact.hpp"

namespace live::av {
namespace {

/// A fixed buffer, because the callback may run in threads of libav that end whenever they like.
struct Complaint {
  std::array<char, 512> text{};
};
thread_local Complaint complaint;

void on_log(void* context, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  std::array<char, 512> line{};
  int print_prefix = 1;
  av_log_format_line2(context, level, format, arguments, line.data(), static_cast<int>(line.size()),
                      &print_prefix);
  complaint.text = line;
  std::string_view text{line.data()};
  while (!text.empty() && text.back() == '\n')
    text.remove_suffix(1);
  log::debug("libav: {}", text);
}

std::string_view last_complaint() { return complaint.text.data(); }

Trouble::Kind kind_of(int error) {
  using Kind = Trouble::Kind;
  switch (error) {
    case AVERROR_EOF:
    case AVERROR(EPIPE):
    case AVERROR(ECONNRESET):
      return Kind::end;
    case AVERROR_EXIT:
      return Kind::interrupted;
    case AVERROR(ECONNREFUSED):
      return Kind::refused;
    case AVERROR(ETIMEDOUT):
    case AVERROR(EHOSTUNREACH):
    case AVERROR(ENETUNREACH):
    case AVERROR(ENETDOWN):
      return Kind::unreachable;
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
      return Kind::denied;
    case AVERROR_HTTP_NOT_FOUND:
      return Kind::not_found;
    case AVERROR(EPROTONOSUPPORT):
      return Kind::transport;
    case AVERROR(ENOENT):
    case AVERROR(EACCES):
    case AVERROR(EPERM):
      return Kind::no_input;
    case AVERROR_INVALIDDATA:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR(EISDIR):
      return Kind::not_media;
    default:
      break;
  }
  // getaddrinfo's failure comes out of libavformat's tcp protocol as EIO, with words in the log
  // only.
  if (last_complaint().find("Failed to resolve hostname") != std::string_view::npos) {
    return Kind::unresolved;
  }
  return Kind::other;
}

std::string words_of(Trouble::Kind kind, int error) {
  using Kind = Trouble::Kind;
  switch (kind) {
    case Kind::end:
      return error == AVERROR_EOF ? "the stream ended" : "the connection was closed";
    case Kind::interrupted:
      return "interrupted";
    case Kind::unresolved:
      return "no such host (DNS)";
    case Kind::refused:
      return "connection refused";
    case Kind::unreachable:
      return "cannot reach the host: " + error_text(error);
    case Kind::denied:
      return error == AVERROR_HTTP_FORBIDDEN ? "access denied (403)" : "wrong credentials (401)";
    case Kind::not_found:
      return "no such stream (404)";
    case Kind::transport:
      return "the transport is not supported there (461)";
    case Kind::no_input:
    case Kind::other:
      return error_text(error);
    case Kind::not_media:
      return "not media that libavformat knows";
  }
  return {};
}

}  // namespace

std::string error_text(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

Trouble trouble_of(int error) {
  const auto kind = kind_of(error);
  return {kind, words_of(kind, error)};
}

void check(int error, const char* what) {
  if (error < 0) fail(Exit::bad_data, "{}: {}", what, error_text(error));
}

void take_log() {
  av_log_set_flags(AV_LOG_SKIP_REPEATED);
  av_log_set_callback(on_log);
  // SVT-AV1 writes to stderr by itself, a page for each encoder; errors only, unless somebody asked for more.
  ::setenv("SVT_LOG", "1", 0);
}

void forget_complaint() { complaint.text[0] = '\0'; }

}  // namespace live::av
