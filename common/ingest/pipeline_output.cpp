#include "common/ingest/pipeline_output.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::ingest {
namespace {

using Wait = asio::posix::descriptor_base;

// Room for a key frame.  Only for those who need it: a user's pipes are rationed (pipe-user-pages-soft), and what is
// taken here is missing in the commands' own pipes.
constexpr int larger_pipe_bytes = 256 * 1024;

enum class Way { own_pipe, shared_pipe, socket, file };

Way way_of(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Way::file;
  if (S_ISSOCK(info.st_mode)) return Way::socket;
  if (S_ISFIFO(info.st_mode) || ::isatty(fd) == 1) return Way::shared_pipe;
  return Way::file;
}

Fd open_again(int fd) {
  const auto path = "/proc/self/fd/" + std::to_string(fd);
  return Fd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
}

/// What pipes of PIPE_BUF bytes take at once of `pieces`, in one piece or several.
std::size_t cut_to_pipe_buf(std::span<const iovec> pieces, std::array<iovec, 64>& into) {
  std::size_t count = 0, left = PIPE_BUF;
  for (const auto& piece : pieces) {
    if (left == 0 || count == into.size()) break;
    into.at(count++) = {piece.iov_base, std::min(piece.iov_len, left)};
    left -= std::min(piece.iov_len, left);
  }
  return count;
}

}  // namespace

struct PipelineOutput::State {
  State(asio::io_context& io, Way given_way, int given_fd)
      : way(given_way), fd(given_fd), watched(io) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { close(); }

  void watch();
  void close();
  net::Sent write(std::span<const iovec> pieces);
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool broken() const;
  /// Asio makes what it waits for non-blocking: for what others share it waits for an epoll(7) of ours.
  [[nodiscard]] bool is_shared() const { return way == Way::shared_pipe || way == Way::socket; }
  void ask_for(std::uint32_t events) const;

  Way way;
  int fd;  ///< borrowed, or of `reopened`
  Fd reopened, epoll;
  asio::posix::stream_descriptor watched;  ///< fd or epoll, borrowed
  bool larger = false;
  int error = 0;
};

void PipelineOutput::State::watch() {
  if (way == Way::file) return;
  if (!is_shared()) return watched.assign(fd);
  epoll.reset(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event nothing{};
  ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &nothing);
  watched.assign(epoll.get());
}

void PipelineOutput::State::close() {
  if (watched.is_open()) watched.release();
}

void PipelineOutput::State::ask_for(std::uint32_t events) const {
  epoll_event wanted{};
  wanted.events = events;
  ::epoll_ctl(epoll.get(), EPOLL_CTL_MOD, fd, &wanted);
}

bool PipelineOutput::State::has_room() const {
  pollfd state{fd, POLLOUT, 0};
  return ::poll(&state, 1, 0) > 0;
}

bool PipelineOutput::State::broken() const {
  pollfd state{fd, 0, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

net::Sent PipelineOutput::State::write(std::span<const iovec> pieces) {
  using Outcome = net::Sent::Outcome;
  if (way == Way::socket) return net::send_some(fd, pieces);
  std::array<iovec, 64> small{};
  if (way == Way::shared_pipe) {
    if (!has_room()) return {Outcome::full, 0};
    pieces = std::span{small}.first(cut_to_pipe_buf(pieces, small));
  }
  for (;;) {
    const auto n = ::writev(fd, pieces.data(), static_cast<int>(pieces.size()));
    if (n >= 0) return {Outcome::some, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      if (!std::exchange(larger, true) && ::fcntl(fd, F_SETPIPE_SZ, larger_pipe_bytes) > 0)
        continue;
      return {Outcome::full, 0};
    }
    error = errno;
    return {Outcome::gone, 0};
  }
}

PipelineOutput::PipelineOutput(std::shared_ptr<State> state) : state_(std::move(state)) {}
PipelineOutput::PipelineOutput(PipelineOutput&&) noexcept = default;

PipelineOutput& PipelineOutput::operator=(PipelineOutput&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

PipelineOutput::~PipelineOutput() {
  if (state_) state_->close();
}

PipelineOutput PipelineOutput::to_pipe(asio::io_context& io, int fd) {
  auto state = std::make_shared<State>(io, Way::own_pipe, fd);
  state->watch();
  return PipelineOutput{std::move(state)};
}

PipelineOutput PipelineOutput::to_shared(asio::io_context& io, int fd, bool reopen) {
  auto state = std::make_shared<State>(io, way_of(fd), fd);
  if (state->way == Way::shared_pipe && reopen) {
    state->reopened = open_again(fd);
    if (state->reopened) {
      state->fd = state->reopened.get();
      state->way = Way::own_pipe;
    }
  }
  state->watch();
  return PipelineOutput{std::move(state)};
}

net::Sent PipelineOutput::write(std::span<const iovec> pieces) { return state_->write(pieces); }

int PipelineOutput::error() const { return state_->error; }

void PipelineOutput::when_writable(std::function<void()> then) {
  if (state_->is_shared()) state_->ask_for(EPOLLOUT);
  const auto event = state_->is_shared() ? Wait::wait_read : Wait::wait_write;
  state_->watched.async_wait(
      event, [state = state_, then = std::move(then)](const boost::system::error_code& error) {
        if (!error && state->is_shared()) state->ask_for(0);
        then();
      });
}

awaitable<bool> PipelineOutput::reader_left() {
  const auto state = state_;
  if (state->way == Way::file) co_return false;
  const auto event = state->is_shared() ? Wait::wait_read : Wait::wait_error;
  for (;;) {
    if (state->broken()) co_return true;
    const auto [error] = co_await state->watched.async_wait(event, as_result);
    if (error) co_return false;
  }
}

}  // namespace live::ingest
