#include "tools/abr-hls/arranger.hpp"

#include "common/base/failure.hpp"

#include <utility>

namespace abr_hls {

void Arranger::push(Message message, std::vector<Message>& ready) {
  if (std::holds_alternative<Opening>(message)) {
    opening_ = true;
    return;
  }
  if (const auto* audio = std::get_if<AudioSample>(&message)) audio_until_ = audio->at;
  if (const auto* track = std::get_if<TrackReached>(&message); track && !track->video)
    audio_until_ = track->at;
  if (opening_ && std::holds_alternative<Begin>(message)) {
    opening_ = false;
    gate_.push_front(std::move(message));
  } else {
    if (const auto* progress = std::get_if<Progress>(&message); progress && progress->targets)
      targets_ = progress->targets;
    // What was to come will not.
    if (std::holds_alternative<Drained>(message)) opening_ = false;
    if (std::holds_alternative<Finish>(message)) return finish(std::move(message), ready);
    gate_.push_back(std::move(message));
  }
  if (gate_.size() + audio_.size() > most_waiting)
    live::fail(live::Exit::bad_data, "order samples: no picture came for too long");
  if (opening_ || !targets_ || !pass_barrier(gate_.back(), ready)) return;
  pass_all(ready);
}

/// While a barrier stands: audio before it passes, what shows that no more will come lifts it.
bool Arranger::pass_barrier(const Message& message, std::vector<Message>& ready) {
  if (!barrier_) return true;
  if (const auto* audio = std::get_if<AudioSample>(&message); audio && audio->at < *barrier_) {
    ready.push_back(message);
    gate_.pop_back();
    return false;
  }
  if (audio_until_ < *barrier_ && !std::holds_alternative<Drained>(message)) return false;
  barrier_.reset();
  audio_until_ = everything;
  return true;
}

/// Without targets there is nothing to end, but the list.
void Arranger::finish(Message message, std::vector<Message>& ready) {
  if (targets_ && !opening_) pass_all(ready);
  release_audio(everything, ready);
  ready.push_back(std::move(message));
}

void Arranger::pass_all(std::vector<Message>& ready) {
  for (; !gate_.empty(); gate_.pop_front()) {
    if (is_held_back(gate_.front())) return release_audio(*barrier_, ready);
    pass_gate(std::move(gate_.front()), ready);
  }
}

bool Arranger::is_held_back(const Message& message) {
  const auto* begin = std::get_if<Begin>(&message);
  if (begin == nullptr || begin->at == 0 || audio_until_ >= begin->at) return false;
  barrier_ = begin->at;
  return true;
}

void Arranger::pass_gate(Message message, std::vector<Message>& ready) {
  if (auto* audio = std::get_if<AudioSample>(&message)) {
    audio_.push_back(std::move(*audio));
    return release_audio(known_until_ == nothing ? nothing : known_until_ + 1, ready);
  }
  if (auto* progress = std::get_if<Progress>(&message)) {
    release_audio(progress->at, ready);
    known_until_ = progress->at;
    progress->targets = targets_;
    if (progress->cut) ready.push_back(std::move(message));
    return release_audio(known_until_ + 1, ready);
  }
  if (!std::holds_alternative<Drained>(message)) return ready.push_back(std::move(message));
  release_audio(everything, ready);
  known_until_ = nothing;
  audio_until_ = everything;
}

void Arranger::release_audio(std::int64_t before, std::vector<Message>& ready) {
  for (; !audio_.empty() && audio_.front().at < before; audio_.pop_front())
    ready.emplace_back(std::move(audio_.front()));
}

}  // namespace abr_hls
