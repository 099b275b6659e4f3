// A media playlist as a server completes it for low latency: draft-pantos-hls-rfc8216bis §6.2.5, B.  Pure.
//
// On disk a playlist promises nothing that only a server can keep (man 5 hls-tree).  Served from here it gains
// CAN-BLOCK-RELOAD, CAN-SKIP-UNTIL, the hint of the next part and reports of its sisters, and the three delivery directives
// are answered.
#pragma once

#include "common/hls/media_playlist.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fmp4_httpd {

/// What a query asks.  All names that begin with _HLS_ are reserved (§6.2.5).
struct Directives {
  std::optional<std::uint64_t> sequence, part;  ///< _HLS_msn, _HLS_part
  bool skip = false;                            ///< _HLS_skip=YES or v2
  std::string rest;  ///< what is not ours, to be carried on every URI: what RFC 3986 has in a query
  std::string wrong;  ///< why a list that takes directives answers 400; empty: it does not
  bool operator==(const Directives&) const = default;
};
Directives parse_directives(std::string_view query);

enum class Readiness {
  ready,      ///< has what was asked, or will never have it (ENDLIST)
  not_yet,    ///< wait for the next version
  too_early,  ///< asked too far ahead: 400
};
/// Without msn: ready.  A part beyond the last of its segment is the first of the next one.
Readiness readiness(const live::hls::MediaPlaylist& playlist, const Directives& asked);

/// Where another rendition of the stream stands: its last part, where it has any (rfc8216bis §4.4.5.4).
live::hls::RenditionReport report_of(const std::string& uri,
                                     const live::hls::MediaPlaylist& sister);

/// The name of the part that comes next; nothing for a list without parts, or one that has ended.
std::optional<std::string> next_part(const live::hls::MediaPlaylist& playlist);

/// Does it take directives?  One without parts, or that has ended, ignores them (§6.2.5).
bool takes_directives(const live::hls::MediaPlaylist& playlist);

/// The playlist as it is sent, with `skip` as a delta update.  One that takes no directives as it is on disk.
std::string deliver(live::hls::MediaPlaylist playlist, bool skip,
                    std::vector<live::hls::RenditionReport> sisters);

/// Any playlist with `query` behind its URIs, in tags too, but for those that name another server.
std::string carry_query(std::string_view playlist, std::string_view query);

}  // namespace fmp4_httpd
