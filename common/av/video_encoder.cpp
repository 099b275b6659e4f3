#include "common/av/video_encoder.hpp"

#include <array>
#include <new>
#include <string_view>
#include <utility>

#include <fmt/format.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

#include "common/av/error.hpp"
#include "common/base/failure.hpp"

namespace live::av {
namespace {

constexpr std::array<std::pair<std::string_view, const char*>, 7> encoders{{
    {"h264", "libx264"},
    {"hevc", "libx265"},
    {"mjpeg", "mjpeg"},
    {"mpeg4", "mpeg4"},
    {"vp8", "libvpx"},
    {"vp9", "libvpx-vp9"},
    {"av1", "libaom-av1"},
}};

const AVCodec* find_encoder(std::string_view name) {
  for (const auto& [codec, encoder] : encoders) {
    if (codec != name) continue;
    if (const auto* found = avcodec_find_encoder_by_name(encoder)) return found;
    fail(Exit::bad_data, "encode {}: libavcodec was built without {}", name, encoder);
  }
  fail(Exit::usage, "encode {}: choose h264, hevc, mjpeg, mpeg4, vp8, vp9 or av1", name);
}

void set(AVCodecContext& context, const char* option, const std::string& value) {
  check(av_opt_set(context.priv_data, option, value.c_str(), 0), option);
}

/// No frame waits for a later one, every frame is one slice unless asked for more.
void set_low_latency(AVCodecContext& context, const VideoEncoding& encoding) {
  const std::string_view codec = encoding.codec;
  if (codec == "h264") {
    set(context, "preset", "superfast");
    set(context, "tune", "zerolatency");
    set(context, "forced-idr", "1");
    set(context, "x264-params",
        fmt::format("sliced-threads=0:slices={}:bframes={}:scenecut=0", encoding.slices,
                    encoding.bframes));
    context.max_b_frames = static_cast<int>(encoding.bframes);
  } else if (codec == "hevc") {
    set(context, "preset", "ultrafast");
    set(context, "tune", "zerolatency");
    set(context, "forced-idr", "1");
    set(context, "x265-params",
        fmt::format("log-level=error:pools=1:frame-threads=1:slices={}:bframes={}:keyint={}",
                    encoding.slices, encoding.bframes, encoding.gop));
  } else if (codec == "vp8" || codec == "vp9") {
    set(context, "deadline", "realtime");
    set(context, "lag-in-frames", "0");
    set(context, "cpu-used", "8");
  } else if (codec == "av1") {
    set(context, "usage", "realtime");
    set(context, "lag-in-frames", "0");
    set(context, "cpu-used", "8");
  }
}

}  // namespace

VideoEncoder::VideoEncoder(const VideoEncoding& encoding) {
  const auto* codec = find_encoder(encoding.codec);
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  auto& c = *context_;
  c.width = static_cast<int>(encoding.width);
  c.height = static_cast<int>(encoding.height);
  c.sample_aspect_ratio = {static_cast<int>(encoding.sar_num), static_cast<int>(encoding.sar_den)};
  c.time_base = {static_cast<int>(encoding.time_base_num),
                 static_cast<int>(encoding.time_base_den)};
  c.framerate = {static_cast<int>(encoding.rate_num), static_cast<int>(encoding.rate_den)};
  c.pix_fmt = encoding.codec == "mjpeg" ? AV_PIX_FMT_YUVJ420P : AV_PIX_FMT_YUV420P;
  c.gop_size = static_cast<int>(encoding.gop);
  c.bit_rate = static_cast<std::int64_t>(encoding.bit_rate);
  c.rc_max_rate = c.bit_rate;
  c.rc_buffer_size = static_cast<int>(c.bit_rate);
  c.thread_count = 1;
  if (encoding.global_header) c.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (encoding.codec == "mjpeg") c.rc_max_rate = c.rc_buffer_size = 0;
  set_low_latency(c, encoding);
  check(avcodec_open2(&c, codec, nullptr), "open video encoder");

  Owned<AVCodecParameters> parameters{avcodec_parameters_alloc()};
  check(avcodec_parameters_from_context(parameters.get(), &c), "describe video encoder");
  stream_ = describe(*parameters);
  stream_.time_base_num = encoding.time_base_num;
  stream_.time_base_den = encoding.time_base_den;
  stream_.rate_num = encoding.rate_num;
  stream_.rate_den = encoding.rate_den;
  stream_.reordered = encoding.bframes > 0;
}

void VideoEncoder::send(const Frame& frame) {
  check(avcodec_send_frame(context_.get(), frame.raw()), "encode picture");
}

bool VideoEncoder::receive(Packet& packet) {
  const int got = avcodec_receive_packet(context_.get(), packet.raw());
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  check(got, "encode picture");
  return true;
}

}  // namespace live::av
