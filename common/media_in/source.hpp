// One input of any kind, access unit by access unit: what the programs read that stand in the middle of a pipe.
//
//   live fMP4    common/mp4: epochs (a new ftyp moov), prft, stamps as they are (man 5 live-fmp4: readers never re-stamp)
//   FLV          common/flv, enhanced tags too; stamps repaired as rtmp-ingest does, with no clock of arrival
//   the rest     libavformat; stamps repaired likewise; the time line begins at 10 s
//
// The first bytes say which it is.  All calls block, and ask the caller's patience many times a second while they do.
#pragma once

#include "common/av/input.hpp"
#include "common/av/packet.hpp"
#include "common/av/stream.hpp"
#include "common/base/units.hpp"
#include "common/codec/parameters.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace live::media_in {

struct Track {
  /// For a decoder; time_base is that of the units: 1/90000 for video, 1/sample rate for audio.
  av::Stream stream;
  /// What MP4 carries; nothing for a codec that it does not (then it can only be decoded).
  std::optional<codec::Parameters> parameters;
};

/// What follows is to be decoded anew with these parameters.  Comes before the first unit and whenever they change.
struct Epoch {
  std::optional<Track> video, audio;
};

/// An access unit or an audio frame.
struct Unit {
  bool video = true;
  /// H.264 and H.265 length-prefixed (4 bytes), AAC raw, as in MP4.  Padded for decoders.
  av::Packet packet;
  std::int64_t dts = 0, pts = 0,
               duration = 0;  ///< in the track's time base, from 10 s up; duration > 0
  bool key = true;
  /// Wall clock of the producer at this unit, where the input says so (prft); only with the first unit of a fragment.
  std::optional<WallClock> produced;
};

/// Why there is nothing more.
struct End {
  bool in_order = true;      ///< end of input; false: `trouble` says what broke it
  std::string trouble;       ///< one clause
  bool interrupted = false;  ///< patience has ended
};

using Item = std::variant<Epoch, Unit, End>;

struct Spec {
  int fd = -1;         ///< read this (borrowed); else
  std::string url;     ///< a file, or anything that libavformat opens
  std::string format;  ///< libavformat's name of the demuxer; empty = find out
};

/// As command lines say it: `input` empty or "-" is standard input; "env:NAME" or "file:PATH" holds it.  Throws what
/// resolve_secret() throws.
Spec spec_of(const std::string& input, const std::string& format);

class Source {
 public:
  /// Does not wait for the input.
  Source(Spec spec, av::Patience patience);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// The next item.  After End nothing but End.  Throws Failure for what the operator has to mend: no such file, not media
  /// at all ("this looks like text"), no track that can be used.
  Item next();

  /// The input has an end that is known from the start (a file): it may be read faster than real time.  Stands from the
  /// first Epoch on.
  [[nodiscard]] bool is_file() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace live::media_in
