// FLV of any age (common/flv) to items: bytes in, items out.  Main tracks only; what onMetaData says of the frame rate is
// taken as a hint, the rest is not believed.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/flv/audio_track.hpp"
#include "common/flv/tag.hpp"
#include "common/flv/video_track.hpp"
#include "common/media_in/assembly.hpp"
#include "common/media_in/source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace live::media_in {

class FlvReader {
 public:
  /// Takes all of `in` and appends what it gives.  Nothing, or why this cannot be read on (a video codec that FLV has and
  /// MP4 has not counts too); then only destruction.
  std::optional<Malformed> feed(Bytes in, std::vector<Item>& items);
  /// The input ended: gives what was held.  False when it ended inside a tag.
  bool finish(std::vector<Item>& items);

  /// An audio codec that was left out; empty: none.
  [[nodiscard]] const std::string& left_out() const { return left_out_; }

 private:
  [[nodiscard]] std::size_t take(Bytes in, std::vector<Item>& items);
  void tag(const flv::TagHeader& header, Bytes body, std::vector<Item>& items);
  void video(std::uint32_t ms, Bytes body, std::vector<Item>& items);
  void audio(std::uint32_t ms, Bytes body, std::vector<Item>& items);
  void script(Bytes body);
  void fail(std::string why);

  Buffer pending_;              ///< an incomplete tag
  std::uint64_t consumed_ = 0;  ///< bytes before it
  bool has_header_ = false;
  std::size_t skip_ = 0;  ///< bytes of a back pointer that are still to come
  std::optional<Malformed> broken_;
  std::string left_out_;
  double frame_rate_ = 0;
  flv::VideoTrack video_;
  flv::AudioTrack audio_;
  Buffer scratch_;
  Assembly assembly_;
};

}  // namespace live::media_in
