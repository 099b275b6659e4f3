#include "common/net/link.hpp"

#include "common/net/deadline.hpp"
#include "common/net/tls_native.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <sys/socket.h>

namespace live::net {
namespace {

using Outcome = Got::Outcome;

/// What one TLS record holds (RFC 8446 §5.1): pieces smaller than that are sent in one.
constexpr std::size_t record_bytes = 16'384;

// OpenSSL's own BIO for sockets uses write(2), which raises SIGPIPE; this one does not.  Its data is
// the link's descriptor.

int fd_of(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

int finish(BIO* bio, ssize_t n, int retry) {
  BIO_clear_retry_flags(bio);
  const bool later = errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM;
  if (n < 0 && later) BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
  return static_cast<int>(n);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  const auto n =
      ::send(fd_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  return finish(bio, n, BIO_FLAGS_WRITE);
}

int bio_read(BIO* bio, char* into, int size) {
  const auto n = ::recv(fd_of(bio), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return finish(bio, n, BIO_FLAGS_READ);
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  return command == BIO_CTRL_EOF ? BIO_test_flags(bio, BIO_FLAGS_IN_EOF) : 0;
}

const BIO_METHOD* bio_method() {
  static const std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>> method = [] {
    std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>> made{
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "link")};
    if (!made) throw std::bad_alloc{};
    BIO_meth_set_write(made.get(), bio_write);
    BIO_meth_set_read(made.get(), bio_read);
    BIO_meth_set_ctrl(made.get(), bio_control);
    return made;
  }();
  return method.get();
}

/// `pieces` behind their first bytes, as spans of what can be one record.
class Pieces {
 public:
  explicit Pieces(std::span<const iovec> pieces) : pieces_(pieces) { drop_empty(); }

  [[nodiscard]] bool empty() const { return pieces_.empty(); }
  void skip(std::size_t bytes) {
    for (; bytes > 0; drop_empty()) {
      const auto some = std::min(bytes, pieces_.front().iov_len - done_);
      done_ += some;
      bytes -= some;
    }
  }
  /// The next bytes, at most `limit`: where they are, or copied together to `scratch`.
  [[nodiscard]] Bytes next(std::span<std::uint8_t> scratch, std::size_t limit) const {
    const auto* base = static_cast<const std::uint8_t*>(pieces_.front().iov_base) + done_;
    const auto first = Bytes{base, pieces_.front().iov_len - done_};
    if (first.size() >= limit) return first.first(limit);
    if (pieces_.size() == 1) return first;
    std::memcpy(scratch.data(), first.data(), first.size());
    auto used = first.size();
    for (const auto& piece : pieces_.subspan(1)) {
      const auto some = std::min(piece.iov_len, limit - used);
      if (some > 0) std::memcpy(scratch.data() + used, piece.iov_base, some);
      used += some;
    }
    return Bytes{scratch}.first(used);
  }

 private:
  void drop_empty() {
    while (!pieces_.empty() && done_ == pieces_.front().iov_len) {
      pieces_ = pieces_.subspan(1);
      done_ = 0;
    }
  }
  std::span<const iovec> pieces_;
  std::size_t done_ = 0;  ///< of the first
};

Got receive(int fd, std::span<std::uint8_t> into) {
  for (;;) {
    const auto n = ::recv(fd, into.data(), into.size(), MSG_DONTWAIT);
    if (n > 0) return {Outcome::some, static_cast<std::size_t>(n)};
    if (n == 0) return {Outcome::ended};
    if (errno == EINTR) continue;
    return {errno == EAGAIN ? Outcome::none : Outcome::gone};
  }
}

std::size_t record_limit_of(SSL& ssl) {
  const auto asked = SSL_SESSION_get_max_fragment_length(SSL_get0_session(&ssl));
  const bool any =
      asked >= TLSEXT_max_fragment_length_512 && asked <= TLSEXT_max_fragment_length_4096;
  return any ? std::size_t{256} << asked : record_bytes;
}

/// Why a peer's first byte is not that of TLS (a handshake record, RFC 8446 §5.1); "" when it is.
std::string no_tls(Socket& socket) {
  std::uint8_t first = 0;
  const auto n = ::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n == 0) return "the peer has left";
  if (n < 0 || first == 0x16) return {};
  return first == 3 ? "it speaks RTMP without TLS" : "it does not speak TLS";
}

}  // namespace

struct Link::Tls {
  explicit Tls(const TlsContext::Native& context) : ssl(SSL_new(context.context.get())) {
    BIO* bio = BIO_new(bio_method());
    if (!ssl || bio == nullptr) {
      BIO_free(bio);
      throw std::bad_alloc{};
    }
    BIO_set_data(bio, &fd);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl.get(), bio, bio);  // owns it
  }
  void expect(const std::string& host) const;

  /// Before every call of OpenSSL: the descriptor may have been closed and its number given to another.
  SSL* on(Socket& socket) {
    fd = socket.is_open() ? socket.native_handle() : -1;
    ERR_clear_error();
    errno = 0;
    return ssl.get();
  }
  Got read(Socket& socket, std::span<std::uint8_t> into);
  Sent write(Socket& socket, Pieces pieces);
  enum class Step { done, full, gone };
  Step write_record(Socket& socket, Bytes record, std::size_t& taken);

  int fd = -1;
  std::unique_ptr<SSL, FreedBy<SSL_free>> ssl;
  /// Size of a record that the socket has not taken whole.  All its bytes but the last count as taken: so the caller
  /// comes back for that one, and all before it may change.
  std::size_t held = 0;
  /// A peer may ask for smaller ones (RFC 6066 §4).
  std::size_t record_limit = record_bytes;
  bool may_hold = true;  ///< bytes that were read and not given out: the last read was not `none`
  bool read_wants_write = false, write_wants_read = false;
  bool broken = false;  ///< OpenSSL forbids further calls, SSL_shutdown() too
};

/// RFC 6066 §3: addresses are not told by SNI.
void Link::Tls::expect(const std::string& host) const {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1) return;
  // What SSL_set_tlsext_host_name() stands for: the name is copied.
  const long told = SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                             const_cast<char*>(host.c_str()));
  if (told != 1 || SSL_set1_host(ssl.get(), host.c_str()) != 1) throw std::bad_alloc{};
}

Got Link::Tls::read(Socket& socket, std::span<std::uint8_t> into) {
  if (broken) return {Outcome::gone};
  auto* const it = on(socket);
  std::size_t n = 0;
  may_hold = SSL_read_ex(it, into.data(), into.size(), &n) == 1;
  if (may_hold) return {Outcome::some, n};
  const auto error = SSL_get_error(it, 0);
  read_wants_write = error == SSL_ERROR_WANT_WRITE;
  switch (error) {
    case SSL_ERROR_WANT_WRITE:
    case SSL_ERROR_WANT_READ:
      return {Outcome::none};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::ended};
    default:
      broken = true;
      return {Outcome::gone};
  }
}

Link::Tls::Step Link::Tls::write_record(Socket& socket, Bytes record, std::size_t& taken) {
  auto* const it = on(socket);
  if (SSL_write_ex(it, record.data(), record.size(), &taken) == 1) return Step::done;
  const auto error = SSL_get_error(it, 0);
  write_wants_read = error == SSL_ERROR_WANT_READ;
  if (write_wants_read || error == SSL_ERROR_WANT_WRITE) return Step::full;
  broken = true;
  return Step::gone;
}

Sent Link::Tls::write(Socket& socket, Pieces pieces) {
  static thread_local std::array<std::uint8_t, record_bytes> scratch;
  std::size_t total = 0;
  write_wants_read = false;
  if (broken) return {Sent::Outcome::gone};
  while (!pieces.empty()) {
    // A record that is encrypted already goes on whatever the bytes are; their count must be the same.
    const auto record = held > 0 ? Bytes{scratch}.first(held) : pieces.next(scratch, record_limit);
    std::size_t taken = 0;
    const auto step = write_record(socket, record, taken);
    if (step == Step::gone) return {Sent::Outcome::gone};
    if (step == Step::full) {
      if (held == 0) total += record.size() - 1;
      held = record.size();
      break;
    }
    const auto counted = held > 0 ? held - 1 : 0;
    held = 0;
    pieces.skip(taken - counted);
    total += taken - counted;
  }
  return {total > 0 ? Sent::Outcome::some : Sent::Outcome::full, total};
}

Link::Link(Socket socket) : socket_(std::move(socket)) {}
Link::Link(Socket socket, const TlsContext& tls)
    : socket_(std::move(socket)), tls_(std::make_unique<Tls>(tls.native())) {
  SSL_set_accept_state(tls_->ssl.get());
}
Link::Link(Socket socket, const TlsTrust& trust, const std::string& host)
    : socket_(std::move(socket)), tls_(std::make_unique<Tls>(trust.native())) {
  tls_->expect(host);
  SSL_set_connect_state(tls_->ssl.get());
}
Link::Link(Link&&) noexcept = default;
Link& Link::operator=(Link&&) noexcept = default;
Link::~Link() = default;

awaitable<std::string> Link::begin_tls() {
  if (SSL_is_server(tls_->ssl.get()) == 1) {
    const bool something = co_await wait(Socket::wait_read);
    if (!something) co_return "the handshake was given up";
    if (auto stranger = no_tls(socket_); !stranger.empty()) {
      tls_->broken = true;
      co_return stranger;
    }
  }
  for (;;) {
    auto* const it = tls_->on(socket_);
    const int result = SSL_do_handshake(it);
    if (result == 1) {
      tls_->record_limit = record_limit_of(*it);
      co_return std::string{};
    }
    const auto error = SSL_get_error(it, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      const bool reads = error == SSL_ERROR_WANT_READ;
      if (!co_await wait(reads ? Socket::wait_read : Socket::wait_write))
        co_return "the handshake was given up";
      continue;
    }
    tls_->broken = true;
    if (const auto verdict = SSL_get_verify_result(it); verdict != X509_V_OK) {
      ERR_clear_error();
      co_return fmt::format("its certificate: {}", X509_verify_cert_error_string(verdict));
    }
    co_return tls_error("the peer has left");
  }
}

awaitable<std::string> Link::handshake(std::chrono::milliseconds limit) {
  if (!tls_) co_return std::string{};
  auto failed = co_await within(limit, begin_tls());
  if (failed) co_return std::move(*failed);
  tls_->broken = true;
  co_return fmt::format("not done within {} ms", limit.count());
}

Got Link::read_some(std::span<std::uint8_t> into) {
  if (tls_) return tls_->read(socket_, into);
  return socket_.is_open() ? receive(socket_.native_handle(), into) : Got{Outcome::gone};
}

Sent Link::write_some(std::span<const iovec> pieces) {
  if (tls_) return tls_->write(socket_, Pieces{pieces});
  return socket_.is_open() ? send_some(socket_.native_handle(), pieces) : Sent{Sent::Outcome::gone};
}

awaitable<bool> Link::wait(Socket::wait_type what) {
  const auto [error] = co_await socket_.async_wait(what, as_result);
  co_return !error;
}

Socket::wait_type Link::what_reading_waits_for() const {
  return tls_ && tls_->read_wants_write ? Socket::wait_write : Socket::wait_read;
}

awaitable<bool> Link::wait_readable() {
  if (tls_ && tls_->may_hold) co_return true;
  co_return co_await wait(what_reading_waits_for());
}

/// The handler of one wait, and of the next.
template <class Done>
class Link::ReadLoop {
 public:
  ReadLoop(Link& link, std::function<bool()> read, Done done)
      : state_(new State{link, std::move(read), std::move(done)}) {}

  void wait() && {
    auto& link = state_->link;
    if (link.tls_ && link.tls_->may_hold) {
      asio::post(link.socket_.get_executor(), std::move(*this));
    } else {
      link.socket_.async_wait(link.what_reading_waits_for(), std::move(*this));
    }
  }

  void operator()(boost::system::error_code error = {}) {
    std::exception_ptr thrown;
    try {
      if (!error && state_->read()) return std::move(*this).wait();
    } catch (...) {
      thrown = std::current_exception();
    }
    auto done = std::move(state_->done);
    state_.reset();
    std::move(done)(thrown, !error);
  }

 private:
  struct State {
    Link& link;
    std::function<bool()> read;
    Done done;
  };
  std::unique_ptr<State> state_;
};

awaitable<bool> Link::while_readable(std::function<bool()> read) {
  const auto begin = [this](auto done, std::function<bool()> given) {
    ReadLoop<decltype(done)>{*this, std::move(given), std::move(done)}.wait();
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                          void(std::exception_ptr, bool)>(
      begin, asio::use_awaitable, std::move(read));
}

awaitable<bool> Link::wait_writable() {
  const bool swapped = tls_ && tls_->write_wants_read;
  co_return co_await wait(swapped ? Socket::wait_read : Socket::wait_write);
}

void Link::close() {
  if (!socket_.is_open()) return;
  // A close_notify behind a record of which a part is missing would be garbage.
  if (tls_ && !tls_->broken && tls_->held == 0 && SSL_is_init_finished(tls_->ssl.get()) == 1)
    SSL_shutdown(tls_->on(socket_));
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  socket_.cancel(ignored);
}

void Link::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  socket_.close(ignored);
}

}  // namespace live::net
