#include "common/net/listen.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "common/net/send.hpp"

#include <filesystem>
#include <fstream>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace live::net {
namespace {

using ::testing::StartsWith;
namespace fs = std::filesystem;

const Address any_port{"127.0.0.1", 0, {}};

Exit failure_of(asio::io_context& io, const Address& address) {
  try {
    const Listener listener{io, address};
  } catch (const Failure& failure) {
    return failure.exit();
  }
  return Exit::ok;
}

Address socket_path(const std::string& name) {
  const auto path = fs::path{::testing::TempDir()} / ("live_" + name + std::to_string(::getpid()));
  fs::remove(path);
  return {"", 0, path.string()};
}

/// Connects to `listener` and returns the accepted socket, with `client` at its other end.
Socket accepted(asio::io_context& io, Listener& listener, asio::ip::tcp::socket& client) {
  std::optional<Socket> got;
  listener.accept([&](Socket socket) {
    got = std::move(socket);
    io.stop();
  });
  client.connect({asio::ip::address_v4::loopback(), listener.address().port});
  io.run();
  return std::move(got).value();
}

TEST(Listener, ChoosesAFreePortAndTellsIt) {
  asio::io_context io{1};
  const Listener listener{io, any_port};
  EXPECT_NE(listener.address().port, 0);
  EXPECT_EQ(listener.address().host, "127.0.0.1");
  EXPECT_TRUE(listener.on_loopback());
  EXPECT_FALSE((Listener{io, Address{"", 0, {}}}.on_loopback()));
}

TEST(Listener, HandsOverEveryConnection) {
  asio::io_context io{1};
  Listener listener{io, any_port};
  asio::ip::tcp::socket client{io};
  const auto socket = accepted(io, listener, client);
  EXPECT_EQ(peer_name(socket), "127.0.0.1:" + std::to_string(client.local_endpoint().port()));
  EXPECT_TRUE(is_local(socket));
}

TEST(Listener, TakesIpv4OnEveryInterface) {
  asio::io_context io{1};
  Listener listener{io, Address{"", 0, {}}};
  asio::ip::tcp::socket client{io};
  const auto socket = accepted(io, listener, client);
  EXPECT_THAT(peer_name(socket), StartsWith("127.0.0.1:")) << "not ::ffff:127.0.0.1";
  EXPECT_TRUE(is_local(socket));
}

TEST(Listener, SaysWhyItCannotListen) {
  asio::io_context io{1};
  const Listener listener{io, any_port};
  EXPECT_EQ(failure_of(io, listener.address()), Exit::try_again);
  EXPECT_EQ(failure_of(io, {"192.0.2.1", 0, {}}), Exit::unavailable);
  EXPECT_EQ(failure_of(io, {"name.invalid", 0, {}}), Exit::unavailable);
  EXPECT_EQ(failure_of(io, {"", 0, "/nonexistent/socket"}), Exit::cannot_create);
}

TEST(Listener, RemovesItsPath) {
  asio::io_context io{1};
  const auto address = socket_path("removed");
  {
    const Listener listener{io, address};
    EXPECT_TRUE(fs::is_socket(address.unix_path));
    EXPECT_TRUE(listener.on_loopback());
    EXPECT_EQ(failure_of(io, address), Exit::try_again) << "somebody answers there";
  }
  EXPECT_FALSE(fs::exists(address.unix_path));
}

TEST(Listener, ReplacesASocketThatNobodyAnswers) {
  asio::io_context io{1};
  const auto address = socket_path("stale");
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  address.unix_path.copy(un.sun_path, sizeof un.sun_path - 1);
  {
    const Fd dead{::socket(AF_UNIX, SOCK_STREAM, 0)};
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<sockaddr*>(&un), sizeof un), 0);
  }
  ASSERT_TRUE(fs::exists(address.unix_path));
  EXPECT_EQ(failure_of(io, address), Exit::ok);
}

TEST(Listener, LeavesAFileAlone) {
  asio::io_context io{1};
  const auto address = socket_path("file");
  std::ofstream{address.unix_path} << "precious";
  EXPECT_EQ(failure_of(io, address), Exit::try_again);
  EXPECT_EQ(fs::file_size(address.unix_path), 8U);
  fs::remove(address.unix_path);
}

/// For as long as it lives the process can open no file.
class NoFilesLeft {
 public:
  NoFilesLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoFilesLeft(const NoFilesLeft&) = delete;
  NoFilesLeft& operator=(const NoFilesLeft&) = delete;
  ~NoFilesLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Listener, WaitsWhileThereAreNoDescriptorsAndSaysSoOnce) {
  using namespace std::chrono_literals;
  int warnings = 0;
  log::set_sink([&](std::string_view) { ++warnings; });
  asio::io_context io{1};
  Listener listener{io, any_port};
  int connections = 0;
  listener.accept([&](const Socket&) {
    ++connections;
    io.stop();
  });
  asio::ip::tcp::socket client{io};
  client.connect({asio::ip::address_v4::loopback(), listener.address().port});
  {
    const NoFilesLeft limit;
    io.run_for(350ms);
    EXPECT_EQ(connections, 0);
  }
  io.run_for(20s);
  log::set_sink({});
  EXPECT_EQ(connections, 1);
  EXPECT_EQ(warnings, 1);
}

TEST(SendSome, TellsFullAndGone) {
  asio::io_context io{1};
  Listener listener{io, any_port};
  asio::ip::tcp::socket client{io};
  auto socket = accepted(io, listener, client);
  std::string data(64 * 1024, 'x');
  const std::array pieces{iovec{data.data(), 10}, iovec{nullptr, 0},
                          iovec{data.data(), data.size()}};
  auto sent = send_some(socket.native_handle(), pieces);
  EXPECT_EQ(sent.outcome, Sent::Outcome::some);
  EXPECT_GT(sent.bytes, 10U);
  while (sent.outcome == Sent::Outcome::some)
    sent = send_some(socket.native_handle(), pieces);
  EXPECT_EQ(sent.outcome, Sent::Outcome::full);
  client.close();  // with what it has not read: a reset
  pollfd reset{socket.native_handle(), 0, 0};
  ASSERT_EQ(::poll(&reset, 1, 20'000), 1);
  while (sent.outcome == Sent::Outcome::full)
    sent = send_some(socket.native_handle(), pieces);
  EXPECT_EQ(sent.outcome, Sent::Outcome::gone) << "without SIGPIPE";
}

}  // namespace
}  // namespace live::net
