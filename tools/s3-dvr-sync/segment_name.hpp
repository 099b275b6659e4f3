// What lists call segments, and what those are called on the disk.  Lists have URIs (RFC 8216 §4.1), percent-encoded (RFC 3986
// §2.1); ffmpeg and nginx put names down as they are, "10:30:00.ts" and "100%.ts" too.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace s3_dvr_sync {

/// May be a file beside its list: nothing else is ours to look at or to upload.  Up to 255 bytes of UTF-8 without slashes and
/// control characters that do not begin with a dot.
bool is_file_name(std::string_view name);

/// The name that `uri` means.  `uri` itself where that is none of a file beside the list: is_file_name() of it is false, or
/// nothing is there.
std::string decoded_name(std::string_view uri);

/// The name under which it is in `folder`: as it stands, if that is there, else decoded.
std::string name_in(const std::filesystem::path& folder, std::string_view uri);

/// For a list.  What is no file's name stays as it is.
std::string uri_of(std::string_view name);

}  // namespace s3_dvr_sync
