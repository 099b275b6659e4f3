// USES: live::base
#include "common/base/bytes.hpp"
#include "common/base/redact.hpp"
#include "common/base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

/// `text` without what ends a URL in a line.
std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (static_cast<unsigned char>(c) > ' ' &&
        std::string_view{"\x7f\"'`<>"}.find(c) == std::string_view::npos)
      out += c;
  return out;
}

}  // namespace

/// What is parsed is written and parsed alike; what is printable stays so; any password is hidden.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live;
  const auto in = as_text({data, size});
  if (const auto duration = parse_duration(in);
      duration && parse_duration(format_duration(*duration)) != duration)
    __builtin_trap();
  if (const auto bytes = parse_size(in); bytes && parse_size(format_size(*bytes)) != bytes)
    __builtin_trap();
  if (const auto rate = parse_bit_rate(in); rate && parse_bit_rate(format_bit_rate(*rate)) != rate)
    __builtin_trap();
  if (const auto address = parse_address(in);
      address && parse_address(format_address(*address)) != address)
    __builtin_trap();
  const auto shown = printable(in, 1000);
  if (!is_utf8(shown) || printable(shown, 2000) != shown) __builtin_trap();
  static_cast<void>(redact(in));
  // "?key=" in a password makes the rest of the line its value, host and all.
  const auto hidden = redact("rtsp://u:" + without_space(in) + "@cam/1");
  if (hidden != "rtsp://***@cam/1" && hidden != "rtsp://***") __builtin_trap();
  if (is_stream_name(in) && in.find('/') != std::string_view::npos) __builtin_trap();
  return 0;
}
