#include "tools/rtsp2fmp4/output.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>

namespace rtsp2fmp4 {

std::string Output::path_of(unsigned number) const {
  if (number <= 1) return path_;
  const std::filesystem::path path{path_};
  auto name = path.stem().string() + "-" + std::to_string(number) + path.extension().string();
  return (path.parent_path() / name).string();
}

void Output::begin_epoch(unsigned number) {
  if (path_.empty()) return;
  current_ = path_of(number);
  file_.reset(::open(current_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file_) live::fail(live::Exit::cannot_create, "create {}: {}", current_, live::errno_text());
  fd_ = file_.get();
}

void Output::write(std::span<iovec> pieces) {
  while (!pieces.empty() && !left_) {
    const auto n = ::writev(fd_, pieces.data(),
                            static_cast<int>(std::min<std::size_t>(pieces.size(), IOV_MAX)));
    if (n < 0) {
      if (errno == EINTR && !given_up_) continue;
      if (errno == EPIPE || errno == EINTR) {
        left_ = true;
        return;
      }
      if (errno == EAGAIN) {  // somebody made the pipe non-blocking
        pollfd room{fd_, POLLOUT, 0};
        if (::poll(&room, 1, -1) < 0 && given_up_) left_ = true;
        continue;
      }
      live::fail(live::Exit::io, "write {}: {}", name(), live::errno_text());
    }
    bytes_ += static_cast<std::uint64_t>(n);
    auto done = static_cast<std::size_t>(n);
    while (!pieces.empty() && done >= pieces.front().iov_len) {
      done -= pieces.front().iov_len;
      pieces = pieces.subspan(1);
    }
    if (!pieces.empty()) {
      pieces.front().iov_base = static_cast<char*>(pieces.front().iov_base) + done;
      pieces.front().iov_len -= done;
    }
  }
}

bool Output::look_for_reader() {
  pollfd state{fd_, 0, 0};
  if (::poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0) left_ = true;
  return !left_;
}

}  // namespace rtsp2fmp4
