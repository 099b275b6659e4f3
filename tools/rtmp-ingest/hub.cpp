#include "tools/rtmp-ingest/hub.hpp"

#include "common/base/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace rtmp_ingest {
namespace {

using live::Monotonic;
using live::ingest::Claim;
using live::ingest::Denial;
using live::ingest::Grant;
using live::ingest::Pipeline;

constexpr unsigned ticks_of_players = 5, ticks_a_second = 10;

double seconds_since(Monotonic then, Monotonic now) {
  return std::chrono::duration<double>(now - then).count();
}

Denial bad_name(std::string text) { return {Denial::Why::bad_name, std::move(text)}; }
Denial unavailable(std::string text) { return {Denial::Why::unavailable, std::move(text)}; }

}  // namespace

live::process::Command pipeline_command(const Options& options, const Grant& grant,
                                        const Claim& claim) {
  live::process::Command command;
  command.arguments = command_of(options);
  command.environment = {"LIVE_APP=" + claim.app,       "LIVE_NAME=" + grant.name,
                         "LIVE_ID=" + claim.id,         "LIVE_QUERY=" + grant.query,
                         "LIVE_CLIENT=" + claim.client, "LIVE_PROTOCOL=" + claim.protocol};
  constexpr std::string_view variable = "env:";
  if (options.auth_url.starts_with(variable))
    command.unset.push_back(options.auth_url.substr(variable.size()));
  return command;
}

Hub::Hub(live::asio::io_context& io, const Options& options, const Times& times, HubEvents events)
    : io_(io), options_(options), times_(times), events_(std::move(events)) {
  if (!options.no_output && !options.has_command())
    output_ = make_pipeline("standard output", std::nullopt);
  if (output_ == nullptr) return;
  auto audience = [this] { return on_output_ != nullptr ? &on_output_->audience_ : nullptr; };
  output_feed_ = Stream::make_feed(options, output_, std::move(audience), "standard output");
}

Hub::~Hub() = default;

Pipeline* Hub::make_pipeline(const std::string& name,
                             std::optional<live::process::Command> command) {
  live::ingest::PipelineOptions pipeline;
  pipeline.command = std::move(command);
  pipeline.queue_bytes = options_.queue;
  pipeline.name = name;
  const auto number = ++made_;
  // Later: it may be told from within a call to the pipeline.
  auto on_gone = [this, number] { live::asio::post(io_, [this, number] { gone(number); }); };
  auto made = std::make_unique<Pipeline>(io_, std::move(pipeline), std::move(on_gone));
  return pipelines_.emplace(number, std::move(made)).first->second.get();
}

void Hub::gone(std::uint64_t number) {
  const auto found = pipelines_.find(number);
  if (found == pipelines_.end()) return;
  if (found->second.get() == output_ && !stopping_) {
    output_gone_ = true;  // streams refer to it: it stays until stop()
    trouble_ = output_->trouble();
    return over(trouble_.empty() ? "the reader of standard output has left"
                                 : "standard output takes nothing");
  }
  pipelines_.erase(found);
  if (stopping_ && pipelines_.empty() && events_.empty) events_.empty();
}

/// Later: streams may be walked through.
void Hub::over(std::string why) {
  live::asio::post(io_, [this, why = std::move(why)] {
    if (!stopping_ && events_.over) events_.over(why);
  });
}

Pipeline* Hub::pipeline_for(const Grant& grant, const Claim& claim) {
  if (!options_.has_command()) return output_;
  return make_pipeline(grant.name, pipeline_command(options_, grant, claim));
}

std::optional<Denial> Hub::denial(const Stream* stream, Monotonic now) const {
  if (stopping_) return unavailable("this server is being stopped");
  const bool exists = stream != nullptr && stream->broadcast() != nullptr;
  if (!exists) {
    const bool one_at_a_time = output_ != nullptr || options_.once;
    if (one_at_a_time && publishing_ > 0) return bad_name("another stream is being published");
    if (options_.once && completed_ > 0) return bad_name("the one stream has been published");
    if (publishing_ >= options_.max_publishers) return unavailable("too many publishers");
    return {};
  }
  const auto* publisher = stream->broadcast()->publisher;
  if (publisher == nullptr || options_.takeover == Takeover::always) return {};
  const bool idle = now - publisher->heard() >= times_.idle;
  if (options_.takeover == Takeover::idle && idle) return {};
  return bad_name("this stream is being published already");
}

std::variant<Stream*, Denial> Hub::claim(const Grant& grant, const Claim& claim,
                                         std::string_view software, Publisher& publisher,
                                         Monotonic now) {
  auto found = streams_.find(grant.name);
  if (auto denied = denial(found == streams_.end() ? nullptr : found->second.get(), now))
    return std::move(*denied);
  if (found == streams_.end()) {
    auto made = std::make_unique<Stream>(grant.name, options_);
    found = streams_.emplace(grant.name, std::move(made)).first;
  }
  auto& stream = *found->second;
  const auto who = fmt::format("{} (app {}, {}{}{})", claim.client, claim.app, claim.protocol,
                               software.empty() ? "" : ", ", live::printable(software));
  ++totals_.publishes;
  const bool goes_on = stream.broadcast() != nullptr;
  if (goes_on && events_.ended) events_.ended(stream.broadcast_->session, stream.broadcast_->grant);
  if (!goes_on) {
    begin(stream, grant, claim, now);
    live::log::info("{}: published by {}", stream.name(), who);
  } else if (auto* former = std::exchange(stream.broadcast_->publisher, nullptr)) {
    ++totals_.taken_over;
    live::log::info("{}: taken over by {}", stream.name(), who);
    former->evict("NetStream.Publish.BadName", "another publisher has taken this stream over");
  } else {
    ++totals_.resumed;
    live::log::info("{}: goes on, published by {}", stream.name(), who);
  }
  auto& broadcast = *stream.broadcast_;
  broadcast.session = claim;
  broadcast.grant = grant;
  broadcast.client = claim.client;
  broadcast.protocol = claim.protocol;
  broadcast.software = live::printable(software);
  stream.session(publisher, now);
  return &stream;
}

void Hub::begin(Stream& stream, const Grant& grant, const Claim& claim, Monotonic now) {
  auto* const pipeline = pipeline_for(grant, claim);
  if (output_feed_) {
    stream.begin(output_feed_, pipeline);
    on_output_ = &stream;
  } else {
    auto audience = [&stream] { return &stream.audience_; };
    stream.begin(Stream::make_feed(options_, pipeline, std::move(audience), stream.name()),
                 pipeline);
  }
  auto& broadcast = *stream.broadcast_;
  broadcast.claim = claim;
  broadcast.began = now;
  broadcast.since = std::chrono::system_clock::now();
  ++publishing_;
}

void Hub::end(Stream& stream, std::string_view why, Monotonic now) {
  auto& broadcast = *stream.broadcast_;
  broadcast.feed->finish();
  const auto counted = stream.counted();
  live::log::info(
      "{}: ended after {:.1f} s: {}; bytes={} video={} audio={} repaired={} dropped_gops={}",
      stream.name(), seconds_since(broadcast.began, now), why, broadcast.bytes,
      counted.video_frames, counted.audio_frames, counted.repairs, counted.dropped_gops);
  ++totals_.ended;
  totals_.bytes += broadcast.bytes;
  totals_.video_frames += counted.video_frames;
  totals_.audio_frames += counted.audio_frames;
  totals_.repairs += counted.repairs;
  totals_.dropped_gops += counted.dropped_gops;
  totals_.dropped_bytes += counted.dropped_bytes;
  const bool counts = stream.has_begun();
  if (counts) ++completed_;
  if (on_output_ == &stream) on_output_ = nullptr;
  if (broadcast.pipeline != nullptr && broadcast.pipeline != output_ && !stopping_)
    broadcast.pipeline->finish();
  if (events_.ended) events_.ended(broadcast.session, broadcast.grant);
  stream.broadcast_.reset();
  --publishing_;
  stream.audience_.source_left(now);
  stream.tell_players(&Player::source_left);
  forget_if_idle(stream);
  if (options_.once && counts) over("the publisher has ended");
}

void Hub::ended(Stream& stream, const Publisher& publisher, std::string_view why, Monotonic now) {
  if (stream.broadcast_ && stream.broadcast_->publisher == &publisher) end(stream, why, now);
}

void Hub::lost(Stream& stream, const Publisher& publisher, std::string_view why, Monotonic now) {
  if (!stream.broadcast_ || stream.broadcast_->publisher != &publisher) return;
  auto& broadcast = *stream.broadcast_;
  if (options_.grace.count() == 0 || !stream.has_begun()) return end(stream, why, now);
  broadcast.publisher = nullptr;
  broadcast.grace_ends = now + options_.grace;
  broadcast.meter.reset();
  stream.audience_.source_left(now);
  live::log::info("{}: publisher lost: {}; waiting {} for it", stream.name(), why,
                  live::format_duration(options_.grace));
}

Stream* Hub::to_play(std::string_view name) {
  if (players_ >= options_.max_players || stopping_) return nullptr;
  const auto found = streams_.find(name);
  if (found != streams_.end()) return found->second.get();
  auto made = std::make_unique<Stream>(std::string{name}, options_);
  return streams_.emplace(std::string{name}, std::move(made)).first->second.get();
}

void Hub::join(Stream& stream, Player& player, Sender& sender, std::function<void()> on_blocked) {
  ++players_;
  stream.players_.push_back(&player);
  stream.audience_.join(sender, std::move(on_blocked));
  stream.tell_publisher();
}

void Hub::leave(Stream& stream, Player& player, Sender& sender) {
  if (std::erase(stream.players_, &player) == 0) return;
  --players_;
  stream.audience_.leave(sender);
  stream.tell_publisher();
  forget_if_idle(stream);
}

void Hub::forget_if_idle(Stream& stream) {
  if (!stream.empty()) return;
  const auto counts = stream.audience().counts();
  totals_.played_bytes += counts.bytes;
  totals_.skips += counts.skips;
  streams_.erase(streams_.find(stream.name()));
}

void Hub::end_by_force(Stream& stream, std::string_view why, Monotonic now) {
  if (auto* publisher = std::exchange(stream.broadcast_->publisher, nullptr))
    publisher->evict("NetStream.Publish.Denied", why);
  end(stream, why, now);
}

bool Hub::kick(std::string_view name, Monotonic now) {
  const auto found = streams_.find(name);
  if (found == streams_.end() || !found->second->broadcast()) return false;
  ++totals_.kicked;
  end_by_force(*found->second, "ended by the operator", now);
  return true;
}

void Hub::tick(Monotonic now) {
  const bool whole_second = ++ticks_ % ticks_a_second == 0;
  for (auto next = streams_.begin(); next != streams_.end();) {
    auto& stream = *(next++)->second;  // may go
    if (ticks_ % ticks_of_players == 0) stream.audience_.tick(now);
    if (!stream.broadcast_) continue;
    auto& broadcast = *stream.broadcast_;
    broadcast.feed->tick(now);
    stream.tell_what_it_is();
    if (broadcast.grace_ends && now >= *broadcast.grace_ends) {
      end(stream, "its publisher did not come back", now);
    } else if (whole_second && stream.too_fast(options_, now)) {
      end_by_force(stream,
                   fmt::format("more than the bit rate allowed, {}",
                               live::format_bit_rate(broadcast.grant.max_bit_rate.value_or(
                                   options_.max_bit_rate.value_or(0)))),
                   now);
    }
  }
}

void Hub::stop(How how, Monotonic now) {
  if (std::exchange(stopping_, true)) return;
  std::vector<Stream*> live;
  for (const auto& [name, stream] : streams_)
    if (stream->broadcast()) live.push_back(stream.get());
  for (auto* stream : live) {
    if (auto* publisher = std::exchange(stream->broadcast_->publisher, nullptr))
      publisher->evict({}, "this server is being stopped");
    end(*stream, "this server is being stopped", now);
  }
  if (output_gone_)
    std::erase_if(pipelines_, [this](const auto& each) { return each.second.get() == output_; });
  // SIGTERM leaves a command's input open: some read an end of file before it as the end of the stream.
  for (const auto& [number, pipeline] : pipelines_)
    how == How::terminate ? pipeline->terminate() : pipeline->finish();
  if (!pipelines_.empty()) return;
  live::asio::post(io_, [this] {
    if (events_.empty) events_.empty();
  });
}

}  // namespace rtmp_ingest
