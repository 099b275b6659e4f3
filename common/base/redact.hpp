// Secrets never reach a log, an error, a metric or another process's argv.
#pragma once

#include <string>
#include <string_view>

namespace live {

/// `text` with the user and password of every URL in it replaced by "***", and with the values of query
/// parameters whose names suggest a secret (key, token, sign, signature, pass, password, secret, auth)
/// replaced likewise: "rtsp://admin:p@ss@cam/1" → "rtsp://***@cam/1".  A password may hold '@' and '/':
/// the last '@' before the next space, quote or end counts unless the part behind it is no host.
std::string redact(std::string_view text);

/// Overwrites, in the argv of this process, the credentials of an argument that is a URL (or holds one
/// behind '='), so that ps(1) does not show them; of rtmp: URLs the stream's name too, with its query: of
/// most services it is the key.  Call once, before anything else happens, with argv as main() got it; the
/// texts must have been copied by then.
void hide_credentials(int argc, char** argv);

/// The value of a secret option: "env:NAME" (the variable), "file:PATH" (its first line), or anything
/// else as it stands.  Throws Failure(usage) when the variable is not set, Failure(no_input) when the
/// file cannot be read.
std::string resolve_secret(const std::string& value);

}  // namespace live
