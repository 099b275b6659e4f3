// The connect command (RTMP 1.0 §7.2.1.1) and its answer, with what Enhanced RTMP v2 adds ("Enhancing NetConnection
// connect Command"): both sides say which codecs and extensions they know.
//
// The application comes in two places: `app` ("live", "/live/", "live?token=x", "app/instance") and the path of tcUrl
// ("rtmp://user:password@host/live?token=x").  `app` counts where it is not empty.  Encoders cut an address with several
// slashes at different places (rtmp://host/a/b/c is app "a/b", name "c" for ffmpeg and librtmp, others say "a" and
// "b/c"): what they send stays as it is.
#pragma once

#include "common/base/bytes.hpp"
#include "common/rtmp/command.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace live::rtmp {

/// What the peer says it can (Enhanced RTMP v2, "connect command").
struct Capabilities {
  bool reconnect = false, multitrack = false, mod_ex = false, nano_offset = false;  ///< capsEx
  std::vector<std::string> four_ccs;  ///< fourCcList and the names of videoFourCcInfoMap,
                                      ///< audioFourCcInfoMap; "*" is any.  At most max_four_ccs
  bool go_away = false;  ///< supportsGoAway: Facebook's forerunner of reconnect; OBS 27.2 to 29.1.1
  /// It said anything of Enhanced RTMP: only then our answer does, too.
  bool enhanced = false;
};
constexpr std::size_t max_four_ccs = 32;

struct ConnectAsked {
  std::string
      app;  ///< without leading and trailing slashes, without query; not checked any further
  std::string
      query;  ///< behind '?' in app, else in tcUrl; raw, but for a further "?authmod=", which clients
              ///< append to an app that has a query already: it is "&authmod=" here
  std::string tc_url, flash_version, page_url;
  std::string user, password;  ///< of tcUrl, %XX decoded; secrets, as tc_url and query may be
  Capabilities capabilities;
};

/// Whatever is missing or of another type is empty.
ConnectAsked read_connect(const Command& connect);

/// The parts of rtmp://user:password@host:port/path?query that matter here.
struct TcUrl {
  std::string user, password, path, query;
  bool operator==(const TcUrl&) const = default;
};
TcUrl read_tc_url(std::string_view url);

/// _result of connect `transaction`.  `object_encoding` is echoed.  `enhanced`: with what we take (avc1 hvc1 av01 vp09,
/// mp4a Opus fLaC ac-3 ec-3 .mp3) and capsEx, in both of its objects: the specification does not say in which.
Buffer connect_result(double transaction, double object_encoding, bool enhanced);

/// What a client says of itself.
struct ConnectOffer {
  std::string_view app, tc_url, flash_version;
  bool publish = true;
  const std::vector<std::string>& four_ccs;  ///< empty: nothing enhanced is announced
};
Buffer connect_command(double transaction, const ConnectOffer& offer);

}  // namespace live::rtmp
