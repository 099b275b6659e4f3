// social-relay: one stream to YouTube, Facebook, Twitch and any RTMP server.  See social-relay(1).
#include "common/cli/program.hpp"
#include "tools/social-relay/options.hpp"
#include "tools/social-relay/run.hpp"

int main(int argc, char** argv) {
  social_relay::Options options;
  live::cli::Program program{
      "social-relay",
      "Send one stream to YouTube, Facebook, Twitch and any RTMP server, each on its own.",
      "Examples:\n"
      "  rtsp2fmp4 rtsp://camera/stream | social-relay --to youtube:env:YOUTUBE_KEY\n"
      "  social-relay --to twitch:file:twitch.key film.mp4\n"
      "  rtmp-ingest --keys keys.txt -- social-relay --query-env LIVE_QUERY\n"
      "  social-relay --destinations destinations.toml <camera.fifo\n"};
  social_relay::declare(program.app(), options);
  return program.run(argc, argv,
                     [&](live::cli::Runtime& runtime) { social_relay::run(options, runtime); });
}
