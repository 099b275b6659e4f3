#include "common/av/rendition_encoder.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include "common/av/error.hpp"
#include "common/av/stream.hpp"
#include "common/base/failure.hpp"
#include "common/codec/records.hpp"

namespace live::av {
namespace {

constexpr int look_ahead = 10;  ///< pictures that rate control sees before it decides
constexpr double max_rate_factor = 1.07, buffer_factor = 1.5;

const AVPixelFormat* formats_of(const AVCodec& codec) {
#if LIBAVCODEC_VERSION_MAJOR >= 61
  const void* out = nullptr;
  avcodec_get_supported_config(nullptr, &codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &out, nullptr);
  return static_cast<const AVPixelFormat*>(out);
#else
  return codec.pix_fmts;
#endif
}

/// Refuses what cannot take a picture in system memory.
void check_format(const AVCodec& codec) {
  const auto* formats = formats_of(codec);
  if (formats == nullptr) return;  // takes what its device takes, and says so when opened
  bool memory = false;
  for (const auto* f = formats; *f != AV_PIX_FMT_NONE; ++f) {
    if (*f == AV_PIX_FMT_YUV420P) return;
    memory = memory || (av_pix_fmt_desc_get(*f)->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0;
  }
  fail(Exit::usage, "encoder {}: it wants pictures {}", codec.name,
       memory ? "in another format than 8-bit 4:2:0" : "in the memory of a device");
}

const AVCodec& find(const std::string& name) {
  const auto* codec = avcodec_find_encoder_by_name(name.c_str());
  if (codec == nullptr) fail(Exit::usage, "encoder {}: libavcodec has no such encoder", name);
  check_format(*codec);
  return *codec;
}

bool has_option(AVCodecContext& context, const char* option) {
  return context.priv_data != nullptr &&
         av_opt_find(context.priv_data, option, nullptr, 0, 0) != nullptr;
}

void set(AVCodecContext& context, const char* option, const std::string& value) {
  const int done = av_opt_set(context.priv_data, option, value.c_str(), 0);
  if (done < 0) {
    fail(Exit::usage, "encoder {}: it refuses {}={}: {}", context.codec->name, option, value,
         error_text(done));
  }
}

/// Sets the option where the encoder has it; one that the operator asked for must be there.
void set_wish(AVCodecContext& context, const char* option, const std::string& wish,
              const std::string& otherwise) {
  if (has_option(context, option)) {
    if (const auto& value = wish.empty() ? otherwise : wish; !value.empty())
      set(context, option, value);
  } else if (!wish.empty()) {
    fail(Exit::usage, "encoder {}: it has no {}", context.codec->name, option);
  }
}

struct Defaults {
  std::string_view encoder, preset, profile;
  void (*tune)(AVCodecContext& context, const RenditionEncoding& encoding);
};

/// Of veryfast's searches the one for inter blocks smaller than a macroblock is left out: at the rates of a ladder that is a
/// fifth of the time and no SSIM (tests/bench/ladder).
void tune_x264(AVCodecContext& context, const RenditionEncoding& encoding) {
  const char* faster = encoding.preset.empty() ? ":partitions=i8x8,i4x4" : "";
  set(context, "x264-params",
      fmt::format("scenecut=0:open-gop=0:rc-lookahead={}:sliced-threads=0:force-cfr=0{}",
                  look_ahead, faster));
}

void tune_x265(AVCodecContext& context, const RenditionEncoding& encoding) {
  set(context, "x265-params",
      fmt::format("log-level=error:scenecut=0:open-gop=0:rc-lookahead={}:repeat-headers=0:"
                  "pools={}:frame-threads=1",
                  look_ahead, encoding.threads));
}

void tune_svt_av1(AVCodecContext& context, const RenditionEncoding& encoding) {
  set(context, "svtav1-params",
      fmt::format("lookahead={}:scd=0:rc=1:lp={}", look_ahead, encoding.threads));
  // It caps the rate only where quality is constant, and refuses a cap elsewhere.
  context.rc_max_rate = context.rc_buffer_size = 0;
}

void tune_aom(AVCodecContext& context, const RenditionEncoding& /*encoding*/) {
  set(context, "usage", "realtime");
  set(context, "row-mt", "1");
}

void tune_v4l2(AVCodecContext& context, const RenditionEncoding& /*encoding*/) {
  context.max_b_frames = 0;
}

constexpr std::array<Defaults, 5> known{{
    {"libx264", "veryfast", "main", tune_x264},
    {"libx265", "veryfast", "main", tune_x265},
    {"libsvtav1", "10", "", tune_svt_av1},
    {"libaom-av1", "", "", tune_aom},
    {"h264_v4l2m2m", "", "", tune_v4l2},
}};

void set_options(AVCodecContext& context, const RenditionEncoding& encoding) {
  const auto* found = std::ranges::find(known, encoding.encoder, &Defaults::encoder);
  const Defaults defaults = found != known.end() ? *found : Defaults{};
  const bool aom = encoding.encoder == "libaom-av1";
  set_wish(context, aom ? "cpu-used" : "preset", encoding.preset,
           aom ? "8" : std::string{defaults.preset});
  set_wish(context, "profile", encoding.profile, std::string{defaults.profile});
  if (has_option(context, "forced-idr")) set(context, "forced-idr", "1");
  if (defaults.tune != nullptr) defaults.tune(context, encoding);
}

void set_rate(AVCodecContext& context, const RenditionEncoding& encoding) {
  const auto scaled = [&](std::uint64_t asked, double factor) {
    return asked > 0 ? static_cast<std::int64_t>(asked)
                     : static_cast<std::int64_t>(static_cast<double>(encoding.bit_rate) * factor);
  };
  context.bit_rate = static_cast<std::int64_t>(encoding.bit_rate);
  context.rc_max_rate = scaled(encoding.max_rate, max_rate_factor);
  context.rc_buffer_size = static_cast<int>(scaled(encoding.buffer_bits, buffer_factor));
  const auto longest = std::chrono::duration<double>(encoding.longest_gop).count();
  context.gop_size = std::max(1, static_cast<int>(longest * encoding.rate_num / encoding.rate_den));
}

void set_picture(AVCodecContext& context, const RenditionEncoding& encoding) {
  context.width = static_cast<int>(encoding.width);
  context.height = static_cast<int>(encoding.height);
  context.sample_aspect_ratio = {static_cast<int>(encoding.sar_num),
                                 static_cast<int>(encoding.sar_den)};
  context.time_base = {1, 90'000};
  context.framerate = {static_cast<int>(encoding.rate_num), static_cast<int>(encoding.rate_den)};
  context.pix_fmt = AV_PIX_FMT_YUV420P;
  context.color_primaries = static_cast<AVColorPrimaries>(encoding.colour.primaries);
  context.color_trc = static_cast<AVColorTransferCharacteristic>(encoding.colour.transfer);
  context.colorspace = static_cast<AVColorSpace>(encoding.colour.matrix);
  context.color_range = AVCOL_RANGE_MPEG;
}

/// What the encoder makes, for MP4.
codec::Codec codec_of(const AVCodecContext& context) {
  Owned<AVCodecParameters> parameters{avcodec_parameters_alloc()};
  if (!parameters) throw std::bad_alloc{};
  check(avcodec_parameters_from_context(parameters.get(), &context), "describe encoder");
  const auto carried = describe(*parameters).carried;
  using codec::Codec;
  if (carried == Codec::avc || carried == Codec::hevc || carried == Codec::av1) return *carried;
  fail(Exit::usage, "encoder {}: HLS does not carry {}", context.codec->name,
       avcodec_get_name(context.codec_id));
}

/// SVT-AV1 1.4 makes key frames where it likes only: each GOP gets an encoder of its own.  One that got no picture at all, or
/// was not told that no more come, may never come to its end.
bool is_deaf(const AVCodecContext& context) {
  return std::string_view{context.codec->name} == "libsvtav1";
}

Packet packet_of(std::span<const Bytes> pieces, const Packet& like) {
  auto out = Packet::gathered(pieces);
  check(av_packet_copy_props(out.raw(), like.raw()), "allocate packet");
  return out;
}

}  // namespace

RenditionEncoder::RenditionEncoder(const RenditionEncoding& encoding) : encoding_(encoding) {
  open();
  if (parameters_.config.empty()) learn_parameters();
}

/// An init segment is written before the first packet comes.
void RenditionEncoder::learn_parameters() {
  auto any = Frame::picture(encoding_.width, encoding_.height);
  constexpr std::uint8_t grey = 128;
  for (unsigned plane = 0; plane < 3; ++plane) {
    for (std::uint32_t y = 0; y < (plane == 0 ? encoding_.height : encoding_.height / 2); ++y)
      std::ranges::fill(any.row(plane, y), grey);
  }
  any.set_pts(0);
  push(any, true, [](const Packet&) {});
  while (flush([](const Packet&) {})) {
  }
  open();
}

RenditionEncoder::~RenditionEncoder() {
  if (!context_ || flushing_ || !is_deaf(*context_)) return;
  const auto nobody = [](const Packet&) {};
  try {
    if (!begun_) {
      auto picture = Frame::picture(encoding_.width, encoding_.height);
      picture.set_pts(0);
      push(picture, false, nobody);
    }
    while (flush(nobody)) {
    }
  } catch (const Failure&) {
    // Then libsvtav1 has its own reason to end.
  }
}

void RenditionEncoder::open() {
  const auto& codec = find(encoding_.encoder);
  flushing_ = true;  // nothing is to be ended before it is open
  context_.reset(avcodec_alloc_context3(&codec));
  if (!context_) throw std::bad_alloc{};
  auto& c = *context_;
  parameters_.codec = codec_of(c);
  set_picture(c, encoding_);
  set_rate(c, encoding_);
  c.thread_count = static_cast<int>(encoding_.threads);
  c.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP;
  set_options(c, encoding_);
  if (const int opened = avcodec_open2(&c, &codec, nullptr); opened < 0) {
    fail(Exit::usage, "open encoder {}: {}", encoding_.encoder, error_text(opened));
  }
  parameters_.width = encoding_.width;
  parameters_.height = encoding_.height;
  parameters_.sar_num = encoding_.sar_num;
  parameters_.sar_den = encoding_.sar_den;
  if (parameters_.codec != codec::Codec::av1) sets_.emplace(parameters_.codec, false);
  if (c.extradata_size > 0) take_header({c.extradata, static_cast<std::size_t>(c.extradata_size)});
  begun_ = flushing_ = false;
}

void RenditionEncoder::take_header(Bytes header) {
  if (sets_) {
    sets_->seed(header);
    if (auto known_now = sets_->parameters()) parameters_ = *std::move(known_now);
  } else if (auto record = codec::av1c_from_obus(header)) {
    parameters_.config = *std::move(record);
  }
}

void RenditionEncoder::push(const Frame& frame, bool key, const std::function<void(Packet)>& sink) {
  if (key && begun_ && is_deaf(*context_)) {
    while (flush(sink)) {
    }
    open();
  }
  begun_ = true;
  // What else the picture knows (its type in the source, say) is not for the encoder.
  Frame picture;
  check(av_frame_ref(picture.raw(), frame.raw()), "encode picture");
  picture.ask_for_key_frame(key);
  check(avcodec_send_frame(context_.get(), picture.raw()), "encode picture");
  drain(sink);
}

bool RenditionEncoder::flush(const std::function<void(Packet)>& sink) {
  if (!begun_) return false;
  if (!std::exchange(flushing_, true))
    check(avcodec_send_frame(context_.get(), nullptr), "encode picture");
  return receive(sink);
}

void RenditionEncoder::drain(const std::function<void(Packet)>& sink) {
  while (receive(sink)) {
  }
}

bool RenditionEncoder::receive(const std::function<void(Packet)>& sink) {
  Packet out;
  const int got = avcodec_receive_packet(context_.get(), out.raw());
  if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return false;
  check(got, "encode picture");
  out = carried(std::move(out));
  if (out.size() > 0) sink(std::move(out));
  return true;
}

Packet RenditionEncoder::carried(Packet packet) {
  if (!sets_) {
    const auto unit = codec::without_temporal_delimiter(packet.bytes());
    if (parameters_.config.empty()) take_header(unit);
    return packet_of({&unit, 1}, packet);
  }
  const auto sample = sets_->take(packet.bytes(), scratch_);
  if (sample.new_sets) {
    if (auto known_now = sets_->parameters()) parameters_ = *std::move(known_now);
  }
  return packet_of(sample.pieces, packet);
}

}  // namespace live::av
