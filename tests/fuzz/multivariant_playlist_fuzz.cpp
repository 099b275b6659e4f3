// USES: live::hls
#include "common/base/bytes.hpp"
#include "common/hls/multivariant_playlist.hpp"

#include <cstddef>
#include <cstdint>

/// What is read is written and read alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace live;
  using namespace live::hls;
  const auto first = parse_multivariant_playlist(as_text({data, size}));
  if (const auto* list = std::get_if<MultivariantPlaylist>(&first)) {
    const auto again = parse_multivariant_playlist(format(*list));
    if (!std::holds_alternative<MultivariantPlaylist>(again)) __builtin_trap();
    if (std::get<MultivariantPlaylist>(again) != *list) __builtin_trap();
  }
  return 0;
}
