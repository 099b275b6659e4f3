// onMetaData (FLV 10.1 §E.5): what an encoder says of its stream.  Never believed for decoding; shown, and passed on
// to players.
#pragma once

#include "common/base/bytes.hpp"
#include "common/flv/amf0.hpp"

#include <optional>
#include <string>
#include <vector>

namespace live::flv {

struct Metadata {
  /// From hasVideo, videocodecid, width ...; nothing when neither kind is spoken of.
  std::optional<bool> has_video, has_audio;
  double width = 0, height = 0, frame_rate = 0;  ///< 0 = not told, or absurd
  std::string encoder;                           ///< made printable, at most 100 characters
};

/// The values of an AMF0 data message: "@setDataFrame" before "onMetaData" or not.  Nothing for another one.
std::optional<Metadata> read_metadata(const std::vector<amf0::Value>& values);

/// The body of `data` as players get it: without a leading "@setDataFrame".
Bytes without_set_data_frame(Bytes data);

}  // namespace live::flv
