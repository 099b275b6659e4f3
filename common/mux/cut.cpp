#include "common/mux/cut.hpp"

#include "common/base/text.hpp"

namespace live::mux {

std::optional<Cut> parse_cut(const std::string& text) {
  if (text == "frame") return Cut{Cut::At::frame, {}};
  if (text == "gop") return Cut{Cut::At::gop, {}};
  const auto duration = parse_duration(text);
  if (!duration || duration->count() <= 0) return {};
  return Cut{Cut::At::duration, *duration};
}

}  // namespace live::mux
