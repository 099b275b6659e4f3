#include "common/rtmp/client_session.hpp"

#include "common/rtmp/adobe_challenge.hpp"
#include "common/rtmp/connect.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace live::rtmp {

namespace amf0 = flv::amf0;

namespace {

constexpr std::uint32_t buffer_ms = 3'000;
constexpr double live_or_recorded = -2'000;  // §7.2.2.1, in ms as ffmpeg and librtmp send it

/// The information object of an answer: the argument, or (some servers leave null out) what stands in its place.
const amf0::Value& information(const Command& command) {
  return command.value(1).object() != nullptr ? command.value(1) : command.value(0);
}

std::string_view text_of(const amf0::Value& object, std::string_view name) {
  const auto* value = object.find(name);
  return value == nullptr ? std::string_view{} : value->text();
}

/// Any of it will do: servers say it in the one or the other object.
bool is_enhanced(const Command& connected) {
  for (const auto* name : {"capsEx", "fourCcList", "videoFourCcInfoMap"})
    if (connected.value(0).find(name) != nullptr || connected.value(1).find(name) != nullptr)
      return true;
  return false;
}

template <std::size_t N>
bool is_one_of(std::string_view code, const std::array<std::string_view, N>& codes) {
  for (const auto one : codes)
    if (one == code) return true;
  return false;
}

/// Whatever the level they come with.
constexpr std::array<std::string_view, 4> play_ends{
    "NetStream.Play.UnpublishNotify", "NetStream.Play.Stop", "NetStream.Play.Complete",
    "NetStream.Play.Failed"};
constexpr std::array<std::string_view, 6> refusals{
    "NetConnection.Connect.Closed",  "NetConnection.Connect.AppShutdown",
    "NetStream.Unpublish.Success",   "NetStream.Publish.Denied",
    "NetStream.Play.StreamNotFound", "NetStream.Failed"};

}  // namespace

ClientSession::ClientSession(ClientOptions options, const ChunkLimits& limits)
    : options_(std::move(options)), wire_(limits) {}

void ClientSession::start() {
  assert(phase_ == Phase::fresh);
  phase_ = Phase::connecting;
  awaited_ = ++transaction_;
  wire_.command(0, connect_command(awaited_, {options_.app, options_.tc_url, options_.flash_version,
                                              options_.role == ClientOptions::Role::publish,
                                              options_.four_ccs}));
}

std::optional<Malformed> ClientSession::feed(Bytes in, Events& events) {
  if (phase_ == Phase::over) return {};
  auto wrong = wire_.feed(in, messages_);
  for (auto& message : messages_) {
    if (wrong || phase_ == Phase::over) break;
    if (message.type == MessageType::command || message.type == MessageType::command_amf3)
      wrong = take_command(message, events);
    else
      take(std::move(message), events);
    if (!wrong) wrong = wire_.overfull();
  }
  messages_.clear();
  return wrong;
}

void ClientSession::take(Message&& message, Events& events) {
  if (const auto said = read_user_control(message)) {
    if (said->event == ControlEvent::stream_eof && phase_ == Phase::begun) end(events);
    return;
  }
  if (options_.role != ClientOptions::Role::play || message.payload.empty()) return;
  if (phase_ != Phase::asking && phase_ != Phase::begun && phase_ != Phase::ended) return;
  switch (message.type) {
    case MessageType::data:
    case MessageType::data_amf3:
      if (message.payload.size() > max_data_bytes || !make_amf0(message)) return;
      [[fallthrough]];
    case MessageType::audio:
    case MessageType::video:
      events.emplace_back(Received{std::move(message)});
      return;
    case MessageType::aggregate: {
      std::vector<Message> parts;
      if (split_aggregate(message, parts)) return;
      for (auto& part : parts)
        take(std::move(part), events);
      return;
    }
    default:
      return;
  }
}

/// A command that cannot be read is an error only as long as one is waited for.
std::optional<Malformed> ClientSession::take_command(const Message& message, Events& events) {
  auto parsed = read_command(message);
  if (auto* wrong = std::get_if<Malformed>(&parsed)) {
    if (phase_ == Phase::begun || phase_ == Phase::ended) return {};
    return std::move(*wrong);
  }
  const auto& command = std::get<Command>(parsed);
  if (command.name == "_result")
    take_result(command, events);
  else if (command.name == "_error")
    take_error(command, events);
  else if (command.name == "onStatus")
    take_status(command, events);
  else if (command.name == "close")
    refuse("NetConnection.Connect.Closed", "the server closed the connection", events);
  else if (command.name == "_onbwcheck" && command.wants_answer())
    wire_.command(0, begin_command("_result", command.transaction));
  return {};
}

void ClientSession::take_result(const Command& command, Events& events) {
  if (command.transaction != awaited_) return;
  switch (phase_) {
    case Phase::connecting:
      peer_is_enhanced_ = is_enhanced(command);
      create_stream();
      return;
    case Phase::creating: {
      const double id = command.value(1).number(1);
      stream_ = id >= 0 && id <= 0xFFFF'FFFF ? static_cast<std::uint32_t>(id) : 1;
      ask();
      return;
    }
    case Phase::asking:
      begin(events);
      return;  // instead of onStatus, from some
    default:
      return;
  }
}

void ClientSession::take_error(const Command& command, Events& events) {
  if (command.transaction != awaited_) return;  // releaseStream and FCPublish may fail
  const auto& told = information(command);
  refuse(text_of(told, "code"), text_of(told, "description"), events);
}

void ClientSession::take_status(const Command& command, Events& events) {
  const auto& told = information(command);
  const auto code = text_of(told, "code"), description = text_of(told, "description");
  if (code == "NetConnection.Connect.ReconnectRequest") {
    events.emplace_back(
        ReconnectAsked{std::string{text_of(told, "tcUrl")}, std::string{description}});
  } else if (code == "NetStream.Publish.Start" || code == "NetStream.Play.Start" ||
             (code == "NetStream.Play.PublishNotify" && phase_ == Phase::ended)) {
    begin(events);
  } else if (text_of(told, "level") == "error" || is_one_of(code, refusals)) {
    refuse(code, description, events);
  } else if (is_one_of(code, play_ends)) {
    end(events);
  }
}

void ClientSession::create_stream() {
  phase_ = Phase::creating;
  if (options_.role == ClientOptions::Role::publish) {
    wire_.chunk_size(our_chunk_bytes);
    call("releaseStream", options_.name);
    call("FCPublish", options_.name);
  } else {
    wire_.window_size();
  }
  awaited_ = ++transaction_;
  wire_.command(0, begin_command("createStream", awaited_));
}

void ClientSession::ask() {
  phase_ = Phase::asking;
  awaited_ = ++transaction_;
  const bool publish = options_.role == ClientOptions::Role::publish;
  auto body = begin_command(publish ? "publish" : "play", awaited_);
  amf0::write_text(body, options_.name);
  if (publish)
    amf0::write_text(body, "live");
  else
    amf0::write_number(body, live_or_recorded);
  wire_.command(stream_, body);
  if (!publish) wire_.buffer_length(stream_, buffer_ms);
}

void ClientSession::begin(Events& events) {
  if (phase_ != Phase::asking && phase_ != Phase::ended) return;
  phase_ = Phase::begun;
  events.emplace_back(Begun{});
}

void ClientSession::end(Events& events) {
  if (options_.role != ClientOptions::Role::play || phase_ == Phase::ended) return;
  phase_ = Phase::ended;
  events.emplace_back(Ended{});
}

void ClientSession::refuse(std::string_view code, std::string_view description, Events& events) {
  std::optional<std::string> retry;
  if (phase_ == Phase::connecting)
    retry = answer_adobe(description, options_.user, options_.password, options_.nonce);
  phase_ = Phase::over;
  events.emplace_back(Refused{std::string{code}, std::string{description}, std::move(retry)});
}

double ClientSession::call(std::string_view name, std::string_view argument) {
  auto body = begin_command(name, ++transaction_);
  amf0::write_text(body, argument);
  wire_.command(0, body);
  return transaction_;
}

MessageHead ClientSession::head(MessageType type, std::uint32_t timestamp) const {
  const auto chunks = type == MessageType::video ? video_chunks : audio_chunks;
  return {type, timestamp, stream_, chunks};
}

void ClientSession::send_metadata(Bytes metadata, std::uint32_t timestamp) {
  Buffer body;
  amf0::write_text(body, "@setDataFrame");
  amf0::write_text(body, "onMetaData");
  body.insert(body.end(), metadata.begin(), metadata.end());
  wire_.send(head(MessageType::data, timestamp), body);
}

void ClientSession::finish() {
  const bool created = phase_ == Phase::asking || phase_ == Phase::begun || phase_ == Phase::ended;
  phase_ = Phase::over;
  if (!created) return;
  if (options_.role == ClientOptions::Role::publish) call("FCUnpublish", options_.name);
  auto body = begin_command("deleteStream", ++transaction_);
  amf0::write_number(body, stream_);
  wire_.command(0, body);
}

}  // namespace live::rtmp
