// A relay's states, with a server that says nothing.
#include "tools/social-relay/relay.hpp"

#include "common/net/tls.hpp"

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

namespace social_relay {
namespace {

using live::asio::ip::tcp;
using live::codec::Codec;
using live::media_in::Epoch;
using State = Relay::State;
using namespace std::chrono_literals;

Epoch of(Codec codec) {
  Epoch out;
  live::codec::Parameters parameters;
  parameters.codec = codec;
  out.video.emplace().parameters = std::move(parameters);
  return out;
}

class RelayTest : public testing::Test {
 protected:
  RelayTest() {
    auto url = live::rtmp::parse_url("rtmp://127.0.0.1/live/cam");
    to_.url = std::get<live::rtmp::Url>(std::move(url));
    to_.url.port = server_.local_endpoint().port();
    to_.label = "it";
    to_.title = "It";
    to_.limits.video = {Codec::avc};
    relay_ =
        std::make_shared<Relay>(Relay::Around{io_, connect_to_, trust_, events_, on_change_}, to_);
    relay_->start();
  }
  /// Until it is in that state: looked at after each step, for some states last no longer.
  bool becomes(State state) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (relay_->state() != state && std::chrono::steady_clock::now() < end)
      io_.run_one_for(20ms), io_.restart();
    return relay_->state() == state;
  }

  live::asio::io_context io_{1};
  tcp::acceptor server_{io_, tcp::endpoint{live::asio::ip::address_v4::loopback(), 0}};
  ConnectTo connect_to_;
  live::net::TlsTrust trust_;
  Events events_;
  std::function<void()> on_change_ = [] {};
  Destination to_;
  std::shared_ptr<Relay> relay_;
};

TEST_F(RelayTest, ConnectsAgainWhenTheInputIsFitAgain) {
  relay_->begin(of(Codec::avc));
  ASSERT_TRUE(becomes(State::connecting));
  relay_->begin(of(Codec::hevc));
  io_.run_for(20ms), io_.restart();
  EXPECT_EQ(relay_->state(), State::unfit);
  EXPECT_EQ(relay_->reason(), "It does not take H.265 video");
  relay_->begin(of(Codec::avc));
  EXPECT_TRUE(becomes(State::connecting));
  relay_->end();
  EXPECT_TRUE(becomes(State::over));
}

TEST_F(RelayTest, TakesTurnsWithTheBackupServer) {
  to_.backup = to_.url;
  server_.close();
  relay_ =
      std::make_shared<Relay>(Relay::Around{io_, connect_to_, trust_, events_, on_change_}, to_);
  relay_->start();
  relay_->begin(of(Codec::avc));
  ASSERT_TRUE(becomes(State::retrying));
  EXPECT_TRUE(relay_->is_on_backup());
  EXPECT_EQ(relay_->reason(), "Connection refused");
  ASSERT_TRUE(becomes(State::connecting));
  ASSERT_TRUE(becomes(State::retrying));
  EXPECT_FALSE(relay_->is_on_backup());
}

TEST_F(RelayTest, IsOverAtOnceWhenItOnlyWaits) {
  relay_->end();
  EXPECT_TRUE(becomes(State::over));
  EXPECT_FALSE(relay_->was_reached());
}

}  // namespace
}  // namespace social_relay
