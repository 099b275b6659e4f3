#include "tools/social-relay/events.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

namespace social_relay {
namespace {

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), ms);
}

/// A pipe that polls as writable takes PIPE_BUF bytes at once (pipe(7)); a line is shorter.
bool takes_more(int fd) {
  pollfd poll{fd, POLLOUT, 0};
  return ::poll(&poll, 1, 0) == 1 && (poll.revents & POLLOUT) != 0;
}

void log(const Event& event) {
  auto text = fmt::format("{}: {}", event.destination, event.what);
  if (!event.why.empty()) text += fmt::format(": {}", event.why);
  if (event.retry_in) {
    const auto about = std::chrono::round<std::chrono::seconds>(*event.retry_in);
    text += fmt::format(", again in {}", live::format_duration(about));
  }
  constexpr std::array bad{"lost", "refused", "breach", "slow"};
  if (event.what == "connecting") {
    live::log::debug("{}", text);
  } else if (std::ranges::find(bad, event.what) != bad.end()) {
    live::log::warn("{}", text);
  } else {
    live::log::info("{}", text);
  }
}

}  // namespace

Events::Events(const std::filesystem::path& file) {
  if (file == "-") {
    fd_ = STDOUT_FILENO;
    return;
  }
  file_ =
      live::Fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644)};
  if (!file_)
    live::fail(live::Exit::cannot_create, "open {}: {}", file.string(), live::errno_text());
  fd_ = file_.get();
}

void Events::tell(const Event& event) {
  log(event);
  if (fd_ < 0) return;
  nlohmann::ordered_json line{
      {"time", now_text()}, {"destination", event.destination}, {"event", event.what}};
  if (!event.why.empty()) line["reason"] = event.why;
  if (event.retry_in) line["retry_in_ms"] = event.retry_in->count();
  // A throw would end a relay.
  const auto text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  const bool waits = !takes_more(fd_);
  if (!waits && ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size())) return;
  live::log::warn("events are not written any more: {}",
                  waits ? "nobody reads them" : live::errno_text());
  fd_ = -1;
}

}  // namespace social_relay
