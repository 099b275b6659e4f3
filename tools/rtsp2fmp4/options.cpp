#include "tools/rtsp2fmp4/options.hpp"

#include "common/av/input.hpp"
#include "common/base/text.hpp"
#include "common/cli/cut_option.hpp"
#include "common/cli/options.hpp"

#include <map>

#include <CLI/CLI.hpp>

namespace rtsp2fmp4 {
namespace {

const std::map<std::string, Transport> transports{
    {"tcp", Transport::tcp}, {"udp", Transport::udp}, {"auto", Transport::autodetect}};
const std::map<std::string, VideoMode> video_modes{{"auto", VideoMode::automatic},
                                                   {"copy", VideoMode::copy},
                                                   {"h264", VideoMode::h264},
                                                   {"none", VideoMode::none}};
const std::map<std::string, AudioMode> audio_modes{{"auto", AudioMode::automatic},
                                                   {"copy", AudioMode::copy},
                                                   {"aac", AudioMode::aac},
                                                   {"flac", AudioMode::flac},
                                                   {"none", AudioMode::none}};
const std::map<std::string, bool> switches{{"on", true}, {"off", false}};

void declare_input(CLI::App& app, Options& o) {
  app.add_option(
         "INPUT", o.input,
         "rtsp://, rtsps://, rtmp:// or http(s):// address, file, FIFO, - for standard input, "
         "test: for a test picture; env:NAME or file:PATH holds an address that must not be seen")
      ->required()
      ->type_name("");
  live::cli::add_choice(
      app, "--transport", o.transport, transports,
      "RTSP media over the same TCP connection, over UDP, or UDP and TCP after 3 s without "
      "a packet");
  live::cli::add_duration(app, "--timeout", o.timeout,
                          "reconnect after this long without video, whatever the audio does");
  app.add_option("--max-retries", o.max_retries,
                 "end with 69 after this many attempts in a row that failed (0: one try); for ever "
                 "without it")
      ->type_name("N");
  app.add_flag("--realtime", o.realtime, "read a file at the pace of its stamps");
  app.add_option("--input-format", o.input_format,
                 "do not guess what the input is: h264 or hevc for raw Annex B, or any demuxer of "
                 "libavformat")
      ->check(live::av::complaint_about_format)
      ->type_name("NAME");
  app.add_option("--rate", o.rate, "frames per second of input that has no stamps")
      ->check(CLI::Range(1, 1000))
      ->type_name("FPS")
      ->capture_default_str();
}

}  // namespace

void declare(CLI::App& app, Options& o) {
  declare_input(app, o);
  live::cli::add_choice(app, "--video", o.video, video_modes,
                        "copy what browsers play and transcode the rest (auto), "
                        "never transcode, always transcode, or leave video out");
  live::cli::add_choice(
      app, "--audio", o.audio, audio_modes,
      "copy what browsers play, PCM and G.711 to FLAC, the rest to AAC (auto); or one of these");
  live::cli::add_choice(
      app, "--fix-sps", o.fix_sps, switches,
      "tell decoders that no frame is reordered, while none is: browsers then show each at once");
  live::cli::add_cut(app, o.cut);
  app.add_option(
         "-o,--output", o.output,
         "write this file instead of standard output; new codec parameters begin a further file")
      ->type_name("FILE");
  live::cli::add_duration(app, "--duration", o.duration, "end after this much media");
}

}  // namespace rtsp2fmp4
