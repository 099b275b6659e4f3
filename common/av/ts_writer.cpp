#include "common/av/ts_writer.hpp"

#include "common/av/error.hpp"
#include "common/base/failure.hpp"
#include "common/base/units.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
}

namespace live::av {
namespace {

using codec::Codec;

constexpr int rate_90k = 90'000;
/// From PCR to DTS, in microseconds: what a decoder may buffer before it decodes.
constexpr int buffer_delay_us = 500'000;

struct Carried {
  Codec codec;
  AVCodecID id;
};
constexpr std::array carried{
    Carried{Codec::avc, AV_CODEC_ID_H264}, Carried{Codec::hevc, AV_CODEC_ID_HEVC},
    Carried{Codec::aac, AV_CODEC_ID_AAC},  Carried{Codec::mp3, AV_CODEC_ID_MP3},
    Carried{Codec::ac3, AV_CODEC_ID_AC3},  Carried{Codec::eac3, AV_CODEC_ID_EAC3},
};

AVCodecID id_of(Codec codec) {
  const auto* const found = std::ranges::find(carried, codec, &Carried::codec);
  if (found == carried.end())
    fail(Exit::usage, "write MPEG-TS: it does not carry {}; fMP4 does", codec::to_text(codec));
  return found->id;
}

void describe_track(AVCodecParameters& out, const codec::Parameters& from) {
  const bool video = codec::is_video(from.codec);
  out.codec_type = video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  out.codec_id = id_of(from.codec);
  out.width = static_cast<int>(from.width);
  out.height = static_cast<int>(from.height);
  if (!video) {
    out.sample_rate = static_cast<int>(from.sample_rate);
    av_channel_layout_default(&out.ch_layout, static_cast<int>(from.channels));
  }
  const bool wants_config =
      from.codec == Codec::avc || from.codec == Codec::hevc || from.codec == Codec::aac;
  if (!wants_config || from.config.empty()) return;
  out.extradata =
      static_cast<std::uint8_t*>(av_mallocz(from.config.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (out.extradata == nullptr) throw std::bad_alloc{};
  std::memcpy(out.extradata, from.config.data(), from.config.size());
  out.extradata_size = static_cast<int>(from.config.size());
}

/// libavformat's service description table stands before PAT and PMT, where RFC 8216 §3.2 wants these, and tells nothing.
void drop_service_table(Buffer& packets) {
  constexpr std::size_t packet = 188;
  constexpr unsigned service_table = 0x11;
  std::size_t kept = 0;
  for (std::size_t at = 0; at + packet <= packets.size(); at += packet) {
    if (load_be(Bytes{packets}.subspan(at + 1), 2) % 0x2000 == service_table) continue;
    if (kept != at) std::memmove(packets.data() + kept, packets.data() + at, packet);
    kept += packet;
  }
  packets.resize(kept);
}

}  // namespace

struct TsWriter::State {
  AVFormatContext* format = nullptr;
  Owned<AVPacket> packet{av_packet_alloc()};
  struct Track {
    int index = -1;
    std::int64_t rate = rate_90k;  ///< ticks per second of its samples
    std::int64_t early =
        0;  ///< how much too late its decode times are (MP4 allows that, MPEG-TS does not)
    std::optional<std::int64_t> last;
  };
  Track video, audio;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (format == nullptr) return;
    if (format->pb != nullptr) close_memory();
    avformat_free_context(format);
  }

  void open_memory() { check(avio_open_dyn_buf(&format->pb), "write MPEG-TS"); }
  Buffer close_memory() {
    std::uint8_t* bytes = nullptr;
    const auto size = avio_close_dyn_buf(std::exchange(format->pb, nullptr), &bytes);
    Buffer out{bytes, bytes + size};
    av_free(bytes);
    return out;
  }
  int add(const codec::Parameters& parameters) {
    auto* stream = avformat_new_stream(format, nullptr);
    if (stream == nullptr) throw std::bad_alloc{};
    describe_track(*stream->codecpar, parameters);
    stream->time_base = {1, rate_90k};
    return stream->index;
  }
};

TsWriter::TsWriter(const std::optional<codec::Parameters>& video,
                   const std::optional<codec::Parameters>& audio)
    : state_(std::make_unique<State>()) {
  auto& s = *state_;
  check(avformat_alloc_output_context2(&s.format, nullptr, "mpegts", nullptr), "write MPEG-TS");
  if (video) s.video.index = s.add(*video);
  if (audio) {
    s.audio.index = s.add(*audio);
    s.audio.rate = audio->sample_rate;
  }
  s.format->max_delay = buffer_delay_us;
  auto* muxer = s.format->priv_data;
  av_opt_set_int(muxer, "mpegts_copyts", 1, 0);
  av_opt_set_int(muxer, "pes_payload_size", 0,
                 0);  // a frame a packet: nothing waits for its segment's end
  s.open_memory();
  check(avformat_write_header(s.format, nullptr), "write MPEG-TS");
}

TsWriter::TsWriter(TsWriter&&) noexcept = default;
TsWriter& TsWriter::operator=(TsWriter&&) noexcept = default;
TsWriter::~TsWriter() = default;

void TsWriter::begin_segment() {
  check(av_opt_set(state_->format->priv_data, "mpegts_flags", "resend_headers", 0),
        "write MPEG-TS");
}

void TsWriter::write(bool video, Bytes sample, std::int64_t dts, std::int64_t pts,
                     std::int64_t duration, bool key) {
  auto& s = *state_;
  auto& packet = *s.packet;
  check(av_new_packet(&packet, static_cast<int>(sample.size())), "write MPEG-TS");
  std::ranges::copy(sample, packet.data);
  auto& track = video ? s.video : s.audio;
  track.early = std::max(track.early, rescale(dts - pts, rate_90k, track.rate));
  packet.dts = rescale(dts, rate_90k, track.rate) - track.early;
  if (track.last) packet.dts = std::max(packet.dts, *track.last + 1);
  track.last = packet.dts;
  packet.pts = std::max(packet.dts, rescale(pts, rate_90k, track.rate));
  packet.duration = rescale(duration, rate_90k, track.rate);
  packet.stream_index = track.index;
  if (key) packet.flags |= AV_PKT_FLAG_KEY;
  const int written = av_write_frame(s.format, &packet);
  av_packet_unref(&packet);
  check(written, "write MPEG-TS");
}

Buffer TsWriter::take() {
  auto& s = *state_;
  check(av_write_frame(s.format, nullptr), "write MPEG-TS");
  auto out = s.close_memory();
  s.open_memory();
  drop_service_table(out);
  return out;
}

}  // namespace live::av
