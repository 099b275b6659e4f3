// The first half of a feed: a publisher's messages, parsed, sorted by track, with the parameters of each track.
#pragma once

#include "common/base/units.hpp"
#include "common/flv/audio.hpp"
#include "common/flv/audio_track.hpp"
#include "common/flv/video.hpp"
#include "common/flv/video_track.hpp"
#include "common/mux/fragmenter.hpp"
#include "common/rtmp/message.hpp"
#include "tools/rtmp-ingest/headers.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rtmp_ingest {

/// The frames of one message.
struct Media {
  struct Part {
    std::size_t track = 0;  ///< Intake::main_video, main_audio, or a further one
    std::uint32_t codec_id = 0;
    std::int32_t composition_ms = 0;
    live::mux::Sample sample;
  };
  live::rtmp::Message message;
  live::Monotonic arrived;
  live::WallClock wall;
  std::uint32_t nanoseconds = 0;
  std::vector<Part> parts;  ///< at most one of a track

  [[nodiscard]] const Part* of(std::size_t track) const;
};

class Intake {
 public:
  static constexpr std::size_t main_video = 0, main_audio = 1;
  static constexpr std::size_t most_tracks = 16;  ///< further ones are left out

  struct Track {
    template <class T>  // made in place: moving it in raises GCC 12's maybe-uninitialized falsely
    Track(std::uint8_t its_id, std::in_place_type_t<T> kind) : id(its_id), is(kind) {}

    std::uint8_t id = 0;  ///< as the publisher counts them; 0 is the main one
    std::variant<live::flv::VideoTrack, live::flv::AudioTrack> is;

    [[nodiscard]] const live::flv::VideoTrack* video() const {
      return std::get_if<live::flv::VideoTrack>(&is);
    }
    [[nodiscard]] const live::flv::AudioTrack* audio() const {
      return std::get_if<live::flv::AudioTrack>(&is);
    }
    [[nodiscard]] const std::optional<live::codec::Parameters>& parameters() const;
  };

  enum class Found {
    nothing,  ///< no frames: headers, or what makes no sense
    media,
    refused,  ///< refusal() says why
  };

  /// `name`: of the stream, for the log.  `all_tracks`: those of multitrack messages, too; else they are left out, and
  /// messages that hold no main track with them.
  Intake(std::string name, bool all_tracks);

  void begin_session();

  /// Reads `media.message` (audio or video) and fills in the rest of `media` but the times.  `cut`: frames are made
  /// samples of MP4; without it they are looked at as little as possible.
  Found take(Media& media, bool cut);
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  /// A video header that differs from the one in force.
  [[nodiscard]] bool is_news(const live::rtmp::Message& message) const;

  /// main_video and main_audio are always there.
  [[nodiscard]] const std::vector<Track>& tracks() const { return tracks_; }
  /// True once after the parameters of a track changed.
  bool take_changed() { return std::exchange(changed_, false); }
  /// The main audio is known, or it is one that is not carried.
  [[nodiscard]] bool audio_is_clear() const;
  [[nodiscard]] Headers& headers() { return headers_; }
  /// Messages and packets that made no sense or are of no use.
  [[nodiscard]] std::uint64_t ignored() const { return ignored_; }
  /// Pictures before the first key frame of their track.
  [[nodiscard]] std::uint64_t undecodable() const { return undecodable_; }

 private:
  Found take_video(Media& media, bool cut);
  Found take_audio(Media& media);
  void take_metadata(const Media& media, const live::flv::VideoPacket& packet);
  void video_frame(Media& media, std::size_t track, const live::flv::VideoPacket& packet, bool cut);
  void audio_frame(Media& media, std::size_t track, const live::flv::AudioPacket& packet);
  [[nodiscard]] bool carries(const live::flv::VideoPacket& packet);
  [[nodiscard]] bool carries(const live::flv::AudioPacket& packet);
  [[nodiscard]] bool is_wanted(std::uint8_t id) const { return id == 0 || all_tracks_; }
  template <class T>
  std::size_t track_of(std::uint8_t id);
  void warn_once(const std::string& text);

  std::string name_;
  bool all_tracks_;
  std::vector<Track> tracks_;
  Headers headers_;
  std::string refusal_;
  bool changed_ = false, foreign_audio_ = false;
  std::uint64_t ignored_ = 0, undecodable_ = 0;
  live::Buffer scratch_;  ///< lengths that a picture lacks
  std::set<std::string> warned_;
};

}  // namespace rtmp_ingest
