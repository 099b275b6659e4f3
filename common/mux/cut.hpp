// Where the fragments of live fMP4 are cut: --fragment of the programs that write it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace live::mux {

struct Cut {
  enum class At { frame, gop, duration };
  At at = At::frame;
  std::chrono::milliseconds duration{};  ///< of At::duration: at the first key frame after it
  bool operator==(const Cut&) const = default;
};

/// "frame", "gop" or a duration; nothing for anything else.
std::optional<Cut> parse_cut(const std::string& text);

}  // namespace live::mux
