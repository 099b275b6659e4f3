// Packets of H.264 and H.265 to whole access units.
//
// A camera that repeats its parameter sets before each slice of a key frame (x264 with sliced threads does) makes
// libavformat's parser begin a new packet there: one frame comes as several packets of one stamp.  Whether another
// one follows could be told by waiting for the next frame, at the price of one frame interval.  Instead the number
// of packets per key frame and per other frame is learnt from the first of each, and a unit is given out as soon as
// it has as many.  When a camera changes its ways, the next frame corrects the number; a slice that comes after its
// unit was given out is dropped and counted, and that frame stays damaged until the next key frame.
#pragma once

#include "common/codec/parameter_sets.hpp"
#include "tools/rtsp2fmp4/sample.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace rtsp2fmp4 {

class AccessUnits {
 public:
  using Sink = std::function<void(Sample)>;

  /// `merge`: false when each packet is known to be a whole unit (files).
  AccessUnits(live::codec::Codec codec, bool claim_no_reorder, bool merge)
      : codec_(codec), sets_(codec, claim_no_reorder), merge_(merge) {}

  /// Parameter sets are taken out and kept in sets().
  void push(live::av::Packet packet, const Arrival& arrival, const Sink& sink);
  /// Gives out what waits for more packets.
  void flush(const Sink& sink);

  [[nodiscard]] live::codec::ParameterSets& sets() { return sets_; }
  [[nodiscard]] const live::codec::ParameterSets& sets() const { return sets_; }
  /// True once after parameter sets changed.
  bool take_changed() { return std::exchange(changed_, false); }
  /// Slices that came after their access unit had been given out.
  [[nodiscard]] std::uint64_t late_slices() const { return late_; }
  [[nodiscard]] std::uint64_t merged() const { return merged_; }

 private:
  static constexpr unsigned most_packets = 64;  ///< of one unit; a level's limit of slices is lower

  struct Pending {
    Sample sample;
    unsigned packets = 0;
  };

  static void append(Pending& unit, Part part, live::codec::Sample& cut);
  [[nodiscard]] bool holds_slice(const live::codec::Sample& cut) const;
  [[nodiscard]] unsigned& expected(bool key) { return key ? expected_key_ : expected_other_; }
  void give_out(const Sink& sink);

  live::codec::Codec codec_;
  live::codec::ParameterSets sets_;
  bool merge_;
  bool changed_ = false;
  std::optional<Pending> pending_;
  std::optional<Pending> prefix_;  ///< what stands before the first slice, when it comes alone
  unsigned expected_key_ = 0, expected_other_ = 0;  ///< packets per unit; 0 = not known yet
  std::optional<std::int64_t> last_pts_;            ///< of the unit given out last
  unsigned last_packets_ = 0;
  bool last_key_ = false;
  std::uint64_t late_ = 0, merged_ = 0;
};

}  // namespace rtsp2fmp4
