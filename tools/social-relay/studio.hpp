// The input for all presets: decoded once, in a thread of its own, and encoded in one more for each.  Who gives it the input never
// waits for it.  What fails, the decoder or one preset, is tried again, later each time.
//
//   units -> Intake -> decoders -> PresetLine for each preset -> its sink
#pragma once

#include "common/av/decoder.hpp"
#include "common/av/picture_decoder.hpp"
#include "common/base/backoff.hpp"
#include "tools/social-relay/intake.hpp"
#include "tools/social-relay/preset_line.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace social_relay {

class Studio {
 public:
  /// That it is too slow is said not more often.
  static constexpr std::chrono::seconds say_again{30};
  /// What has run for so long and fails then, is tried again soon.
  static constexpr std::chrono::minutes stable{1};

  /// Once `hurry` is true, what is on its way is dropped; it must outlive the studio.
  explicit Studio(const std::atomic<bool>& hurry) : hurry_(hurry) {}
  ~Studio() { finish(); }
  Studio(const Studio&) = delete;
  Studio& operator=(const Studio&) = delete;

  // One thread calls these.
  /// Replaces what was wanted before; sinks are called from threads of the studio, until finish() or the destruction.
  void want(Intake::Wishes wishes);
  void begin(const live::media_in::Epoch& epoch);
  void push(const SharedUnit& unit);
  /// Returns when all that is on its way has been given.
  void finish();

  /// Left out because it was too slow.  Any thread.
  [[nodiscard]] std::uint64_t dropped_pictures() const { return intake_.dropped_pictures(); }

 private:
  /// When what has failed is tried again.
  struct Again {
    live::Backoff backoff{std::random_device{}(), stable};
    live::Monotonic begun{}, at{};
    /// How long from now.
    std::chrono::milliseconds failed();
    [[nodiscard]] bool is_due() const { return std::chrono::steady_clock::now() >= at; }
  };
  struct Line {
    Intake::Wish wish;
    Again again{};
    std::unique_ptr<PresetLine> line{};  ///< nothing: it has failed
  };
  void run();
  void take(live::media_in::Epoch epoch);
  void take(Intake::Wishes wishes);
  void take(const SharedUnit& unit);
  void open(const live::media_in::Unit& first);
  void open_lines();
  void begin(Line& line);
  void fail_epoch(const std::string& why);
  void end_epoch();
  void decode(const SharedUnit& unit);
  void receive_sounds();
  void drain();
  void hand_on(bool video, live::av::Frame frame);
  void end(Line& line);
  void fail(Line& line, const std::string& why);

  const std::atomic<bool>& hurry_;
  // Of the thread that calls.
  bool wanted_ = false;
  std::optional<live::media_in::Epoch> newest_;
  std::optional<live::Monotonic> said_slow_;

  Intake intake_;
  // Of the studio's thread.
  std::optional<live::media_in::Epoch> epoch_;  ///< nothing: it has ended, or cannot be decoded
  bool opened_ = false;
  std::optional<Again> again_;  ///< it has failed
  Source source_;
  std::optional<live::av::PictureDecoder> pictures_;
  std::optional<live::av::Decoder> sounds_;
  Intake::Wishes wishes_;
  std::vector<Line> lines_;

  std::thread thread_;
};

}  // namespace social_relay
