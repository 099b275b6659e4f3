// From frames with their source's stamps to what leaves the room: held until it is clear what there is, placed on the
// pipe's time line, with an Epoch in front and wherever the tracks change.  Pure.
//
// - What is told once of a track is believed at the next place where a decoder can begin: the next key frame; without
//   video, the next audio frame.  So a track that appears late begins an epoch, and no picture is lost for it.
// - Before the first unit, StartRule decides by the stamps of the source how long to wait for the other track.
// - Audio that is stamped before the first picture is left out.
#pragma once

#include "common/flv/start_rule.hpp"
#include "common/media_in/raw.hpp"
#include "common/timeline/repair.hpp"
#include "common/timeline/sample_grid.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace live::media_in {

class Assembly {
 public:
  static constexpr std::size_t most_held = 1024;              ///< frames before the first unit
  static constexpr std::size_t most_held_bytes = 32U << 20U;  ///< likewise; beyond, it begins

  Assembly();

  /// A track that is not there and will not come need not be waited for.
  void without_video() { no_video_ = true; }
  void without_audio() { rule_.audio_is_clear(); }

  /// What the track is from the next place on where a decoder can begin.  Equal shapes change nothing.
  void video(const Shape& shape);
  void audio(const Shape& shape);

  void push(Raw raw, std::vector<Item>& items);
  /// The input ended: what is held leaves, if it can.
  void finish(std::vector<Item>& items);

 private:
  struct Line {
    std::optional<Shape> wish, now;  ///< now: what units that leave are of
    std::optional<std::size_t> index;
    std::optional<timeline::SampleGrid> grid;
    bool stale = false;  ///< wish is news
  };

  static void wish(Line& line, const Shape& shape);
  [[nodiscard]] Monotonic at(const Raw& raw) const;
  void hold(Raw raw);
  void begin(std::vector<Item>& items);
  void emit(Raw raw, std::vector<Item>& items);
  bool follow(const Raw& raw, std::vector<Item>& items);
  void adopt(Line& line);
  Unit place(Raw raw);

  timeline::Repair repair_;
  flv::StartRule rule_;
  Line video_, audio_;
  bool no_video_ = false;
  bool waiting_ = true;
  std::deque<Raw> held_;
  std::size_t held_bytes_ = 0;
  std::optional<Monotonic> first_;  ///< of the first picture: earlier sound is left out
  Monotonic now_;                   ///< of the unit that left last, on our time line
};

}  // namespace live::media_in
