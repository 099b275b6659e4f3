// One encoded rung: scales what the rung above it hands on, hands it on itself, and encodes it.
#pragma once

#include "common/av/rendition_encoder.hpp"
#include "common/av/resizer.hpp"
#include "common/av/thinner.hpp"
#include "common/base/queue_thread.hpp"
#include "tools/abr-hls/ladder.hpp"
#include "tools/abr-hls/writer.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>

namespace abr_hls {

struct Options;

/// A decoded picture on its way down the cascade.
struct LadderPicture {
  std::shared_ptr<const live::av::Frame> frame;
  std::int64_t at = 0;    ///< 1/90000 s
  bool key = false;       ///< a key frame in all rungs
  bool begins = false;    ///< a segment or part begins in all rungs
  std::size_t first = 0;  ///< rungs above this one are given up
};

/// libavcodec's settings for `rung`.
live::av::RenditionEncoding encoding_of(const Rung& rung, const Options& options,
                                        const live::av::Colour& colour);
/// Bits per second that no segment of about `segment` exceeds by more than a quarter: VBV, audio, and 5 % for the container.
std::uint64_t declared_peak(const Wish& wish, bool audio, std::chrono::milliseconds segment);

class RungThread {
 public:
  static constexpr std::size_t queue_limit = 8;  ///< pictures

  struct Place {
    std::size_t position = 0;   ///< in the cascade, 0 is the top
    std::size_t rendition = 0;  ///< index in the ladder
    /// PART-TARGET where the rung does not show all pictures (1/90000 s); else 0.
    std::int64_t part_target = 0;
  };

  /// Opens the encoder: throws Failure(usage).  `next`, `writer` and `enough` must outlive it.  Once `enough` is true, what it
  /// has not encoded yet is dropped.
  RungThread(const Rung& rung, const live::av::RenditionEncoding& encoding, Place place,
             RungThread* next, Writer& writer, const std::atomic<bool>& enough);
  RungThread(const RungThread&) = delete;
  RungThread& operator=(const RungThread&) = delete;

  /// False when it, or what lies behind it, has failed.
  [[nodiscard]] bool push(LadderPicture picture) { return queue_.push(std::move(picture)); }
  /// What waits here from before `at` is handed on, but not encoded, nor is what the encoder holds.
  void give_up(std::int64_t at) { given_up_before_.store(at, std::memory_order_relaxed); }
  /// No more pictures; returns when all of this rung have been given.  Throws what the rung threw.
  void finish();
  [[nodiscard]] const live::codec::Parameters& parameters() const { return parameters_; }
  /// Time that its thread has used on a CPU.
  [[nodiscard]] std::chrono::nanoseconds cpu_time() const {
    return std::chrono::nanoseconds{cpu_ns_.load(std::memory_order_relaxed)};
  }

 private:
  void run();
  void take(LadderPicture& picture);
  void encode(const live::av::Frame& frame, const LadderPicture& picture);
  [[nodiscard]] bool is_given_up(const LadderPicture& picture) const;
  [[nodiscard]] bool shows(const LadderPicture& picture);
  void end_encoder();
  void place(Sample& sample, std::int64_t decoded);
  void give(live::av::Packet packet);

  const Rung rung_;
  const live::av::RenditionEncoding encoding_;
  const Place place_;
  RungThread* next_;
  Writer& writer_;
  live::av::Resizer resizer_;
  live::av::Thinner thinner_;
  bool begins_ = false;  ///< there was a cut behind the picture that it shows
  std::optional<std::int64_t> part_begin_;
  std::int64_t seen_ = 0;  ///< time of the newest picture, shown or not
  std::unique_ptr<live::av::RenditionEncoder> encoder_;
  live::codec::Parameters parameters_;
  std::deque<std::int64_t> shown_;  ///< when those in the encoder are shown
  std::optional<std::int64_t>
      delay_;  ///< of the encoder: from decoding to showing, of its first picture
  std::atomic<std::int64_t> cpu_ns_ = 0;
  std::atomic<std::int64_t> given_up_before_ = std::numeric_limits<std::int64_t>::min();
  const std::atomic<bool>& enough_;
  live::QueueThread<LadderPicture> queue_{queue_limit};
};

}  // namespace abr_hls
