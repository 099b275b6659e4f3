#include "tests/bench/load/playlist_writer.hpp"

#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace load {
namespace {

constexpr std::uint64_t first_file =
    1'795'257'246'291;                    // as abr-hls counts: a wall clock in milliseconds
constexpr unsigned parts_of_segment = 8;  // of 500 ms in 4 s
constexpr std::uint64_t window = 10, with_parts = 3;  // segments

}  // namespace

PlaylistWriter::PlaylistWriter(std::filesystem::path folder, std::uint64_t whole)
    : folder_(std::move(folder)), whole_(whole) {
  std::filesystem::create_directories(folder_);
  publish("index.m3u8", list());
}

std::chrono::steady_clock::time_point PlaylistWriter::add_part() {
  publish(fmt::format("{}.{}.m4s", first_file + whole_, parts_), "part");
  const auto there = std::chrono::steady_clock::now();
  if (++parts_ == parts_of_segment) {
    publish(fmt::format("{}.m4s", first_file + whole_), "segment");
    ++whole_;
    parts_ = 0;
  }
  publish("index.m3u8", list());
  return there;
}

std::string PlaylistWriter::next() const {
  return fmt::format("_HLS_msn={}&_HLS_part={}", first_file + whole_, parts_);
}

void PlaylistWriter::publish(const std::string& name, const std::string& text) const {
  const auto temporary = folder_ / ("." + name + ".tmp");
  std::ofstream{temporary, std::ios::binary} << text;
  std::filesystem::rename(temporary, folder_ / name);
}

std::string PlaylistWriter::list() const {
  const auto first = whole_ > window ? whole_ - window : 0;
  auto text = fmt::format(
      "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n#EXT-X-PART-INF:PART-TARGET=0.500000\n"
      "#EXT-X-SERVER-CONTROL:HOLD-BACK=12.000000,PART-HOLD-BACK=1.500000\n#EXT-X-MEDIA-SEQUENCE:{}"
      "\n"
      "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init-{}.mp4\"\n",
      first_file + first, first_file);
  const auto add_parts = [&text](std::uint64_t number, unsigned count) {
    for (unsigned part = 0; part < count; ++part) {
      text += fmt::format("#EXT-X-PART:DURATION=0.500000,URI=\"{}.{}.m4s\"{}\n", number, part,
                          part % 4 == 0 ? ",INDEPENDENT=YES" : "");
    }
  };
  for (auto segment = first; segment < whole_; ++segment) {
    const auto number = first_file + segment;
    text += fmt::format("#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:{:02}:{:02}.000Z\n",
                        segment / 15 % 60, segment * 4 % 60);
    if (segment + with_parts >= whole_) add_parts(number, parts_of_segment);
    text += fmt::format("#EXTINF:4.000000,\n{}.m4s\n", number);
  }
  add_parts(first_file + whole_, parts_);
  return text;
}

}  // namespace load
