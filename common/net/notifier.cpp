#include "common/net/notifier.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/spawn.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string_view>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/inotify.h>
#include <unistd.h>

namespace live::net {

struct Notifier::State {
  explicit State(asio::io_context& io) : descriptor(io) {}

  asio::posix::stream_descriptor descriptor;
  Matters matters;
  std::function<void(const std::string&)> on_change;
  struct Watched {
    std::filesystem::path folder;
    std::string subject;
  };
  std::map<int, Watched> watched;  ///< by watch descriptor
  bool complained = false, stopped = false;
};

namespace {

constexpr std::uint32_t what = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE |
                               IN_MOVED_FROM | IN_ONLYDIR | IN_DONT_FOLLOW;

/// Reads all events that are there.
std::set<std::string> drain(Notifier::State& s) {
  std::set<std::string> changed;
  alignas(inotify_event) std::array<char, 16'384> bytes;
  for (;;) {
    const auto n = ::read(s.descriptor.native_handle(), bytes.data(), bytes.size());
    if (n <= 0) return changed;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      inotify_event event{};
      std::memcpy(&event, bytes.data() + at, sizeof event);
      // The name is filled up with zeros.
      const char* text = bytes.data() + at + sizeof event;
      const std::string_view name{text, event.len == 0 ? 0 : ::strnlen(text, event.len)};
      at += sizeof event + event.len;
      const auto found = s.watched.find(event.wd);
      if (found == s.watched.end()) continue;
      const Notifier::Change change{found->second.folder, name, (event.mask & IN_ISDIR) != 0,
                                    (event.mask & IN_MOVED_TO) != 0};
      if (s.matters(change)) changed.insert(found->second.subject);
      if ((event.mask & IN_IGNORED) != 0) s.watched.erase(found);
    }
  }
}

awaitable<void> follow(std::shared_ptr<Notifier::State> s) {
  using Descriptor = asio::posix::stream_descriptor;
  for (;;) {
    const auto [error] = co_await s->descriptor.async_wait(Descriptor::wait_read, as_result);
    if (error || s->stopped) co_return;
    for (const auto& subject : drain(*s))
      s->on_change(subject);
  }
}

}  // namespace

Notifier::Notifier(asio::io_context& io, Matters matters,
                   std::function<void(const std::string&)> on_change)
    : state_(std::make_shared<State>(io)) {
  state_->matters = std::move(matters);
  state_->on_change = std::move(on_change);
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) {
    log::warn("inotify: {}; looking again every now and then", errno_text());
    return;
  }
  state_->descriptor.assign(fd);
  spawn(io, "inotify", follow(state_));
}

Notifier::~Notifier() {
  state_->stopped = true;
  boost::system::error_code ignored;
  state_->descriptor.close(ignored);
}

void Notifier::watch(const std::filesystem::path& folder, const std::string& subject) {
  auto& s = *state_;
  if (!s.descriptor.is_open()) return;
  const int wd = ::inotify_add_watch(s.descriptor.native_handle(), folder.c_str(), what);
  if (wd >= 0) {
    s.watched[wd] = {folder, subject};
  } else if (errno == ENOSPC && !std::exchange(s.complained, true)) {
    log::warn(
        "inotify: no more watches (fs.inotify.max_user_watches); looking again every now and then");
  }
}

}  // namespace live::net
