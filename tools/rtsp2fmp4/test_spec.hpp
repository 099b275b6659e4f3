// The settings of "test:".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtsp2fmp4 {

struct TestSpec {
  std::uint32_t width = 1280, height = 720;
  std::uint32_t rate = 30;
  std::chrono::milliseconds gop{2'000};
  std::string vcodec = "h264", acodec = "aac";  ///< acodec "none": no audio
  std::uint64_t bit_rate = 2'500'000;
  std::uint32_t bframes = 0, slices = 1;
  bool operator==(const TestSpec&) const = default;
};

/// "size=640x360,rate=25", in brackets or not, empty for all defaults.  Throws Failure(usage) naming the
/// setting that is wrong.
TestSpec parse_test_spec(std::string_view text);

}  // namespace rtsp2fmp4
