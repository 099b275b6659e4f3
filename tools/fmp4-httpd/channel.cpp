#include "tools/fmp4-httpd/channel.hpp"

#include "common/base/log.hpp"

#include <algorithm>

namespace fmp4_httpd {
namespace {

live::mp4::StreamLimits limits_for(std::uint64_t memory) {
  live::mp4::StreamLimits limits;
  limits.fragment_bytes = memory;
  limits.moof_bytes = std::min(limits.moof_bytes, memory);
  return limits;
}

}  // namespace

Channel::Channel(live::asio::io_context& io, const SourceSpec& spec, const Options& options,
                 OnEof on_eof)
    : stream_(spec.name, options.memory),
      hub_(io, stream_, live::Patience{options.max_lag, options.viewer_buffer}),
      source_(io, spec, on_eof, limits_for(options.memory)) {}

void Channel::start(std::function<void(Channel&, const SourceEnd&)> on_end) {
  on_end_ = std::move(on_end);
  source_.start({[this](live::mp4::Item item) { take(std::move(item)); },
                 [this] { hub_.fan_out(); }, [this](const SourceEnd& how) { end(how); }});
}

void Channel::take(live::mp4::Item item) {
  if (auto* init = std::get_if<live::mp4::InitItem>(&item)) {
    stream_.begin_epoch(std::move(*init));
    live::log::info("{}: epoch {} {}", name(), stream_.epoch()->number, stream_.epoch()->mime);
    return;
  }
  reason_.clear();
  stream_.push(std::move(std::get<live::mp4::FragmentItem>(item)), std::chrono::steady_clock::now(),
               std::chrono::system_clock::now());
}

void Channel::end(const SourceEnd& how) {
  // A writer that failed may leave once more, in peace: that makes nothing better.
  if (stream_.state() == live::StreamState::failed && how.failure.empty() && !how.for_good) return;
  over_ = how.for_good;
  reason_ = how.failure;
  auto state = how.for_good ? live::StreamState::ended : live::StreamState::waiting;
  if (!how.failure.empty()) state = live::StreamState::failed;
  stream_.source_left(state);
  if (how.failure.empty()) {
    live::log::info("{}: its writer has left{}", name(),
                    how.for_good ? "" : "; waiting for the next");
  }
  on_end_(*this, how);
}

}  // namespace fmp4_httpd
