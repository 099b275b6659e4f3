// Connections to servers of this process by name and address.
#include "common/net/connect.hpp"

#include "common/net/link.hpp"
#include "common/net/listen.hpp"
#include "common/net/spawn.hpp"
#include "common/net/tls.hpp"
#include "tests/support/tls.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

std::atomic<bool> name_server_is_away{false};

using Original = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

/// "three.test" has ::1, 127.0.0.1 and 127.0.0.2, in that order.
int three_addresses(Original original, const char* service, const addrinfo* hints, addrinfo** out) {
  for (const auto* address : {"::1", "127.0.0.1", "127.0.0.2"}) {
    if (const auto failed = original(address, service, hints, out)) return failed;
    while (*out != nullptr)
      out = &(*out)->ai_next;
  }
  return 0;
}

}  // namespace

/// The C library's, but for a name whose server may be away, and one with several addresses.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints,
                           addrinfo** out) {
  static const auto original = reinterpret_cast<Original>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name != nullptr && std::string_view{name} == "three.test")
    return three_addresses(original, service, hints, out);
  if (name == nullptr || std::string_view{name} != "away.test")
    return original(name, service, hints, out);
  name_server_is_away.wait(true);
  return EAI_AGAIN;
}

namespace live::net {
namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;
using testing::AnyOf;
using testing::HasSubstr;
namespace fs = std::filesystem;
using Connected = std::variant<Socket, std::string>;

awaitable<void> connect_to(std::string host, std::uint16_t port, std::chrono::milliseconds limit,
                           std::optional<tcp::endpoint> doubtful,
                           std::optional<Connected>& result) {
  result = co_await connect(std::move(host), port, limit, std::move(doubtful));
}

class ConnectTest : public testing::Test {
 protected:
  tcp::acceptor listen(const char* address) {
    return {io_, tcp::endpoint{asio::ip::make_address(address), 0}};
  }
  /// "" when there is a connection, which is then in socket_.
  std::string connect_now(const std::string& host, std::uint16_t port,
                          std::chrono::milliseconds limit = 20s,
                          std::optional<tcp::endpoint> doubtful = {}) {
    std::optional<Connected> result;
    spawn(io_, "test", connect_to(host, port, limit, doubtful, result));
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!result && std::chrono::steady_clock::now() < end)
      io_.run_for(1ms), io_.restart();
    if (!result) return "it hangs";
    if (auto* why = std::get_if<std::string>(&*result)) return *why;
    socket_ = std::move(std::get<Socket>(*result));
    return {};
  }

  asio::io_context io_{1};
  std::optional<Socket> socket_;
};

TEST_F(ConnectTest, ReachesAnAddress) {
  auto server = listen("127.0.0.1");
  EXPECT_EQ(connect_now("127.0.0.1", server.local_endpoint().port()), "");
  ASSERT_TRUE(socket_);
  EXPECT_TRUE(socket_->non_blocking());
  tcp::no_delay option;
  socket_->get_option(option);
  EXPECT_TRUE(option.value());
}

/// "localhost" is ::1 and 127.0.0.1 in most systems: one of them refuses.
TEST_F(ConnectTest, TakesTheAddressThatAnswers) {
  auto server = listen("127.0.0.1");
  EXPECT_EQ(connect_now("localhost", server.local_endpoint().port()), "");
}

/// Of ::1, 127.0.0.1 and 127.0.0.2; the first one is away where there is no IPv6.
TEST_F(ConnectTest, TriesAnotherFamilyAndThenAnotherAddressThanTheDoubtfulOne) {
  auto server = listen("127.0.0.1");
  const auto port = server.local_endpoint().port();
  const auto at = [&](const char* address) {
    return tcp::endpoint{asio::ip::make_address(address), port};
  };
  tcp::acceptor second{io_, at("127.0.0.2")};
  const auto reached = [&](std::optional<tcp::endpoint> doubtful) {
    EXPECT_EQ(connect_now("three.test", port, 20s, doubtful), "");
    return peer_name(*socket_);
  };
  const auto name = [&](const char* address) {
    return std::string{address} + ":" + std::to_string(port);
  };
  EXPECT_EQ(reached({}), name("127.0.0.1"));
  EXPECT_EQ(reached(at("127.0.0.1")), name("127.0.0.2"));
  EXPECT_EQ(reached(at("127.0.0.2")), name("127.0.0.1"));
  EXPECT_EQ(reached(at("127.0.0.3")), name("127.0.0.1"));
  boost::system::error_code no_ipv6;
  tcp::acceptor sixth{io_};
  sixth.open(tcp::v6(), no_ipv6);
  if (!no_ipv6) sixth.bind(at("::1"), no_ipv6);
  if (no_ipv6) GTEST_SKIP() << "there is no IPv6 here: " << no_ipv6.message();
  sixth.listen();
  EXPECT_EQ(reached({}), "[::1]:" + std::to_string(port));
  EXPECT_EQ(reached(at("::1")), name("127.0.0.1"));
  EXPECT_EQ(reached(at("127.0.0.1")), "[::1]:" + std::to_string(port));
}

TEST_F(ConnectTest, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    auto server = listen("127.0.0.1");
    port = server.local_endpoint().port();
  }
  EXPECT_EQ(connect_now("127.0.0.1", port), "Connection refused");
  EXPECT_THAT(
      connect_now("localhost", port),
      AnyOf("Connection refused", "Cannot assign requested address", "Network is unreachable"));
}

TEST_F(ConnectTest, SaysThatANameIsNone) {
  EXPECT_EQ(connect_now("nowhere.invalid", 1), "its name does not resolve");
}

/// Each lookup has a thread of its own.
TEST_F(ConnectTest, ANameServerThatIsAwayKeepsNoOtherNameWaiting) {
  auto server = listen("127.0.0.1");
  name_server_is_away = true;
  EXPECT_EQ(connect_now("away.test", 1, 100ms), "it does not answer");
  EXPECT_EQ(connect_now("localhost", server.local_endpoint().port()), "");
  name_server_is_away = false;
  name_server_is_away.notify_all();
  EXPECT_EQ(connect_now("away.test", 1), "its name does not resolve");
}

/// A server whose queue is full answers nobody, as one behind a firewall that drops.
TEST_F(ConnectTest, GivesUpInTime) {
  tcp::acceptor server{io_};
  server.open(tcp::v4());
  server.bind({asio::ip::address_v4::loopback(), 0});
  server.listen(0);
  const auto port = server.local_endpoint().port();
  std::vector<tcp::socket> queue;
  for (int i = 0; i < 3; ++i) {
    auto& socket = queue.emplace_back(io_);
    socket.open(tcp::v4());
    socket.native_non_blocking(true);
    // Asio's own would wait for the answer.
    const auto endpoint = server.local_endpoint();
    ::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size()));
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(connect_now("127.0.0.1", port, 300ms), "it does not answer");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
}

/// A server with TLS whose certificate is for "localhost" and signed by itself.
class TlsClientTest : public ConnectTest {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    const auto ours = test::make_certificate();
    write("ours.pem", ours.certificate);
    write("key.pem", ours.key);
    write("other.pem", test::make_certificate().certificate);
    server_.emplace(folder_ / "ours.pem", folder_ / "key.pem");
  }
  void TearDown() override { fs::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
  }

  static awaitable<void> shake_hands(Link& link, std::optional<std::string>& result) {
    result = co_await link.handshake(20s);
  }
  /// What a client that believes `authorities` says of the server, which it wants to be `host`; the name that it asked
  /// for is in asked_.
  std::string handshake(const std::string& authorities, const std::string& host) {
    auto listener = listen("127.0.0.1");
    EXPECT_EQ(connect_now("127.0.0.1", listener.local_endpoint().port()), "");
    Link accepted{Socket{listener.accept()}, *server_};
    const TlsTrust trust{folder_ / authorities};
    Link client{std::move(*socket_), trust, host};
    std::optional<std::string> there, here;
    spawn(io_, "server", shake_hands(accepted, there));
    spawn(io_, "client", shake_hands(client, here));
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!here && std::chrono::steady_clock::now() < end)
      io_.run_for(1ms), io_.restart();
    accepted.reset();
    client.reset();
    while (!there && std::chrono::steady_clock::now() < end)
      io_.run_for(1ms), io_.restart();
    return here.value_or("it hangs");
  }

  fs::path folder_ = fs::path{testing::TempDir()} / ("live_trust" + std::to_string(::getpid()));
  std::optional<TlsContext> server_;
};

TEST_F(TlsClientTest, BelievesWhomItIsTold) { EXPECT_EQ(handshake("ours.pem", "localhost"), ""); }

TEST_F(TlsClientTest, RefusesAnotherName) {
  EXPECT_THAT(handshake("ours.pem", "other.example"), HasSubstr("ostname mismatch"));
  EXPECT_THAT(handshake("ours.pem", "127.0.0.1"), HasSubstr("mismatch"));
}

TEST_F(TlsClientTest, RefusesACertificateOfItsOwnSigning) {
  EXPECT_THAT(handshake("other.pem", "localhost"), HasSubstr("self"));
}

TEST_F(TlsClientTest, NamesAFileWithoutCertificates) {
  write("none.pem", "nothing\n");
  try {
    const TlsTrust trust{folder_ / "none.pem"};
    FAIL() << "it is taken";
  } catch (const std::exception& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("none.pem"));
  }
}

}  // namespace
}  // namespace live::net
