// One RTMP connection: handshake, session, what it publishes or plays.
//
// What is read is handled at once, event by event; while the authority decides nothing is read.  What is to be sent
// goes out at once as far as the socket takes it, the rest by a second coroutine that exists only while the socket is full.
//
// A publisher whom no player waits for is read by the clock, together with others: every 30 ms for a pipeline, which costs
// less than half of what reading each message costs, else every 100 ms; and when many bytes are there.
#pragma once

#include "common/ingest/authority.hpp"
#include "common/ingest/challenge.hpp"
#include "common/ingest/gate.hpp"
#include "common/net/asio.hpp"
#include "common/net/link.hpp"
#include "common/net/tls.hpp"
#include "common/rtmp/handshake.hpp"
#include "common/rtmp/server_session.hpp"
#include "tools/rtmp-ingest/hub.hpp"
#include "tools/rtmp-ingest/sender.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace rtmp_ingest {

class Connection;

/// Connections that are read by the clock; they enter and leave by themselves.
struct ReadByClock {
  std::chrono::milliseconds interval;
  std::unordered_set<Connection*> who{};
  bool running = false;  ///< Connection::read_by_clock()
};

struct ConnectionCounts {
  std::uint64_t accepted = 0;
  std::uint64_t turned_away = 0;   ///< by the gate, or without a PROXY header
  std::uint64_t not_rtmp = 0;      ///< no handshake, or malformed later
  std::uint64_t unauthorized = 0;  ///< publishers and players that were denied
  std::uint64_t timed_out = 0;
};

/// What all connections share.  Those that are there when the loop is destroyed outlive all else.
struct Shared {
  live::asio::io_context& io;
  const Options& options;  ///< play is set
  const Times& times;
  Hub& hub;
  live::ingest::Authority& authority;
  live::ingest::Gate gate;
  std::optional<live::ingest::Challenges> challenges{};  ///< --challenge
  std::unordered_set<Connection*> connections{};
  ReadByClock for_nobody{std::chrono::milliseconds{100}};  ///< of them: publishers
  ReadByClock for_pipelines{std::chrono::milliseconds{30}};
  ConnectionCounts counts{};
  std::function<void()> on_end{};  ///< a connection has gone
  bool stopping = false;           ///< nobody new
  bool over = false;               ///< hub and authority are gone
  /// What was read last, from whomever, and the events in it: all is handled at once.
  std::array<std::uint8_t, 65'536> received{};
  std::vector<live::rtmp::ServerEvent> events{};
};

/// What one connection comes with.
struct Arrival {
  std::string peer;  ///< "203.0.113.9:4711"
  bool tls = false;
};

class Connection final : public Publisher,
                         public Player,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Shared> shared, live::net::Link link, Arrival arrival);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// Until it has ended.
  live::awaitable<void> run();
  /// Every second: what ends by time.
  void tick(live::Monotonic at);
  /// This server is being stopped.  Where another `comes_back`, a client that understands it is asked to connect anew.
  void stop(bool comes_back);

  void evict(std::string_view code, std::string_view text) override;
  [[nodiscard]] live::Monotonic heard() const override { return media_heard_; }
  void awaited(Awaited by) override;
  void source_came() override;
  void source_left() override;

 private:
  enum class Phase { handshake, connecting, connected };

  live::awaitable<void> converse();
  live::awaitable<void> answer(live::rtmp::ServerEvent question);
  live::awaitable<void> asked_to_publish(const live::rtmp::PublishAsked& asked);
  live::awaitable<void> asked_to_play(const live::rtmp::PlayAsked& asked);
  live::awaitable<void> linger();
  static live::awaitable<void> drain(std::shared_ptr<Connection> self);
  static live::awaitable<void> read_by_clock(std::shared_ptr<Shared> shared, ReadByClock& clock);
  void read_with(ReadByClock* clock);
  void catch_up();
  bool hear();
  void take(live::Bytes in);
  void handle(live::rtmp::ServerEvent& event);
  void asked_to_connect(const live::rtmp::ConnectAsked& asked);
  bool log_in(const live::rtmp::ConnectAsked& asked);
  void refuse_to_connect(std::string_view why);
  void media(live::rtmp::Message& message, bool is_media);
  void refuse(const live::ingest::Denial& denial, bool publish);
  void refuse_media(const std::string& why);
  void publish_ended();
  void play_ended();
  void let_go();
  void begin_to_publish(const live::ingest::Claim& wish, const live::ingest::Grant& grant);
  void begin_to_play(const std::string& name);
  [[nodiscard]] live::ingest::Claim claim(const std::string& path, const std::string& query) const;
  [[nodiscard]] std::string overdue(live::Monotonic at) const;
  void it_is_heard();
  void say();
  void attend();
  void leave(std::string_view why);
  void drop(std::string_view why);

  std::shared_ptr<Shared> keep_;
  Shared& shared_ = *keep_;
  live::net::Link link_;
  Arrival arrival_;
  Sender sender_;
  std::unique_ptr<live::rtmp::ServerHandshake> handshake_;  ///< until it is done
  live::rtmp::ServerSession session_;
  std::unique_ptr<live::rtmp::ServerEvent> question_;  ///< of the session, not answered yet

  Phase phase_ = Phase::handshake;
  live::ingest::Claim credentials_;  ///< of connect: app, query, user, password, answer
  std::string software_;
  ReadByClock* clock_ = nullptr;  ///< none: read when something comes
  Stream* published_ = nullptr;
  Stream* played_ = nullptr;

  live::WallClock heard_wall_;  ///< the same moment as heard_
  live::Monotonic opened_, heard_, media_heard_{}, pinged_{}, cut_off_{};
  live::Monotonic engaged_{};  ///< when it connected, or last stopped publishing or playing
  bool has_media_ = false;     ///< of what is published now
  bool deciding_ = false;      ///< the authority decides
  bool draining_ = false;      ///< drain() runs
  bool leaving_ = false;       ///< what is said is still sent, nothing is heard any more
  bool over_ = false;          ///< not even that
  bool patient_ = false;       ///< the client was asked to connect anew, and may end by itself
  std::string why_;            ///< it ended
};

}  // namespace rtmp_ingest
