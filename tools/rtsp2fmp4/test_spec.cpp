#include "tools/rtsp2fmp4/test_spec.hpp"

#include "common/base/failure.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace rtsp2fmp4 {
namespace {

using live::Exit;
using live::fail;

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t least,
                                    std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return {};
  return value;
}

template <std::size_t N>
void choose(std::string& value, std::string_view name, std::string_view text,
            const std::array<std::string_view, N>& known) {
  if (std::ranges::find(known, text) == known.end()) {
    std::string list;
    for (const auto word : known)
      list += (list.empty() ? "" : ", ") + std::string{word};
    fail(Exit::usage, "read test: {}={} is none of {}", name, text, list);
  }
  value = text;
}

void set_number(std::uint32_t& value, std::string_view name, std::string_view text,
                std::uint32_t least, std::uint32_t most) {
  const auto read = number(text, least, most);
  if (!read)
    fail(Exit::usage, "read test: {}={} is not a number from {} to {}", name, text, least, most);
  value = *read;
}

void set_size(TestSpec& spec, std::string_view text) {
  const auto x = text.find('x');
  const auto width = number(text.substr(0, x), 160, 7680);
  const auto height =
      x == std::string_view::npos ? std::nullopt : number(text.substr(x + 1), 120, 4320);
  if (!width || !height || *width % 2 != 0 || *height % 2 != 0) {
    fail(Exit::usage, "read test: size={} is not WIDTHxHEIGHT, even, from 160x120 to 7680x4320",
         text);
  }
  spec.width = *width;
  spec.height = *height;
}

void set(TestSpec& spec, std::string_view name, std::string_view text) {
  constexpr std::array<std::string_view, 7> video{"h264", "hevc", "mjpeg", "mpeg4",
                                                  "vp8",  "vp9",  "av1"};
  constexpr std::array<std::string_view, 9> audio{"aac",      "opus",      "flac", "mp2", "mp3",
                                                  "pcm_alaw", "pcm_mulaw", "g726", "none"};
  if (name == "size") return set_size(spec, text);
  if (name == "rate") return set_number(spec.rate, name, text, 1, 240);
  if (name == "bframes") return set_number(spec.bframes, name, text, 0, 16);
  if (name == "slices") return set_number(spec.slices, name, text, 1, 16);
  if (name == "vcodec") return choose(spec.vcodec, name, text, video);
  if (name == "acodec") return choose(spec.acodec, name, text, audio);
  if (name == "gop") {
    const auto gop = live::parse_duration(text);
    if (!gop || gop->count() < 1)
      fail(Exit::usage, "read test: gop={} is no duration such as 2s", text);
    spec.gop = *gop;
  } else if (name == "bitrate") {
    const auto rate = live::parse_bit_rate(text);
    if (!rate || *rate < 10'000 || *rate > 200'000'000) {
      fail(Exit::usage, "read test: bitrate={} is no bit rate such as 2500k", text);
    }
    spec.bit_rate = *rate;
  } else {
    fail(Exit::usage,
         "read test: no setting {}; there are size, rate, gop, vcodec, acodec, bitrate, bframes "
         "and slices",
         live::printable(name));
  }
}

}  // namespace

TestSpec parse_test_spec(std::string_view text) {
  TestSpec spec;
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto setting = text.substr(0, comma);
    text.remove_prefix(std::min(text.size(), comma + 1));
    const auto equals = setting.find('=');
    if (equals == std::string_view::npos) {
      fail(Exit::usage, "read test: {} is not NAME=VALUE", live::printable(setting));
    }
    set(spec, setting.substr(0, equals), setting.substr(equals + 1));
  }
  return spec;
}

}  // namespace rtsp2fmp4
