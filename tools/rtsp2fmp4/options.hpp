// What the command line says.
#pragma once

#include "common/mux/cut.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace rtsp2fmp4 {

enum class Transport { tcp, udp, autodetect };
enum class VideoMode { automatic, copy, h264, none };
enum class AudioMode { automatic, copy, aac, flac, none };

struct Options {
  std::string input;   ///< as given; may hold credentials, or be "env:NAME" or "file:PATH"
  std::string output;  ///< a file; empty = standard output
  Transport transport = Transport::tcp;
  std::chrono::milliseconds timeout{10'000};
  std::optional<unsigned> max_retries;
  VideoMode video = VideoMode::automatic;
  AudioMode audio = AudioMode::automatic;
  bool fix_sps = true;
  live::mux::Cut cut;
  std::optional<std::chrono::milliseconds> duration;
  bool realtime = false;
  std::string input_format;  ///< a demuxer's name; empty = find out
  std::uint32_t rate = 25;   ///< frames per second of input without stamps
};

/// Declares them on `app`.
void declare(CLI::App& app, Options& options);

}  // namespace rtsp2fmp4
