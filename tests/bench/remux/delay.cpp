// remux_delay RTSP_URL SECONDS RTSP2FMP4: when does a picture arrive?  Watches one shared RTSP mount in three ways at
// once, each over a TCP connection of its own:
//   noparse    libavformat without its parser: a packet as soon as RTP's marker bit ends the frame
//   parsed     libavformat as it is: its parser knows the end of a frame by the start of the next
//   rtsp2fmp4  the fragments on the program's stdout
// Pictures are told apart by the end of their last slice, which is the same in all three.  Prints one JSON object with
// the delays between them in ms.
#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <libavformat/avformat.h>
}

namespace {

using Clock = std::chrono::steady_clock;
using live::Bytes;
/// When each picture was first seen, by the end of its bytes.
using Sightings = std::map<std::string, Clock::time_point>;

void note(Sightings& seen, Bytes picture) {
  constexpr std::size_t tail = 48;
  // A picture this small says "nothing moved" and may not be the only one of its kind.
  if (picture.size() < 2 * tail) return;
  seen.try_emplace(std::string{live::as_text(picture.last(tail))}, Clock::now());
}

Sightings watch_libavformat(const std::string& url, Clock::time_point until, bool parsed) {
  Sightings seen;
  AVFormatContext* input = avformat_alloc_context();
  if (!parsed) input->flags |= AVFMT_FLAG_NOPARSE;
  input->flags |= AVFMT_FLAG_NOBUFFER;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "rtsp_transport", "tcp", 0);
  av_dict_set(&options, "timeout", "5000000", 0);
  const int opened = avformat_open_input(&input, url.c_str(), nullptr, &options);
  av_dict_free(&options);
  if (opened < 0) live::fail(live::Exit::unavailable, "open {}", url);
  AVPacket* packet = av_packet_alloc();
  while (Clock::now() < until && av_read_frame(input, packet) == 0) {
    const auto& stream = *input->streams[packet->stream_index];
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
      note(seen, {packet->data, static_cast<std::size_t>(packet->size)});
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  avformat_close_input(&input);
  return seen;
}

void note_fragment(Sightings& seen, const live::mp4::FragmentItem& item,
                   const live::mp4::Init& init) {
  const auto samples = live::mp4::samples(item.bytes, item.parsed, init);
  for (const auto& sample : samples)
    note(seen, sample.data);
}

Sightings watch_program(const std::string& program, const std::string& url,
                        Clock::time_point until) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    live::fail(live::Exit::unavailable, "make a pipe: {}", live::errno_text());
  live::Fd out{ends[0]};
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), program.c_str(), "--audio", "none", url.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);

  Sightings seen;
  live::mp4::StreamReader reader;
  std::optional<live::mp4::Init> init;
  std::vector<std::uint8_t> buffer(1U << 20U);
  while (Clock::now() < until) {
    const auto got = ::read(out.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    std::vector<live::mp4::Item> items;
    if (reader.feed(Bytes{buffer}.first(static_cast<std::size_t>(got)), items)) break;
    for (auto& item : items) {
      if (auto* const begun = std::get_if<live::mp4::InitItem>(&item)) init = begun->init;
      if (const auto* const fragment = std::get_if<live::mp4::FragmentItem>(&item))
        note_fragment(seen, *fragment, *init);
    }
  }
  out.reset();  // the program ends by EPIPE
  ::waitpid(child, nullptr, 0);
  return seen;
}

void print_delay(const char* name, const Sightings& from, const Sightings& to) {
  std::vector<double> ms;
  for (const auto& [picture, when] : to) {
    const auto earlier = from.find(picture);
    if (earlier == from.end()) continue;
    ms.push_back(std::chrono::duration<double, std::milli>(when - earlier->second).count());
  }
  std::sort(ms.begin(), ms.end());
  const auto at = [&](double share) {
    return ms.empty() ? 0.0
                      : ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
  };
  std::printf("\"%s\": {\"pictures\": %zu, \"median\": %.2f, \"p99\": %.2f}", name, ms.size(),
              at(0.5), at(0.99));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: remux_delay RTSP_URL SECONDS RTSP2FMP4\n", stderr);
    return static_cast<int>(live::Exit::usage);
  }
  av_log_set_level(AV_LOG_ERROR);
  const std::string url = argv[1];
  const std::string program = argv[3];
  const auto until = Clock::now() + std::chrono::seconds{std::atoi(argv[2])};
  Sightings noparse;
  Sightings parsed;
  std::thread first{[&] { noparse = watch_libavformat(url, until, false); }};
  std::thread second{[&] { parsed = watch_libavformat(url, until, true); }};
  const auto written = watch_program(program, url, until);
  first.join();
  second.join();
  std::printf("{");
  print_delay("parsed - noparse", noparse, parsed);
  std::printf(", ");
  print_delay("rtsp2fmp4 - parsed", parsed, written);
  std::printf(", ");
  print_delay("rtsp2fmp4 - noparse", noparse, written);
  std::puts("}");
}
