// TLS in one process: a server's context, and a client's end that is driven step by step.
#pragma once

#include "common/net/tls.hpp"
#include "tests/support/certificate.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace live::test {

/// One for all tests of a process.
inline const net::TlsContext& server_context() {
  static const net::TlsContext context = [] {
    namespace fs = std::filesystem;
    const auto folder = fs::path{testing::TempDir()} / ("live_link" + std::to_string(::getpid()));
    fs::create_directories(folder);
    const auto made = make_certificate();
    std::ofstream{folder / "cert.pem"} << made.certificate;
    std::ofstream{folder / "key.pem"} << made.key;
    net::TlsContext loaded{folder / "cert.pem", folder / "key.pem"};
    fs::remove_all(folder);
    return loaded;
  }();
  return context;
}

/// The other end: a descriptor that does not block, and OpenSSL as a client on it.
class TlsClient {
 public:
  explicit TlsClient(int fd) : fd_(fd) {}
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() { hang_up(); }

  SSL_CTX& context() { return *context_; }
  SSL& ssl() {
    if (!ssl_) {
      ssl_.reset(SSL_new(context_.get()));
      SSL_set_fd(ssl_.get(), fd_);
      SSL_set_connect_state(ssl_.get());
    }
    return *ssl_;
  }
  void hang_up() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] int fd() const { return fd_; }

  /// A step of the handshake: true when it is done or has failed.
  bool connects() {
    ERR_clear_error();
    const auto n = SSL_do_handshake(&ssl());
    if (n == 1) return true;
    const auto error = SSL_get_error(&ssl(), n);
    return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
  }
  void read_to(std::string& text) {
    std::array<char, 4096> in;
    std::size_t n = 0;
    ERR_clear_error();
    while (SSL_read_ex(&ssl(), in.data(), in.size(), &n) == 1)
      text.append(in.data(), n);
  }
  bool write(std::string_view text) {
    std::size_t n = 0;
    ERR_clear_error();
    return SSL_write_ex(&ssl(), text.data(), text.size(), &n) == 1;
  }

 private:
  int fd_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_client_method()),
                                                             SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
};

}  // namespace live::test
