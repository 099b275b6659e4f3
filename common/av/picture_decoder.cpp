#include "common/av/picture_decoder.hpp"

#include "common/av/picture_filters.hpp"
#include "common/base/failure.hpp"
#include "common/base/log.hpp"

#include <utility>

namespace live::av {
namespace {

/// One, for the sake of delay; two for what is more than 1080p at 30.
unsigned threads_for(const Stream& stream, double rate) {
  const auto pixels = static_cast<double>(stream.width) * stream.height;
  return pixels * (rate > 0 ? rate : 25) > 1920.0 * 1088 * 31 ? 2 : 1;
}

}  // namespace

PictureDecoder::PictureDecoder(const Stream& stream, double rate)
    : rotation_(stream.rotation), decoder_(stream, threads_for(stream, rate)) {}

bool PictureDecoder::push(const Packet& packet, const Sink& sink) {
  const bool taken = decoder_.send(packet);
  receive(sink);
  return taken;
}

void PictureDecoder::finish(const Sink& sink) {
  decoder_.finish();
  receive(sink);
  drain_filter(sink);
}

void PictureDecoder::receive(const Sink& sink) {
  Frame frame;
  while (decoder_.receive(frame))
    filter(std::exchange(frame, Frame{}), sink);
}

void PictureDecoder::filter(Frame frame, const Sink& sink) {
  auto format = format_of(frame);
  const bool first_field = format.interlaced && !interlaced_;
  interlaced_ = interlaced_ || format.interlaced;
  format.interlaced = format.top_field_first = false;  // of each picture, not of the chain
  if (!filtered_ || *filtered_ != format || first_field) {
    drain_filter(sink);
    filtered_ = format;
    open_filter(format);
  }
  if (!filter_) return sink(std::move(frame));
  filter_->push(frame);
  Frame out;
  while (filter_->receive(out))
    sink(std::exchange(out, Frame{}));
}

void PictureDecoder::open_filter(const PictureFormat& format) {
  const auto chain = picture_filters(format, interlaced_, rotation_, tone_map_);
  if (chain.empty()) return;
  try {
    filter_.emplace(chain, format);
  } catch (const Failure& failure) {
    if (!format.hdr || !tone_map_) throw;
    log::warn("input is HDR and stays so, its colours will be pale: {}", failure.what());
    tone_map_ = false;
    open_filter(format);
  }
}

void PictureDecoder::drain_filter(const Sink& sink) {
  if (!filter_) return;
  filter_->finish();
  Frame out;
  while (filter_->receive(out))
    sink(std::exchange(out, Frame{}));
  filter_.reset();
}

}  // namespace live::av
