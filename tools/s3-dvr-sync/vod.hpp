// The playlist of a broadcast as it stands in the bucket: what of a journal is safe there.  Pure.
//
//   while live   EXT-X-PLAYLIST-TYPE:EVENT, growing            no-cache
//   at the end   EXT-X-PLAYLIST-TYPE:VOD, EXT-X-ENDLIST        for ever
//
// A broadcast that lasts longer than --split goes on in a further volume: vod-<id>.m3u8, vod-<id>-2.m3u8 ...  Segments are
// listed in the journal's order and without a hole: one that is not uploaded yet ends the list, until it is.
#pragma once

#include "common/hls/media_playlist.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace s3_dvr_sync {

/// A broadcast's segments in one rendition.
struct Broadcast {
  std::string id;
  std::vector<live::hls::Segment> segments;  ///< without parts; URIs relative to the rendition
  bool over = false;                         ///< nothing will follow
};

/// A journal's broadcasts, in order.  What stands before the first #BROADCAST line has an empty id.  Malformed as a playlist.
live::Parsed<std::vector<Broadcast>> read_journal(std::string_view text);

struct VodRules {
  std::chrono::seconds target_duration{};  ///< of the writer's list: the least
  std::chrono::milliseconds split{};       ///< 0: never
  std::string uri_prefix;                  ///< before each URI: "720p/", or nothing
};

/// The volumes of a broadcast whose first `safe` segments are uploaded and verified (gaps count as such).  All but the last are
/// closed; the last one is when the broadcast is over and all of it is safe.  None while nothing is safe.
std::vector<live::hls::MediaPlaylist> make_volumes(const Broadcast& broadcast, std::size_t safe,
                                                   const VodRules& rules);

/// "vod-<id>.m3u8", "vod-<id>-2.m3u8": `volume` counts from 1.
std::string vod_name(std::string_view id, std::size_t volume);

}  // namespace s3_dvr_sync
