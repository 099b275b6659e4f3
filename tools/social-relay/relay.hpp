// One destination for as long as the program runs: connected while there is something to send, and again when that is lost.
// What happens to it is nobody else's concern.
#pragma once

#include "common/net/asio.hpp"
#include "tools/social-relay/backlog.hpp"
#include "tools/social-relay/connect_to.hpp"
#include "tools/social-relay/destination.hpp"
#include "tools/social-relay/events.hpp"
#include "tools/social-relay/limits.hpp"
#include "tools/social-relay/publisher.hpp"
#include "tools/social-relay/retry.hpp"
#include "tools/social-relay/version.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/steady_timer.hpp>

namespace social_relay {

class Relay : public std::enable_shared_from_this<Relay> {
 public:
  enum class State {
    waiting,     ///< for media
    connecting,  ///< up to the server's leave to publish
    sending,
    retrying,  ///< will connect again
    refused,   ///< likewise, but hardly with another result
    unfit,     ///< the service does not take what the input is
    over,
  };
  /// All must outlive it.
  struct Around {
    live::asio::io_context& io;
    const ConnectTo& connect_to;
    const live::net::TlsTrust& trust;
    Events& events;
    std::function<void()>& on_change;  ///< it has begun to send, or is over
  };
  /// A server that wants us elsewhere is not followed more often than that.
  static constexpr live::Ms least_stay{10'000};
  /// One that stays too slow is told of not more often than that.
  static constexpr live::Ms slow_again{60'000};

  Relay(Around around, Destination destination);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  void start();

  /// The input has begun, or begins anew: decides which version is to be sent.
  void begin(const live::media_in::Epoch& epoch);
  /// Nothing: none.
  [[nodiscard]] const std::optional<Version>& version() const { return version_; }
  void offer(const SharedItem& item);
  /// Nothing has come for too long: ends the broadcast in order, until something comes.
  void pause();
  /// Sends what waits, ends in order, and is over.
  void end();

  [[nodiscard]] const Destination& destination() const { return destination_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Progress& progress() const { return progress_; }
  [[nodiscard]] const Backlog& backlog() const { return backlog_; }
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  /// By all connections.
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_before_ + progress_.bytes; }
  [[nodiscard]] bool is_on_backup() const { return !moved_to_ && on_backup_; }
  /// Why it is not sending; empty while it is, or nothing has happened yet.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// Until it connects again; nothing when that is not what it waits for.
  [[nodiscard]] std::optional<live::Ms> retry_in() const;
  [[nodiscard]] std::uint64_t breaches() const { return breaches_; }
  [[nodiscard]] bool was_reached() const { return connections_ > 0; }

 private:
  live::awaitable<void> run();
  live::awaitable<void> attempt();
  live::awaitable<void> wait(live::Ms limit);
  void settle(const Ending& ending, live::Ms held);
  [[nodiscard]] bool may_send() const { return has_media_ && version_ && !ending_; }
  [[nodiscard]] const live::rtmp::Url& url() const;
  void resume();
  void judge(const SharedItem& item);
  void queue(const SharedItem& item);
  void began();
  void tell(std::string_view what, std::string_view why = {}, std::optional<live::Ms> retry = {});
  void change(State state);

  Around around_;
  Destination destination_;
  Judge judge_;
  Retry retry_;
  Backlog backlog_;
  Progress progress_;
  std::optional<Version> version_;
  std::shared_ptr<const Tracks> tracks_;  ///< of the newest item
  std::optional<live::rtmp::Url> moved_to_;
  std::optional<live::Monotonic> moved_at_;
  std::optional<live::asio::ip::tcp::endpoint> doubtful_;  ///< the last address came to nothing
  std::unique_ptr<Publisher> publisher_;
  live::asio::steady_timer changed_;
  live::Ms delay_{};
  std::optional<live::Monotonic> retry_at_, told_slow_;
  std::string reason_;
  State state_ = State::waiting;
  bool has_media_ = false, ending_ = false, on_backup_ = false;
  bool enhanced_ = false;  ///< codecs are to be announced by FourCC
  bool told_plain_ = false;
  std::uint64_t connections_ = 0, breaches_ = 0, sent_before_ = 0;
};

std::string_view to_text(Relay::State state);

}  // namespace social_relay
