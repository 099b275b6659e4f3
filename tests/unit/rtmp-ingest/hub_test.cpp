#include "tools/rtmp-ingest/hub.hpp"

#include "tests/support/bytes.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtmp_ingest {
namespace {

using namespace std::chrono_literals;
using live::ingest::Claim;
using live::ingest::Denial;
using live::ingest::Grant;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct FakePublisher : Publisher {
  void evict(std::string_view code, std::string_view text) override {
    evictions.push_back(std::string{code} + ": " + std::string{text});
  }
  live::Monotonic heard() const override { return last; }
  void awaited(Awaited by) override { awaited_by = by; }
  Awaited awaited_by = Awaited::by_nobody;
  live::Monotonic last;
  std::vector<std::string> evictions;
};

struct FakePlayer : Player {
  void source_came() override { ++came; }
  void source_left() override { ++left; }
  int came = 0, left = 0;
};

/// A player of a stream, between join() and leave().
class Viewer {
 public:
  Viewer(live::asio::io_context& io, Hub& hub) : hub_(hub), link_(live::Socket{io}) {}
  void join(Stream& stream) {
    hub_.join(stream, player, sender_, [] {});
  }
  void leave(Stream& stream) { hub_.leave(stream, player, sender_); }
  FakePlayer player;

 private:
  Hub& hub_;
  live::net::Link link_;
  Sender sender_{link_};
};

class HubOfStreams : public ::testing::Test {
 protected:
  HubOfStreams() {
    options.no_output = true;
    options.play = Play::deny;
  }

  Hub& hub() {
    if (!hub_) {
      HubEvents events;
      events.ended = [this](const Claim& claim, const Grant&) { ended.push_back(claim.id); };
      events.over = [this](std::string_view why) { over = why; };
      events.empty = [this] { empty = true; };
      hub_.emplace(io, options, times, std::move(events));
    }
    return *hub_;
  }

  static Grant grant(const std::string& name) {
    Grant grant;
    grant.name = name;
    return grant;
  }
  static Claim claim_of(const std::string& id) {
    Claim claim;
    claim.app = "live";
    claim.id = id;
    claim.client = "203.0.113.9:4711";
    claim.protocol = "rtmp";
    return claim;
  }

  /// nullptr when it is denied; then `denied` says why.
  Stream* publish(const std::string& name, FakePublisher& publisher, const std::string& id = "1") {
    publisher.last = now;
    auto got = hub().claim(grant(name), claim_of(id), "tests", publisher, now);
    if (auto* denial = std::get_if<Denial>(&got)) {
      denied = *denial;
      return nullptr;
    }
    return std::get<Stream*>(got);
  }

  void push(Stream& stream, live::rtmp::MessageType type, std::string_view hex,
            std::uint32_t timestamp) {
    live::rtmp::Message message;
    message.type = type;
    message.timestamp = timestamp;
    message.payload = live::rtmp::Payload{live::test::bytes(hex)};
    EXPECT_EQ(stream.push(std::move(message), now, {}), "");
  }
  /// AAC, 44100 Hz stereo: enough for a stream to begin.
  void begin_media(Stream& stream) {
    push(stream, live::rtmp::MessageType::audio, "af 00 12 10", 0);
    for (std::uint32_t i = 0; i < 100 && !stream.has_begun(); ++i) {
      push(stream, live::rtmp::MessageType::audio, "af 01 21 00 49 90 02 19 00 23 80", i * 23);
      now += 23ms;
      hub().tick(now);
    }
    ASSERT_TRUE(stream.has_begun());
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    hub().tick(now);
  }

  live::asio::io_context io{1};
  Options options;
  Times times;
  live::Monotonic now{1h};
  std::vector<std::string> ended;
  std::string over;
  bool empty = false;
  Denial denied;
  FakePublisher first, second;
  std::optional<Hub> hub_;
};

TEST_F(HubOfStreams, EndsAStreamWithItsPublisher) {
  auto* stream = publish("door", first);
  ASSERT_NE(stream, nullptr);
  EXPECT_EQ(stream->state(), Stream::State::live);
  EXPECT_EQ(hub().publishing(), 1U);
  hub().ended(*stream, first, "it stopped", now);
  EXPECT_TRUE(hub().streams().empty());
  EXPECT_THAT(ended, ElementsAre("1"));
}

TEST_F(HubOfStreams, KeepsAStreamForItsGrace) {
  auto* stream = publish("door", first);
  begin_media(*stream);
  hub().lost(*stream, first, "it broke", now);
  EXPECT_EQ(stream->state(), Stream::State::grace);
  pass(14s);
  EXPECT_EQ(publish("door", second, "2"), stream);
  EXPECT_EQ(stream->broadcast()->claim.id, "1") << "it is the same broadcast";
  hub().lost(*stream, first, "late news of the first", now);
  EXPECT_EQ(stream->state(), Stream::State::live);
  hub().lost(*stream, second, "it broke", now);
  pass(16s);
  EXPECT_TRUE(hub().streams().empty());
  EXPECT_THAT(ended, ElementsAre("1", "2")) << "each that was allowed has its end";
}

TEST_F(HubOfStreams, HasNoGraceForWhatNeverBegan) {
  auto* stream = publish("door", first);
  hub().lost(*stream, first, "it broke", now);
  EXPECT_TRUE(hub().streams().empty());
}

TEST_F(HubOfStreams, LeavesALivePublisherAlone) {
  auto* stream = publish("door", first);
  now += 2900ms;
  EXPECT_EQ(publish("door", second), nullptr);
  EXPECT_EQ(denied.why, Denial::Why::bad_name);
  EXPECT_THAT(first.evictions, IsEmpty());
  now += 100ms;
  EXPECT_EQ(publish("door", second), stream) << "silent for 3 s";
  EXPECT_THAT(first.evictions, ElementsAre(StartsWith("NetStream.Publish.BadName")));
}

TEST_F(HubOfStreams, ReplacesAPublisherAlwaysOrNeverAsTold) {
  options.takeover = Takeover::always;
  auto* stream = publish("door", first);
  EXPECT_EQ(publish("door", second), stream);
  options.takeover = Takeover::never;
  now += 1h;
  EXPECT_EQ(publish("door", first), nullptr);
}

TEST_F(HubOfStreams, TellsAPublisherWhetherSomebodyWaitsForIt) {
  options.play = Play::allow;
  first.awaited_by = Awaited::by_players;
  auto* stream = publish("door", first);
  EXPECT_EQ(first.awaited_by, Awaited::by_nobody);
  Viewer viewer{io, hub()};
  viewer.join(*stream);
  EXPECT_EQ(first.awaited_by, Awaited::by_players);
  viewer.leave(*stream);
  EXPECT_EQ(first.awaited_by, Awaited::by_nobody);
  viewer.join(*stream);
  now += 3s;
  EXPECT_EQ(publish("door", second), stream);
  EXPECT_EQ(second.awaited_by, Awaited::by_players) << "another publisher, the same player";
  viewer.leave(*stream);
  EXPECT_EQ(second.awaited_by, Awaited::by_nobody);
}

TEST_F(HubOfStreams, TellsAPublisherThatAPipelineWaitsForIt) {
  options.no_output = false;
  options.play = Play::allow;
  options.command = {"cat"};
  auto* stream = publish("door", first);
  EXPECT_EQ(first.awaited_by, Awaited::by_pipeline);
  Viewer viewer{io, hub()};
  viewer.join(*stream);
  EXPECT_EQ(first.awaited_by, Awaited::by_players);
  viewer.leave(*stream);
  EXPECT_EQ(first.awaited_by, Awaited::by_pipeline);
}

TEST_F(HubOfStreams, CountsPublishers) {
  options.max_publishers = 1;
  ASSERT_NE(publish("door", first), nullptr);
  EXPECT_EQ(publish("yard", second), nullptr);
  EXPECT_EQ(denied.why, Denial::Why::unavailable);
}

TEST_F(HubOfStreams, KicksAPublisher) {
  EXPECT_FALSE(hub().kick("door", now));
  publish("door", first);
  EXPECT_TRUE(hub().kick("door", now));
  EXPECT_THAT(first.evictions, ElementsAre(HasSubstr("operator")));
  EXPECT_TRUE(hub().streams().empty());
}

TEST_F(HubOfStreams, EndsWhatIsAboveItsBitRate) {
  options.max_bit_rate = 8'000;
  auto* stream = publish("door", first);
  begin_media(*stream);
  for (int i = 0; i < 300 && first.evictions.empty(); ++i) {
    push(*stream, live::rtmp::MessageType::audio, "af 01 21 00 49 90 02 19 00 23 80",
         3000 + static_cast<std::uint32_t>(i) * 23);
    pass(23ms);
  }
  EXPECT_THAT(first.evictions, IsEmpty()) << "4 kbit/s";
  std::string frame = "af 01";
  for (int i = 0; i < 200; ++i)
    frame += " 00";
  for (int i = 0; i < 300 && first.evictions.empty(); ++i) {
    push(*stream, live::rtmp::MessageType::audio, frame,
         10'000 + static_cast<std::uint32_t>(i) * 23);
    pass(23ms);
  }
  EXPECT_THAT(first.evictions, ElementsAre(HasSubstr("8k")));
}

TEST_F(HubOfStreams, LetsPlayersWaitForAPublisher) {
  options.max_players = 1;
  options.play = Play::allow;
  auto* waiting = hub().to_play("door");
  ASSERT_NE(waiting, nullptr);
  Viewer viewer{io, hub()};
  viewer.join(*waiting);
  EXPECT_EQ(hub().to_play("door"), nullptr) << "one player at most";
  auto* stream = publish("door", first);
  EXPECT_EQ(stream, waiting);
  EXPECT_EQ(viewer.player.came, 1);
  hub().ended(*stream, first, "it stopped", now);
  EXPECT_EQ(viewer.player.left, 1);
  EXPECT_EQ(stream->state(), Stream::State::waiting);
  viewer.leave(*stream);
  EXPECT_TRUE(hub().streams().empty());
}

TEST_F(HubOfStreams, HasOnePublisherUnderOnce) {
  options.once = true;
  hub().ended(*publish("empty", first), first, "it had no media", now);
  auto* stream = publish("door", first);
  ASSERT_NE(stream, nullptr) << "the first had nothing";
  EXPECT_EQ(publish("yard", second), nullptr);
  begin_media(*stream);
  hub().ended(*stream, first, "it stopped", now);
  EXPECT_EQ(publish("yard", second), nullptr);
  io.run();
  EXPECT_THAT(over, HasSubstr("ended"));
}

TEST_F(HubOfStreams, StopsAndLetsNobodyIn) {
  publish("door", first);
  hub().stop(Hub::How::terminate, now);
  EXPECT_EQ(first.evictions.size(), 1U);
  EXPECT_EQ(publish("yard", second), nullptr);
  io.run();
  EXPECT_TRUE(empty);
}

TEST(PipelineCommand, HasTheContractsEnvironmentAndNoSecret) {
  Options options;
  options.command = {"cat"};
  options.auth_url = "env:AUTH_URL";
  Grant grant;
  grant.name = "door";
  grant.query = "a=1";
  Claim claim;
  claim.app = "live";
  claim.path = "s3cret-key";
  claim.query = "key=s3cret-key&a=1";
  claim.client = "203.0.113.9:4711";
  claim.protocol = "rtmps";
  claim.id = "abcdefgh12345678";
  const auto command = pipeline_command(options, grant, claim);
  EXPECT_THAT(command.environment,
              ElementsAre("LIVE_APP=live", "LIVE_NAME=door", "LIVE_ID=abcdefgh12345678",
                          "LIVE_QUERY=a=1", "LIVE_CLIENT=203.0.113.9:4711", "LIVE_PROTOCOL=rtmps"));
  EXPECT_THAT(command.environment, Not(Contains(HasSubstr("s3cret"))));
  EXPECT_THAT(command.unset, Contains("AUTH_URL"));
}

}  // namespace
}  // namespace rtmp_ingest
