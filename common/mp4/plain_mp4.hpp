// What people are told who pipe a file that was made for playing from disk.
#pragma once

namespace live::mp4 {

inline constexpr auto plain_mp4 =
    "this is plain MP4 (not fragmented), not live fMP4; `rtsp2fmp4 FILE` makes it live fMP4";

}  // namespace live::mp4
