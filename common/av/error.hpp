// What libav reports, told apart by what can be done about it.
#pragma once

#include <string>

namespace live::av {

/// Why an input gave nothing (more).
struct Trouble {
  enum class Kind {
    end,          ///< the input ended, or the peer closed the connection
    interrupted,  ///< the caller's patience ran out
    unresolved,   ///< no such host
    refused,      ///< nobody listens there
    unreachable,  ///< no route, or no answer
    denied,       ///< 401 or 403
    not_found,    ///< the peer has no such stream (404)
    transport,    ///< the peer does not do UDP, or not TCP (461)
    no_input,     ///< no such file, or it may not be read
    not_media,    ///< opened, and nothing that libavformat knows
    other,
  };
  Kind kind = Kind::other;
  std::string text;  ///< one clause for people, without secrets
};

/// The text of an AVERROR code.
std::string error_text(int error);

/// `error` (an AVERROR code) as met by this thread; libavformat's last complaint helps to tell what
/// hides behind EIO.
Trouble trouble_of(int error);

/// Throws Failure(bad_data, "VERB OBJECT: reason") when `error` is negative.
void check(int error, const char* what);

/// Sends libav's own log to log::debug, redacted, and remembers each thread's last complaint for
/// trouble_of().  Call once, before the first input is opened.
void take_log();
/// Forgets this thread's last complaint.
void forget_complaint();

}  // namespace live::av
