// A hub with viewers on socket pairs whose buffers are small: what a viewer gets is whole fragments in order,
// however the kernel cuts them.
#include "tools/fmp4-httpd/hub.hpp"

#include "tests/unit/live/fragments.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace fmp4_httpd {
namespace {

using namespace std::chrono_literals;
using live::test::fragment_item;
using live::test::h264_and_aac;
using live::test::init_item;

/// The peer's end of a viewer's connection.
class Peer {
 public:
  explicit Peer(live::asio::io_context& io) : socket_(io) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const int room = 4096;
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    own_.reset(ends[1]);
    socket_.assign(live::asio::generic::stream_protocol{AF_UNIX, 0}, ends[0]);
  }
  live::http::Connection connection() { return {std::move(socket_), "peer", {}}; }
  /// Reads at most `limit` bytes; false at the end of the stream.
  bool read(std::size_t limit = 1U << 20U) {
    std::array<char, 1000> part{};
    while (limit > 0) {
      const auto n = ::recv(own_.get(), part.data(), std::min(limit, part.size()), 0);
      if (n <= 0) return n != 0;
      got.append(part.data(), static_cast<std::size_t>(n));
      limit -= static_cast<std::size_t>(n);
    }
    return true;
  }
  void send(live::Bytes bytes) const { ::send(own_.get(), bytes.data(), bytes.size(), 0); }
  void close() { own_.reset(); }

  std::string got;

 private:
  live::Socket socket_;
  live::Fd own_;
};

class HubTest : public testing::Test {
 protected:
  HubTest() { epoch(h264_and_aac()); }

  void epoch(const std::vector<live::mp4::Track>& tracks) {
    stream_.begin_epoch(init_item(tracks));
  }
  /// The next frame; every fifth is a key frame.  Its payload tells its number.
  void frame() {
    auto item = fragment_item({.video = 900'000 + count_ * 3'600,
                               .audio = 480'000 + count_ * 1'920,
                               .key = count_ % 5 == 0},
                              stream_.epoch()->init);
    item.bytes[item.bytes.size() - 8] = static_cast<std::uint8_t>(count_++);
    stream_.push(std::move(item), std::chrono::steady_clock::now(),
                 std::chrono::system_clock::now());
    hub_.fan_out();
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  void join(Peer& peer, Transport transport) {
    hub_.join(peer.connection(), transport, live::as_bytes("HEAD\n"));
    run();
  }
  /// Lets the peer read in steps of `step` bytes until nothing comes.
  void drain(Peer& peer, std::size_t step) {
    for (auto before = peer.got.size() + 1; before != peer.got.size();) {
      before = peer.got.size();
      peer.read(step);
      run();
    }
  }

  live::asio::io_context io_;
  live::Stream stream_{"live", 1U << 20U};
  Hub hub_{io_, stream_, {}, {.stall = 0ms, .linger = 0ms, .ping = 1h, .clock = 1h}};
  std::uint64_t count_ = 0;
};

/// Undoes the chunks of a response; the terminator, if there, is told.
struct Chunks {
  live::Buffer bytes;
  bool ended = false;
  bool clean = true;
};
Chunks unchunk(std::string_view text) {
  Chunks out;
  while (!text.empty()) {
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) return out.clean = false, out;
    const auto size = std::stoul(std::string{text.substr(0, line)}, nullptr, 16);
    text.remove_prefix(line + 2);
    if (text.size() < size + 2 || text.substr(size, 2) != "\r\n") return out.clean = false, out;
    const auto data = live::as_bytes(text.substr(0, size));
    out.bytes.insert(out.bytes.end(), data.begin(), data.end());
    text.remove_prefix(size + 2);
    if (size == 0) out.ended = true;
  }
  return out;
}

struct Got {
  std::vector<int> frames;
  std::vector<std::uint64_t> times;
};
Got read_stream(live::Bytes bytes) {
  live::mp4::StreamReader reader;
  std::vector<live::mp4::Item> items;
  const auto why = reader.feed(bytes, items);
  EXPECT_FALSE(why) << why->why;
  EXPECT_TRUE(reader.at_boundary());
  Got got;
  for (const auto& item : items) {
    if (const auto* f = std::get_if<live::mp4::FragmentItem>(&item)) {
      got.frames.push_back(f->bytes[f->bytes.size() - 8]);
      got.times.push_back(f->parsed.tracks[0].decode_time);
    }
  }
  return got;
}

std::vector<int> range(int first, int end) {
  std::vector<int> out;
  for (int i = first; i < end; ++i)
    out.push_back(i);
  return out;
}

class HubReadsInSteps : public HubTest, public testing::WithParamInterface<std::size_t> {};

TEST_P(HubReadsInSteps, AChunkedViewerGetsWholeFragmentsFromItsKeyFrame) {
  for (int i = 0; i < 8; ++i)
    frame();
  Peer peer{io_};
  join(peer, Transport::chunked);
  for (int i = 0; i < 40; ++i) {
    frame();
    peer.read(GetParam());
    run();
  }
  drain(peer, GetParam());
  ASSERT_TRUE(peer.got.starts_with("HEAD\n"));
  const auto chunks = unchunk(std::string_view{peer.got}.substr(5));
  ASSERT_TRUE(chunks.clean);
  const auto got = read_stream(chunks.bytes);
  EXPECT_EQ(got.frames, range(5, 48));
  for (std::size_t i = 0; i < got.times.size(); ++i)
    EXPECT_EQ(got.times[i], i * 3'600);
}

TEST_P(HubReadsInSteps, APlainViewerToo) {
  for (int i = 0; i < 6; ++i)
    frame();
  Peer peer{io_};
  join(peer, Transport::plain);
  for (int i = 0; i < 40; ++i)
    frame();
  drain(peer, GetParam());
  const auto got = read_stream(live::as_bytes(std::string_view{peer.got}.substr(5)));
  EXPECT_EQ(got.frames, range(5, 46));
}

TEST_P(HubReadsInSteps, AWebSocketViewerGetsTheSharedBytes) {
  for (int i = 0; i < 6; ++i)
    frame();
  Peer peer{io_};
  join(peer, Transport::web_socket);
  for (int i = 0; i < 40; ++i)
    frame();
  drain(peer, GetParam());
  live::Buffer media;
  auto rest = live::as_bytes(std::string_view{peer.got}.substr(5));
  for (int message = 0; !rest.empty(); ++message) {
    ASSERT_EQ(rest[0], message == 0 ? 0x81 : 0x82);
    const auto size = rest[1] < 126 ? rest[1] : live::load_be(rest.subspan(2), 2);
    rest = rest.subspan(rest[1] < 126 ? 2 : 4);
    if (message > 0) media.insert(media.end(), rest.begin(), rest.begin() + std::ptrdiff_t(size));
    rest = rest.subspan(size);
  }
  const auto got = read_stream(media);
  EXPECT_EQ(got.frames, range(5, 46));
  EXPECT_EQ(got.times.front(), 900'000u + 5 * 3'600) << "stamps are not patched for Media Source";
}

INSTANTIATE_TEST_SUITE_P(Steps, HubReadsInSteps, testing::Values(1, 7, 100, 4'000, 100'000));

TEST_F(HubTest, OneThatNeverReadsIsDroppedAndTheOthersLoseNothing) {
  frame();
  Peer stuck{io_};
  Peer good{io_};
  join(stuck, Transport::chunked);
  join(good, Transport::chunked);
  for (int i = 0; i < 200; ++i) {
    frame();
    good.read();
  }
  EXPECT_EQ(hub_.blocked(), 1u);
  hub_.tick();
  run();
  hub_.tick();
  run();
  EXPECT_EQ(hub_.viewers(), 1u);
  EXPECT_EQ(hub_.traffic().dropped, 1u);
  drain(good, 1'000'000);
  EXPECT_EQ(read_stream(unchunk(std::string_view{good.got}.substr(5)).bytes).frames, range(0, 201));
}

TEST_F(HubTest, ViewersLeaveTogetherInTheMiddleOfAWalk) {
  frame();
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 50; ++i) {
    peers.push_back(std::make_unique<Peer>(io_));
    join(*peers.back(), i % 2 == 0 ? Transport::chunked : Transport::web_socket);
  }
  EXPECT_EQ(hub_.viewers(), 50u);
  for (std::size_t i = 0; i < 40; ++i)
    peers[i]->close();
  frame();
  frame();
  EXPECT_EQ(hub_.viewers(), 10u);
}

TEST_F(HubTest, ANewEpochWithTheSameParametersGoesOnInOneTimeLine) {
  frame();
  Peer peer{io_};
  join(peer, Transport::chunked);
  frame();
  epoch(h264_and_aac());
  count_ = 5;  // its stamps go on by themselves after a gap of three frames
  frame();
  drain(peer, 100'000);
  const auto chunks = unchunk(std::string_view{peer.got}.substr(5));
  EXPECT_FALSE(chunks.ended);
  const auto got = read_stream(chunks.bytes);
  EXPECT_EQ(got.frames, (std::vector{0, 1, 5}));
  EXPECT_EQ(got.times.back(), 5u * 3'600);
}

TEST_F(HubTest, ANewEpochWithOthersEndsABareResponseAndNotAWebSocket) {
  frame();
  Peer bare{io_};
  Peer socket{io_};
  join(bare, Transport::chunked);
  join(socket, Transport::web_socket);
  frame();
  auto tracks = h264_and_aac();
  tracks[0].parameters.width = 1'920;
  epoch(tracks);
  count_ = 5;
  frame();
  drain(bare, 100'000);
  drain(socket, 100'000);
  const auto chunks = unchunk(std::string_view{bare.got}.substr(5));
  EXPECT_TRUE(chunks.ended);
  EXPECT_EQ(read_stream(chunks.bytes).frames, range(0, 2));
  EXPECT_FALSE(bare.read()) << "the server has shut its side";
  EXPECT_NE(socket.got.find(R"("type":"epoch","epoch":2)"), std::string::npos);
  hub_.tick();
  run();
  EXPECT_EQ(hub_.viewers(), 1u);
}

TEST_F(HubTest, TheEndOfTheStreamIsToldAfterWhatWaits) {
  for (int i = 0; i < 3; ++i)
    frame();
  Peer bare{io_};
  Peer socket{io_};
  join(bare, Transport::chunked);
  join(socket, Transport::web_socket);
  for (int i = 0; i < 40; ++i)
    frame();
  EXPECT_EQ(hub_.blocked(), 2u);
  hub_.finish(live::http::CloseCode::going_away);
  drain(bare, 100'000);
  drain(socket, 100'000);
  const auto chunks = unchunk(std::string_view{bare.got}.substr(5));
  EXPECT_TRUE(chunks.ended);
  EXPECT_EQ(read_stream(chunks.bytes).frames, range(0, 43));
  EXPECT_NE(socket.got.find("\x88"), std::string::npos);
}

}  // namespace
}  // namespace fmp4_httpd
