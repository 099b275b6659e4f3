// rtsp2fmp4: a camera, or anything that libavformat opens, as live fMP4 on standard output.  See rtsp2fmp4(1).
#include "common/cli/program.hpp"
#include "tools/rtsp2fmp4/options.hpp"
#include "tools/rtsp2fmp4/run.hpp"

int main(int argc, char** argv) {
  rtsp2fmp4::Options options;
  live::cli::Program program{
      "rtsp2fmp4",
      "Write a camera, or any other video that FFmpeg reads, as live fMP4 to standard output.",
      "Examples:\n"
      "  rtsp2fmp4 rtsp://user:password@camera/stream | fmp4-httpd\n"
      "  rtsp2fmp4 env:CAMERA --fragment gop -o yard.mp4\n"
      "  rtsp2fmp4 --realtime film.mp4 | fmp4-httpd\n"
      "  rtsp2fmp4 'test:size=640x360,rate=25' | fmp4-httpd\n"};
  rtsp2fmp4::declare(program.app(), options);
  return program.run(argc, argv,
                     [&](live::cli::Runtime& runtime) { rtsp2fmp4::run(options, runtime); });
}
