// One connection to a server: from connecting to its end.
//
//   address, TLS, handshake, connect ... publish        at most connect_limit together
//   metadata, sequence headers, the next key frame      then all that its Backlog gives
//   FCUnpublish, deleteStream                           when it is to end, behind what waits, at most flush_limit
#pragma once

#include "common/base/units.hpp"
#include "common/live/meter.hpp"
#include "common/net/link.hpp"
#include "common/rtmp/chunk_writer.hpp"
#include "common/rtmp/client_session.hpp"
#include "common/rtmp/url.hpp"
#include "tools/social-relay/backlog.hpp"
#include "tools/social-relay/connect_to.hpp"
#include "tools/social-relay/retry.hpp"
#include "tools/social-relay/stamps.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace live::net {
class TlsTrust;
}

namespace social_relay {

/// Why a connection is over.
struct Ending {
  enum class Kind {
    lost,      ///< it broke, or never came about
    refused,   ///< the server said no: `refusal`
    moved,     ///< the server wants us at `moved_to`
    finished,  ///< ended as it was asked to
  };
  Kind kind = Kind::lost;
  std::string why;  ///< one clause, without secrets
  Refusal refusal = Refusal::none;
  std::string moved_to{};
};

/// What a connection tells while it runs.
struct Progress {
  std::optional<live::Monotonic> begun;  ///< publishing since
  std::uint64_t bytes = 0, pictures = 0, sounds = 0;
  live::Meter meter;  ///< of bytes
};

class Publisher {
 public:
  static constexpr live::Ms connect_limit{10'000};
  static constexpr live::Ms flush_limit{5'000};
  static constexpr live::Ms stall_limit{20'000};  ///< a server that takes nothing for so long
  static constexpr live::Ms farewell{1'000};      ///< for it to read our last words

  struct Where {
    const live::rtmp::Url& url;
    const ConnectTo& connect_to;
    const live::net::TlsTrust& trust;
    bool enhanced = false;  ///< announce codecs by FourCC
    std::optional<live::asio::ip::tcp::endpoint>
        doubtful{};  ///< to be tried last: live::net::connect()
  };
  /// All must outlive it.  `on_begun` is called when it may send.
  Publisher(live::asio::io_context& io, Where where, Backlog& backlog, Progress& progress,
            std::function<void()> on_begun);
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  /// Call once.  Does not throw.
  live::awaitable<Ending> run();
  /// The server knows codecs by FourCC, or says so.  REQUIRES: it has begun.
  [[nodiscard]] bool peer_is_enhanced() const { return session_->peer_is_enhanced(); }
  /// The address that is, or was, connected to; nothing: none was reached.
  [[nodiscard]] const std::optional<live::asio::ip::tcp::endpoint>& peer() const { return peer_; }
  /// Something was pushed to the backlog.
  void wake();
  /// Sends what waits, and ends in order.
  void finish();

 private:
  using MaybeEnding = std::optional<Ending>;
  /// Words of the session, or a message of media.
  struct Part {
    live::Buffer words;
    std::optional<live::rtmp::SharedChunks> chunks;
    [[nodiscard]] std::size_t size() const { return chunks ? chunks->size() : words.size(); }
  };

  live::awaitable<MaybeEnding> open();
  live::awaitable<MaybeEnding> open_once(const std::string& query, std::string& retry_query);
  live::awaitable<std::string> connect();
  live::awaitable<MaybeEnding> shake_hands();
  live::awaitable<MaybeEnding> greet(std::string& retry_query);
  live::awaitable<std::string> receive();
  live::awaitable<std::string> send(live::Buffer& bytes);
  live::awaitable<Ending> read();
  live::awaitable<Ending> write();
  live::awaitable<Ending> expire();
  live::awaitable<void> leave();
  [[nodiscard]] MaybeEnding take_event(const live::rtmp::ClientEvent& event);
  live::awaitable<bool> send_parts();
  void leave_out_media();
  void fill();
  void gather();
  void take_words();
  void add(const SharedItem& item);
  void add_body(live::rtmp::MessageType type, std::uint32_t timestamp,
                const live::rtmp::Payload& body);
  void settle(std::size_t sent);

  Where where_;
  Backlog& backlog_;
  Progress& progress_;
  std::function<void()> on_begun_;
  std::optional<live::asio::ip::tcp::endpoint> peer_;
  std::optional<live::net::Link> link_;
  std::optional<live::rtmp::ClientSession> session_;
  std::vector<live::rtmp::ClientEvent> events_;
  live::Buffer received_;
  Stamps stamps_;
  std::shared_ptr<const Tracks> told_;
  std::deque<Part> parts_;  ///< on their way, in order
  std::size_t sent_ = 0;    ///< of the first
  std::size_t queued_ = 0;  ///< bytes of parts_
  std::vector<iovec> pieces_;
  live::asio::steady_timer work_, flush_by_;
  bool finishing_ = false, said_goodbye_ = false;
};

}  // namespace social_relay
