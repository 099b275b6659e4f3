#include "common/av/audio_encoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <span>
#include <string_view>
#include <utility>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
}

#include "common/av/error.hpp"
#include "common/base/failure.hpp"

namespace live::av {
namespace {

constexpr std::array<std::pair<std::string_view, const char*>, 9> encoders{{
    {"aac", "aac"},
    {"opus", "libopus"},
    {"flac", "flac"},
    {"mp2", "mp2"},
    {"mp3", "libmp3lame"},
    {"pcm_alaw", "pcm_alaw"},
    {"pcm_mulaw", "pcm_mulaw"},
    {"g726", "g726"},
    {"pcm_s16be", "pcm_s16be"},
}};

const AVCodec* find_encoder(std::string_view name) {
  for (const auto& [codec, encoder] : encoders) {
    if (codec != name) continue;
    if (const auto* found = avcodec_find_encoder_by_name(encoder)) return found;
    fail(Exit::bad_data, "encode {}: libavcodec was built without {}", name, encoder);
  }
  fail(Exit::usage, "encode {}: choose aac, opus, flac, mp2, mp3, pcm_alaw, pcm_mulaw or g726",
       name);
}

AVSampleFormat sample_format(const AVCodec& codec, std::uint32_t bits) {
  if (bits > 16 && std::string_view{codec.name} == "flac") return AV_SAMPLE_FMT_S32;
  if (std::string_view{codec.name} == "libopus") return AV_SAMPLE_FMT_S16;
  return codec.sample_fmts != nullptr ? codec.sample_fmts[0] : AV_SAMPLE_FMT_S16;
}

std::uint64_t bit_rate(const AudioEncoding& encoding) {
  if (encoding.bit_rate > 0) return encoding.bit_rate;
  if (encoding.codec == "g726") return encoding.sample_rate * 4ULL;  // G.726-32
  if (encoding.codec == "mp2") return 96'000ULL * encoding.channels;
  if (encoding.sample_rate < 16'000) return 24'000ULL * encoding.channels;
  return 64'000ULL * encoding.channels;
}

/// A damaged source gives samples that are no numbers, at which encoders fail: they become silence.
void silence_what_is_no_sound(AVFrame& block) {
  constexpr float most = 1e6F;  // full scale is 1
  if (block.format != AV_SAMPLE_FMT_FLTP) return;
  for (int plane = 0; plane < block.ch_layout.nb_channels; ++plane) {
    const std::span samples{reinterpret_cast<float*>(block.extended_data[plane]),
                            static_cast<std::size_t>(block.nb_samples)};
    for (auto& sample : samples)
      if (!(std::abs(sample) < most)) sample = 0;
  }
}

}  // namespace

AudioEncoder::AudioEncoder(const AudioEncoding& encoding) {
  const auto* codec = find_encoder(encoding.codec);
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  auto& c = *context_;
  c.sample_rate = static_cast<int>(encoding.sample_rate);
  av_channel_layout_default(&c.ch_layout, static_cast<int>(encoding.channels));
  c.sample_fmt = sample_format(*codec, encoding.bits);
  c.time_base = {1, c.sample_rate};
  c.bit_rate = static_cast<std::int64_t>(bit_rate(encoding));
  c.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  c.thread_count = 1;
  if (encoding.codec == "flac") {
    c.frame_size = static_cast<int>(encoding.frame_samples > 0 ? encoding.frame_samples
                                                               : encoding.sample_rate / 50);
    if (encoding.bits > 16) c.bits_per_raw_sample = 24;
  }
  check(avcodec_open2(&c, codec, nullptr), "open audio encoder");
  frame_samples_ = c.frame_size > 0             ? static_cast<std::uint32_t>(c.frame_size)
                   : encoding.frame_samples > 0 ? encoding.frame_samples
                                                : encoding.sample_rate / 50;
  fifo_.reset(av_audio_fifo_alloc(c.sample_fmt, c.ch_layout.nb_channels,
                                  static_cast<int>(frame_samples_) * 2));
  if (!fifo_) throw std::bad_alloc{};

  Owned<AVCodecParameters> parameters{avcodec_parameters_alloc()};
  check(avcodec_parameters_from_context(parameters.get(), &c), "describe audio encoder");
  stream_ = describe(*parameters);
  stream_.time_base_num = 1;
  stream_.time_base_den = encoding.sample_rate;
  stream_.frame_samples = frame_samples_;
}

void AudioEncoder::push(const Frame& frame, std::optional<std::int64_t> pts,
                        const std::function<void(Packet)>& sink) {
  if (pts) {
    const auto waiting = resampler_ ? swr_get_delay(resampler_.get(), context_->sample_rate) : 0;
    const auto start = *pts - waiting - av_audio_fifo_size(fifo_.get());
    if (std::abs(start - next_pts_) > frame_samples_ / 2) next_pts_ = start;
  }
  resample(frame);
  while (av_audio_fifo_size(fifo_.get()) >= static_cast<int>(frame_samples_))
    encode(sink);
}

void AudioEncoder::resample(const Frame& frame) {
  const auto& in = *frame.raw();
  auto& c = *context_;
  if (!resampler_ || in.sample_rate != in_rate_ || in.format != in_format_ ||
      in.ch_layout.nb_channels != in_channels_) {
    AVChannelLayout layout{};
    if (in.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) {
      av_channel_layout_default(&layout, in.ch_layout.nb_channels);
    } else {
      check(av_channel_layout_copy(&layout, &in.ch_layout), "copy channel layout");
    }
    SwrContext* raw = nullptr;
    const int made =
        swr_alloc_set_opts2(&raw, &c.ch_layout, c.sample_fmt, c.sample_rate, &layout,
                            static_cast<AVSampleFormat>(in.format), in.sample_rate, 0, nullptr);
    av_channel_layout_uninit(&layout);
    resampler_.reset(raw);
    check(made, "open resampler");
    check(swr_init(raw), "open resampler");
    in_rate_ = in.sample_rate;
    in_format_ = in.format;
    in_channels_ = in.ch_layout.nb_channels;
  }
  resample(const_cast<const std::uint8_t**>(in.extended_data), in.nb_samples);
}

void AudioEncoder::resample(const std::uint8_t** planes, int samples) {
  const auto& c = *context_;
  av_frame_unref(converted_.raw());
  auto& out = *converted_.raw();
  out.format = c.sample_fmt;
  out.sample_rate = c.sample_rate;
  check(av_channel_layout_copy(&out.ch_layout, &c.ch_layout), "copy channel layout");
  out.nb_samples = swr_get_out_samples(resampler_.get(), samples);
  if (out.nb_samples <= 0) return;
  check(av_frame_get_buffer(&out, 0), "allocate sound");
  const int got = swr_convert(resampler_.get(), out.extended_data, out.nb_samples, planes, samples);
  check(got, "resample");
  check(av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(out.extended_data), got),
        "queue sound");
}

void AudioEncoder::encode(const std::function<void(Packet)>& sink) {
  auto& c = *context_;
  av_frame_unref(block_.raw());
  auto& block = *block_.raw();
  block.format = c.sample_fmt;
  block.sample_rate = c.sample_rate;
  block.nb_samples = static_cast<int>(frame_samples_);
  check(av_channel_layout_copy(&block.ch_layout, &c.ch_layout), "copy channel layout");
  check(av_frame_get_buffer(&block, 0), "allocate sound");
  check(av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(block.extended_data),
                           block.nb_samples),
        "read sound");
  silence_what_is_no_sound(block);
  block.pts = next_pts_;
  next_pts_ += block.nb_samples;
  check(avcodec_send_frame(&c, &block), "encode sound");
  drain(sink);
}

void AudioEncoder::finish(const std::function<void(Packet)>& sink) {
  if (resampler_) resample(nullptr, 0);
  while (av_audio_fifo_size(fifo_.get()) >= static_cast<int>(frame_samples_))
    encode(sink);
  if (const auto rest = av_audio_fifo_size(fifo_.get()); rest > 0) {
    const auto missing = static_cast<int>(frame_samples_) - rest;
    av_frame_unref(block_.raw());
    auto& block = *block_.raw();
    block.format = context_->sample_fmt;
    block.nb_samples = missing;
    check(av_channel_layout_copy(&block.ch_layout, &context_->ch_layout), "copy channel layout");
    check(av_frame_get_buffer(&block, 0), "allocate sound");
    check(av_samples_set_silence(block.extended_data, 0, missing, context_->ch_layout.nb_channels,
                                 context_->sample_fmt),
          "fill with silence");
    check(av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(block.extended_data), missing),
          "queue sound");
    encode(sink);
  }
  check(avcodec_send_frame(context_.get(), nullptr), "encode sound");
  drain(sink);
}

void AudioEncoder::drain(const std::function<void(Packet)>& sink) {
  for (;;) {
    Packet out;
    const int got = avcodec_receive_packet(context_.get(), out.raw());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return;
    check(got, "encode sound");
    sink(std::move(out));
  }
}

std::uint32_t aac_rate(std::uint32_t source_rate) {
  return source_rate == 44'100 || source_rate == 22'050 || source_rate == 11'025 ? 44'100 : 48'000;
}

std::optional<Buffer> silent_packet(const codec::Parameters& parameters, std::uint32_t samples) {
  using codec::Codec;
  // Opus: 20 ms of full-band CELT, one frame of nothing (RFC 6716 §3.1), whatever the channels.
  if (parameters.codec == Codec::opus) return Buffer{0xF8, 0xFF, 0xFE};
  if (parameters.codec != Codec::aac && parameters.codec != Codec::flac) return {};
  AudioEncoding encoding;
  encoding.codec = parameters.codec == Codec::aac ? "aac" : "flac";
  encoding.sample_rate = parameters.sample_rate;
  encoding.channels = parameters.channels;
  encoding.frame_samples = samples;
  if (parameters.codec == Codec::flac && parameters.config.size() >= 14) {
    // STREAMINFO's bits per sample - 1: five bits from bit 100 on (RFC 9639 §8.2).
    const unsigned bits = ((parameters.config[12] & 1U) << 4U | parameters.config[13] >> 4U) + 1;
    if (bits != 16 && bits != 24) return {};
    encoding.bits = bits;
  }
  AudioEncoder encoder{encoding};
  Buffer out;
  constexpr int until_settled = 4;  // an AAC encoder's first packets are its priming
  for (int i = 0; i < until_settled; ++i) {
    const auto frame =
        Frame::sound(encoding.sample_rate, encoding.channels, encoder.frame_samples());
    encoder.push(frame, {}, [&out](Packet packet) {
      const auto bytes = packet.bytes();
      out.assign(bytes.begin(), bytes.end());
    });
  }
  if (out.empty()) return {};
  return out;
}

}  // namespace live::av
