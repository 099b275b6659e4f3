// The slates of all versions: when one begins to show, and when the input has it back.  One thread, and one that encodes.
#pragma once

#include "common/base/queue_thread.hpp"
#include "common/net/asio.hpp"
#include "tools/social-relay/handoff.hpp"
#include "tools/social-relay/slate.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace social_relay {

class Slates {
 public:
  /// What came has ended so long ago.
  static constexpr live::Ms patience{2'000};
  /// Media that comes in a burst, ahead of its time, is counted on for so long.
  static constexpr live::Ms most_ahead{15'000};
  /// How often show() is to be called while one shows.
  static constexpr live::Ms tick{20};
  static constexpr std::size_t most_requests = 64;

  using Give = std::function<void(const Version&, const SharedItem&)>;
  Slates(live::asio::io_context& io, SlatePicture picture, Give give);
  ~Slates();
  Slates(const Slates&) = delete;
  Slates& operator=(const Slates&) = delete;

  /// Something has been made of the input.  False: it is left out, a slate shows up to the next key frame.
  [[nodiscard]] bool take(const Made& made, live::Monotonic now);
  /// Gives what is due.
  void show(live::Monotonic now);
  /// Nothing is shown until the input is back.
  void stop();
  /// Other versions are not needed any more.
  void keep(const std::vector<Version>& versions);
  [[nodiscard]] bool showing() const;

 private:
  struct Stage {
    std::shared_ptr<const Version> version;
    std::shared_ptr<const Tracks> tracks;  ///< of what came last
    live::Us newest{};
    live::Monotonic covered;  ///< what came lasts until then
    bool stopped = false;
    std::shared_ptr<const Tracks> asked;  ///< a clip like these was asked for
    std::shared_ptr<const SlateClip> clip;
    std::optional<SlateShow> show;  ///< from the end of what came: the time line has no hole
  };
  using Request = std::pair<std::shared_ptr<const Version>, std::shared_ptr<const Tracks>>;

  Stage& stage_of(const Made& made);
  void encode(const Request& request);
  void show(Stage& stage, live::Monotonic now);

  live::asio::io_context& io_;
  SlatePicture picture_;
  Give give_;
  std::vector<Stage> stages_;
  std::atomic<bool> leaving_ = false;
  live::QueueThread<Request> encoder_{most_requests};
};

}  // namespace social_relay
