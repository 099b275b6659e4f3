// s3-dvr-sync: recordings reach S3, and none is lost.  See s3-dvr-sync(1).
#include "common/cli/program.hpp"
#include "tools/s3-dvr-sync/options.hpp"
#include "tools/s3-dvr-sync/run.hpp"

int main(int argc, char** argv) {
  s3_dvr_sync::Options options;
  live::cli::Program program{
      "s3-dvr-sync", "Get HLS trees and recordings to S3, and lose none.",
      "Examples:\n"
      "  s3-dvr-sync /srv/hls s3://recordings\n"
      "  s3-dvr-sync --watch /srv/hls s3://recordings/site-7\n"
      "  s3-dvr-sync --endpoint https://minio:9000 --keep 7d /srv/mp4 s3://cameras\n"};
  s3_dvr_sync::declare(program.app(), options);
  return program.run(argc, argv, [&](live::cli::Runtime& runtime) {
    s3_dvr_sync::check(options);
    s3_dvr_sync::run(options, runtime);
  });
}
