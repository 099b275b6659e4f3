// What is shown while nothing comes from the input (--slate): a picture and silence, encoded once for each version of the stream
// and sent over and over.
#pragma once

#include "common/av/frame.hpp"
#include "tools/social-relay/item.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace social_relay {

/// nullptr: black.
using SlatePicture = std::shared_ptr<const live::av::Frame>;

/// The first picture of a file of any kind that libavcodec knows.  Throws Failure(no_input, bad_data).
SlatePicture read_slate(const std::filesystem::path& file);

struct SlateClip {
  static constexpr live::Us length{2'000'000};  ///< services want a key frame as often

  std::vector<SharedItem> pictures;  ///< in order of decoding, from 0; the first is the key frame
  SharedItem silence;                ///< a packet of it; nothing: the stream has no sound
  std::uint32_t sound_rate = 0;      ///< Hz
};

/// Of the size, rate and codec of `like` (H.264 where there is no encoder for that), at a low bit rate, and AAC where `like` has
/// sound.  Takes a second or so; nothing when `hurry` has become true meanwhile.  Throws Failure.
std::optional<SlateClip> make_slate(const Tracks& like, const SlatePicture& picture,
                                    const std::atomic<bool>& hurry);

/// A clip on the time line of the stream that it stands in for.  Pure.
class SlateShow {
 public:
  SlateShow(std::shared_ptr<const SlateClip> clip, live::Us from)
      : clip_(std::move(clip)), from_(from) {}

  /// What lies before `until` and was not given yet, in order.
  void show(live::Us until, const std::function<void(const SharedItem&)>& give);

 private:
  [[nodiscard]] live::Us next_picture() const;
  [[nodiscard]] live::Us next_sound() const;

  std::shared_ptr<const SlateClip> clip_;
  live::Us from_;
  std::size_t pictures_ = 0, sounds_ = 0;  ///< given
};

}  // namespace social_relay
