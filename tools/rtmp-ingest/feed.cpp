#include "tools/rtmp-ingest/feed.hpp"

#include "common/flv/amf0.hpp"
#include "common/flv/metadata.hpp"
#include "common/flv/start_rule.hpp"
#include "tools/rtmp-ingest/flv_output.hpp"
#include "tools/rtmp-ingest/intake.hpp"
#include "tools/rtmp-ingest/time_line.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rtmp_ingest {

using live::Buffer;
using live::Bytes;
using live::Monotonic;
using live::codec::Parameters;
using live::flv::StartRule;
using live::rtmp::Message;
using live::rtmp::MessageType;
using Part = Media::Part;
using Verdict = StartRule::Verdict;

namespace {

constexpr auto main_video = Intake::main_video, main_audio = Intake::main_audio;

std::string describe(const Parameters& p) {
  const auto codec = live::codec::to_text(p.codec);
  if (live::codec::is_video(p.codec)) return fmt::format("{} {}x{}", codec, p.width, p.height);
  return fmt::format("{} {} Hz {} ch", codec, p.sample_rate, p.channels);
}

/// Stamped before `other`, on a clock that wraps.
bool is_before(const Media& media, std::uint32_t other) {
  return static_cast<std::int32_t>(media.message.timestamp - other) < 0;
}

}  // namespace

struct Feed::State {
  State(FeedOptions given, FeedSinks given_sinks, std::string given_name);

  void begin_session();
  std::string push(Message message, Monotonic arrived, live::WallClock wall);
  void take_data(Message message);

  void take_media(Media& given);
  void hold(Media given);
  void hold_key_frame(Media given);
  void keep_bounds();
  void look_at_rule(Monotonic now);
  void begin(Verdict verdict);
  void settle();

  [[nodiscard]] bool admits(const Part& part) const;
  void follow_tracks(const Media& given);
  void wish();
  void write_facts();
  TimeLine::Place place(const Media& given, const Part& part);
  void emit(Media& given);
  void pass(Message message, bool start, Monotonic arrived);
  void write_fragment(live::mux::Written& written);

  FeedOptions options;
  FeedSinks sinks;
  std::string name;
  FeedFacts facts;
  Intake intake;
  TimeLine time;
  std::optional<live::mux::Fragmenter> fragmenter;
  std::optional<FlvOutput> flv;

  // The session.
  StartRule rule;
  bool waiting = true;      ///< nothing of it has left
  bool video_live = false;  ///< its first key frame has left
  std::deque<Media> held;
  std::optional<Parameters> key_parameters;  ///< of the pictures in it
  std::size_t held_bytes = 0;
  Monotonic last_media;
  bool flushed = true;  ///< since last_media

  std::uint64_t data_ignored = 0, dropped = 0;
  std::uint32_t last_ms = 0;  ///< stamp that was given last
  Media media;                ///< for its memory
};

Feed::State::State(FeedOptions given, FeedSinks given_sinks, std::string given_name)
    : options(given),
      sinks(std::move(given_sinks)),
      name(std::move(given_name)),
      intake(name, options.all_tracks) {
  if (!options.write) return;
  if (options.format == Format::flv) {
    flv.emplace(sinks.header, sinks.media);
  } else {
    fragmenter.emplace(options.cut, [this](live::mux::Written& w) { write_fragment(w); });
  }
}

void Feed::State::begin_session() {
  settle();
  intake.begin_session();
  time.begin_session();
  rule = {};
  waiting = true;
  video_live = false;
  facts.video.clear();
  facts.audio.clear();
  facts.encoder.clear();
  facts.width = facts.height = 0;
  held.clear();
  held_bytes = 0;
}

/// What is held leaves, if it can.
void Feed::State::settle() {
  if (waiting) begin(rule.last_verdict());
  if (fragmenter) fragmenter->flush();
}

std::string Feed::State::push(Message message, Monotonic arrived, live::WallClock wall) {
  switch (message.type) {
    case MessageType::data:
    case MessageType::data_amf3:
      take_data(std::move(message));
      return {};
    case MessageType::audio:
    case MessageType::video:
      break;
    default:
      ++data_ignored;
      return {};
  }
  if (message.type == MessageType::video) rule.video(arrived);
  if (waiting && rule.has_key() && intake.is_news(message)) begin(Verdict::with_video);
  media.message = std::move(message);
  media.arrived = arrived;
  media.wall = wall;
  const bool cut = fragmenter.has_value() || waiting;
  const auto found = intake.take(media, cut);
  if (found == Intake::Found::refused) return intake.refusal();
  if (intake.audio_is_clear()) rule.audio_is_clear();
  if (found == Intake::Found::media) take_media(media);
  if (waiting) look_at_rule(arrived);
  return {};
}

void Feed::State::take_media(Media& given) {
  last_media = given.arrived;
  flushed = false;
  if (waiting) {
    hold(std::move(given));
  } else {
    emit(given);
    given.parts.clear();  // of which the fragmenter has what it needs
  }
}

// Before the beginning.

void Feed::State::hold(Media given) {
  const auto* picture = given.of(main_video);
  if (picture != nullptr && picture->sample.key &&
      (!rule.has_key() || intake.tracks()[main_video].parameters() != key_parameters))
    return hold_key_frame(std::move(given));
  if (given.message.type == MessageType::video && !rule.has_key()) {
    ++dropped;
    return;
  }
  const auto* sound = given.of(main_audio);
  const auto* audio = intake.tracks()[main_audio].audio();
  if (sound != nullptr && audio->knows(sound->codec_id)) rule.audio(given.arrived);
  held_bytes += given.message.payload.size();
  held.push_back(std::move(given));
  keep_bounds();
}

/// It leads; the audio that came before it follows, as far as it belongs behind it.  Pictures before it are of other
/// parameters.
void Feed::State::hold_key_frame(Media given) {
  rule.key_frame(given.arrived);
  key_parameters = intake.tracks()[main_video].parameters();
  const auto stamp = given.message.timestamp;
  dropped += std::erase_if(held, [stamp](const Media& m) {
    return m.message.type == MessageType::video || is_before(m, stamp);
  });
  held.push_front(std::move(given));
  held_bytes = 0;
  for (const auto& one : held)
    held_bytes += one.message.payload.size();
  keep_bounds();
}

void Feed::State::keep_bounds() {
  if (held_bytes <= most_held_bytes && held.size() <= most_held_messages) return;
  if (rule.has_key()) return begin(Verdict::with_video);
  while (held_bytes > most_held_bytes || held.size() > most_held_messages) {
    held_bytes -= held.front().message.payload.size();
    held.pop_front();
    ++dropped;
  }
}

void Feed::State::look_at_rule(Monotonic now) {
  if (waiting) begin(rule.verdict(now));
}

void Feed::State::begin(Verdict verdict) {
  if (verdict == Verdict::wait) return;
  waiting = false;
  held_bytes = 0;
  for (auto& one : std::exchange(held, {}))
    emit(one);
}

// What leaves.

/// What the tracks are, where `given` begins the video or something has changed.
void Feed::State::follow_tracks(const Media& given) {
  const auto* picture = given.of(main_video);
  const bool begins = !video_live && picture != nullptr && picture->sample.key;
  video_live = video_live || begins;
  if (!intake.take_changed() && !begins) return;
  const auto& tracks = intake.tracks();
  if (flv) flv->carries(tracks[main_audio].parameters().has_value(), video_live);
  if (fragmenter) wish();
  write_facts();
}

void Feed::State::wish() {
  const auto& tracks = intake.tracks();
  live::mux::Tracks wanted(tracks.size());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const auto& parameters = tracks[i].parameters();
    if (!parameters || (i == main_video && !video_live)) continue;
    if (const auto* video = tracks[i].video()) {
      wanted[i] = {*parameters, live::mux::video_timescale, video->colour()};
    } else {
      wanted[i] = {*parameters, parameters->sample_rate};
    }
  }
  fragmenter->tracks(std::move(wanted));
}

void Feed::State::write_facts() {
  const auto& video = intake.tracks()[main_video].parameters();
  const auto& audio = intake.tracks()[main_audio].parameters();
  const bool shows = video && video_live;
  facts.video = shows ? describe(*video) : "";
  facts.audio = audio ? describe(*audio) : "";
  facts.width = shows ? video->width : 0;
  facts.height = shows ? video->height : 0;
}

/// Can it be shown?
bool Feed::State::admits(const Part& part) const {
  const auto& track = intake.tracks()[part.track];
  if (const auto* audio = track.audio()) return audio->knows(part.codec_id);
  return part.track != main_video || video_live;
}

TimeLine::Place Feed::State::place(const Media& given, const Part& part) {
  const TimeLine::Sent sent{given.message.timestamp, given.nanoseconds, part.composition_ms,
                            given.arrived};
  const auto* audio = intake.tracks()[part.track].audio();
  if (audio == nullptr) return time.picture(part.track, sent);
  return time.sound(part.track, sent, audio->parameters()->sample_rate,
                    audio->samples(part.sample.pieces.front()));
}

void Feed::State::emit(Media& given) {
  follow_tracks(given);
  std::optional<std::uint32_t> ms;
  bool start = false;
  for (auto& part : given.parts) {
    if (!admits(part)) {
      ++dropped;
      continue;
    }
    const auto placed = place(given, part);
    if (!ms || part.track <= main_audio) ms = placed.ms;
    if (part.track == main_video) ++facts.video_frames;
    if (part.track == main_audio) ++facts.audio_frames;
    start = start ||
            (part.track == main_video ? part.sample.key : part.track == main_audio && !video_live);
    if (!fragmenter) continue;
    part.sample.arrived = given.arrived;
    part.sample.wall = given.wall;
    fragmenter->push(part.track, std::move(part.sample), placed.at);
  }
  if (!ms) return;
  facts.begun = true;
  given.message.timestamp = last_ms = *ms;
  pass(std::move(given.message), start, given.arrived);
}

void Feed::State::pass(Message message, bool start, Monotonic arrived) {
  const auto& preface = intake.headers().preface();
  if (flv) flv->write(message, start, preface);
  if (sinks.players) sinks.players({std::move(message), start, preface, arrived});
}

void Feed::State::write_fragment(live::mux::Written& written) {
  if (written.init) sinks.header(std::move(written.init), nullptr);
  sinks.media(std::move(written.media), written.start);
}

// Data messages.

void Feed::State::take_data(Message message) {
  namespace amf0 = live::flv::amf0;
  if (message.type == MessageType::data_amf3) {  // AMF0 behind a byte that says so
    if (message.payload.empty() || message.payload[0] != 0) {
      ++data_ignored;
      return;
    }
    message.payload = message.payload.within(Bytes{message.payload}.subspan(1));
    message.type = MessageType::data;
  }
  const auto parsed = amf0::read(message.payload);
  const auto* values = std::get_if<std::vector<amf0::Value>>(&parsed);
  if (values == nullptr || values->empty()) {
    ++data_ignored;
    return;
  }
  if (values->front().text() == "@clearDataFrame") return intake.headers().forget_metadata();
  const auto body = live::flv::without_set_data_frame(message.payload);
  message.payload = message.payload.within(body);
  if (const auto metadata = live::flv::read_metadata(*values)) {
    facts.encoder = metadata->encoder;
    intake.headers().keep(Headers::Kind::metadata, {}, message);
  } else if (!waiting) {
    message.timestamp = last_ms;
    pass(std::move(message), false, last_media);
  }
}

// The face.

Feed::Feed(FeedOptions options, FeedSinks sinks, std::string name)
    : state_(std::make_unique<State>(options, std::move(sinks), std::move(name))) {}
Feed::~Feed() = default;

void Feed::begin_session() { state_->begin_session(); }

std::string Feed::push(Message message, Monotonic arrived, live::WallClock wall) {
  return state_->push(std::move(message), arrived, wall);
}

void Feed::tick(Monotonic now) {
  auto& s = *state_;
  s.look_at_rule(now);
  if (s.waiting || s.flushed || now - s.last_media < quiet) return;
  s.flushed = true;
  if (s.fragmenter) s.fragmenter->flush();
}

void Feed::finish() { state_->settle(); }

const FeedFacts& Feed::facts() const {
  auto& s = *state_;
  s.facts.dropped_before_start = s.dropped + s.intake.undecodable();
  s.facts.ignored = s.intake.ignored() + s.data_ignored;
  s.facts.repairs = s.time.repairs();
  return s.facts;
}

}  // namespace rtmp_ingest
