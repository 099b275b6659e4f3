#include "tools/abr-hls/arranger.hpp"

#include "common/base/failure.hpp"

#include <utility>

namespace abr_hls {

void Arranger::push(Message message, std::vector<Message>& ready) {
  if (std::holds_alternative<Opening>(message)) {
    opening_ = true;
    return;
  }
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
  if (opening_ || !targets_) return;
  pass_all(ready);
}

/// Without targets there is nothing to end, but the list.
void Arranger::finish(Message message, std::vector<Message>& ready) {
  if (targets_ && !opening_) pass_all(ready);
  release_audio(everything, ready);
  ready.push_back(std::move(message));
}

void Arranger::pass_all(std::vector<Message>& ready) {
  for (; !gate_.empty(); gate_.pop_front())
    pass_gate(std::move(gate_.front()), ready);
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
}

void Arranger::release_audio(std::int64_t before, std::vector<Message>& ready) {
  for (; !audio_.empty() && audio_.front().at < before; audio_.pop_front())
    ready.emplace_back(std::move(audio_.front()));
}

}  // namespace abr_hls
