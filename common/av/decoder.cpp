#include "common/av/decoder.hpp"

#include <new>

extern "C" {
#include <libavcodec/avcodec.h>
}

#include "common/av/error.hpp"
#include "common/base/failure.hpp"

namespace live::av {

Decoder::Decoder(const Stream& stream) { open(stream, 1, AV_CODEC_FLAG_LOW_DELAY); }
Decoder::Decoder(const Stream& stream, unsigned threads) { open(stream, threads, 0); }

void Decoder::open(const Stream& stream, unsigned threads, int flags) {
  const auto* codec = avcodec_find_decoder(stream.parameters->codec_id);
  if (codec == nullptr) fail(Exit::bad_data, "decode {}: libavcodec has no decoder", stream.name);
  context_.reset(avcodec_alloc_context3(codec));
  if (!context_) throw std::bad_alloc{};
  check(avcodec_parameters_to_context(context_.get(), stream.parameters.get()), "open decoder");
  context_->pkt_timebase = {static_cast<int>(stream.time_base_num),
                            static_cast<int>(stream.time_base_den)};
  context_->flags |= flags;
  context_->thread_count = static_cast<int>(threads);
  check(avcodec_open2(context_.get(), codec, nullptr), "open decoder");
}

bool Decoder::send(const Packet& packet) {
  return avcodec_send_packet(context_.get(), packet.raw()) >= 0;
}

void Decoder::finish() { avcodec_send_packet(context_.get(), nullptr); }

bool Decoder::receive(Frame& frame) {
  const int got = avcodec_receive_frame(context_.get(), frame.raw());
  if (got < 0) return false;  // wants more, or what it had was damaged
  if (frame.raw()->best_effort_timestamp != AV_NOPTS_VALUE) {
    frame.raw()->pts = frame.raw()->best_effort_timestamp;
  }
  return true;
}

}  // namespace live::av
