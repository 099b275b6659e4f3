// Adobe's authentication of publishers ("authmod=adobe"), the client's side (the server's: common/ingest/challenge.hpp).
// It takes three connections; a server asks in the description of connect's _error, a client answers in the query of app
// and tcUrl:
//
//   app                                   [ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] :
//   app?authmod=adobe&user=U              [ AccessManager.Reject ] : [ authmod=adobe ] :
//                                             ?reason=needauth&user=U&salt=S&challenge=C&opaque=O
//   app?authmod=adobe&user=U              (accepted)
//        &challenge=N&response=R&opaque=O
//
//   R = base64(md5(base64(md5(U S password)) O N)); C stands in the place of O where a server gives none.
//
// Not published by Adobe: as ffmpeg, OBS and GStreamer do it.  Pure; MD5 is OpenSSL's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace live::rtmp {

/// What to put behind app and tcUrl (as they were at first), beginning with '?', on the next connection; nothing when
/// `description` asks for nothing that we have (no challenge, another authmod, a wrong password).  `nonce`: random.
std::optional<std::string> answer_adobe(std::string_view description, std::string_view user,
                                        std::string_view password, std::uint32_t nonce);

}  // namespace live::rtmp
