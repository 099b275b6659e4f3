// What libavformat reads to items.
#pragma once

#include "common/av/audio_units.hpp"
#include "common/av/input.hpp"
#include "common/codec/parameter_sets.hpp"
#include "common/media_in/assembly.hpp"
#include "common/media_in/source.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace live::media_in {

class LavfReader {
 public:
  /// Picks the best video and the best audio of `input`.
  explicit LavfReader(av::Input input);

  /// There is something to read.  A stream that appears later may be, too, but nobody waits for it.
  [[nodiscard]] bool has_track() const { return video_ || audio_; }
  /// Waits for the next packet and appends what it gives; or why there is none (then what was held is given).
  std::optional<av::Trouble> read(std::vector<Item>& items);

 private:
  struct Video {
    av::Stream stream;
    std::optional<codec::ParameterSets> sets;  ///< H.264 and H.265
    bool stale = true;                         ///< the assembly has not been told of its parameters
    bool has_idr = false;
    std::int64_t counted = 0;  ///< pictures of a stream without stamps
    /// The first pictures of some containers (Matroska) come without decode times.
    std::vector<Raw> undated;
    bool dated = false;
  };
  struct Audio {
    av::Stream stream;
    std::optional<av::AudioUnits> units;  ///< where MP4 carries it
    std::optional<codec::Parameters> told;
    bool known = false;  ///< the assembly was told
  };

  void look_at_streams();
  void open_video(const av::Stream& stream);
  void open_audio(const av::Stream& stream);
  void video(av::Packet packet, std::vector<Item>& items);
  bool take_units(Raw& raw, av::Packet& packet);
  void take_plain(Raw& raw, av::Packet& packet);
  void give(Raw raw, std::vector<Item>& items);
  void date(std::vector<Item>& items);
  void tell_video(std::optional<codec::Parameters> parameters);
  void audio(av::Packet packet, std::vector<Item>& items);
  void tell_audio();

  av::Input input_;
  std::size_t seen_ = 0;  ///< streams
  std::optional<Video> video_;
  std::optional<Audio> audio_;
  Buffer scratch_;
  Assembly assembly_;
};

}  // namespace live::media_in
