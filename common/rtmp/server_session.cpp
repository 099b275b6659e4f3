#include "common/rtmp/server_session.hpp"

#include "common/base/text.hpp"

#include <array>
#include <cassert>
#include <utility>

namespace live::rtmp {

namespace amf0 = flv::amf0;

namespace {

/// RTMP Go Away (Facebook, 2021): a message of this type.  It needs no content, but OBS overlooks an empty one.
constexpr auto go_away = static_cast<MessageType>(32);
constexpr std::array<std::uint8_t, 4> go_away_content{};

/// Room that stays for the messages of further reads.
constexpr std::size_t kept_messages = 64;

bool is_false(const amf0::Value& value) {
  const auto* said = std::get_if<bool>(&value.is);
  return said != nullptr && !*said;
}

}  // namespace

ServerSession::ServerSession(const ChunkLimits& limits) : wire_(limits) {}

bool ServerSession::waiting() const {
  return phase_ == Phase::asked || role_ == Role::publish_asked || role_ == Role::play_asked;
}

std::optional<Malformed> ServerSession::feed(Bytes in, Events& events) {
  if (phase_ == Phase::refused) return {};
  auto wrong = wire_.feed(in, messages_);
  std::size_t taken = 0;
  while (!wrong && taken < messages_.size() && !waiting()) {
    wrong = take(std::move(messages_[taken++]), events);
    if (!wrong) wrong = wire_.overfull();
  }
  messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(taken));
  if (messages_.empty() && messages_.capacity() > kept_messages) messages_ = {};
  return wrong ? wrong : check_held();
}

std::optional<Malformed> ServerSession::check_held() const {
  std::size_t bytes = 0;
  for (const auto& message : messages_)
    bytes += message.payload.size();
  if (bytes <= max_held_bytes && messages_.size() <= max_held_messages) return {};
  return Malformed{0, std::to_string(messages_.size()) + " messages of " + std::to_string(bytes) +
                          " bytes before an answer"};
}

std::optional<Malformed> ServerSession::take(Message&& message, Events& events) {
  switch (message.type) {
    case MessageType::command:
    case MessageType::command_amf3:
      return take_command(message, events);
    case MessageType::user_control:
      if (const auto said = read_user_control(message);
          said && said->event == ControlEvent::ping_response)
        events.emplace_back(Pong{said->value});
      return {};
    default:
      break;
  }
  if (phase_ != Phase::connected) return Malformed{0, "media before connect"};
  if (role_ != Role::publisher || message.stream > stream_id) return {};
  switch (message.type) {
    case MessageType::audio:
    case MessageType::video:
      if (!message.payload.empty()) events.emplace_back(Media{std::move(message)});
      return {};
    case MessageType::data:
    case MessageType::data_amf3:
      take_data(std::move(message), events);
      return {};
    case MessageType::aggregate:
      return take_aggregate(message, events);
    default:
      return {};
  }
}

void ServerSession::take_data(Message&& message, Events& events) {
  if (message.payload.size() > max_data_bytes || !make_amf0(message)) return;
  events.emplace_back(Data{std::move(message)});
}

std::optional<Malformed> ServerSession::take_aggregate(const Message& message, Events& events) {
  std::vector<Message> parts;
  if (auto wrong = split_aggregate(message, parts)) return wrong;
  for (auto& part : parts)
    if (part.type == MessageType::data || part.type == MessageType::data_amf3)
      take_data(std::move(part), events);
    else if ((part.type == MessageType::audio || part.type == MessageType::video) &&
             !part.payload.empty())
      events.emplace_back(Media{std::move(part)});
  return {};
}

const ServerSession::Known* ServerSession::known(std::string_view name) {
  using S = ServerSession;
  static constexpr std::array commands{
      Known{"releaseStream", &S::release},
      Known{"FCPublish", &S::fc_publish},
      Known{"FCUnpublish", &S::fc_unpublish},
      Known{"FCSubscribe", &S::fc_subscribe},
      Known{"FCUnsubscribe", &S::release},
      Known{"_checkbw", &S::release},
      Known{"createStream", &S::create_stream},
      Known{"initStream", &S::ignore},
      Known{"getStreamLength", &S::stream_length},
      Known{"publish", &S::publish},
      Known{"play", &S::play},
      Known{"pause", &S::pause},
      Known{"pauseRaw", &S::pause},
      Known{"seek", &S::seek},
      Known{"receiveAudio", &S::receive},
      Known{"receiveVideo", &S::receive},
      Known{"deleteStream", &S::delete_stream},
      Known{"closeStream", &S::close_stream},
      Known{"close", &S::close_stream},
      // Answers to what we sent.
      Known{"_result", &S::ignore},
      Known{"_error", &S::ignore},
      Known{"onStatus", &S::ignore},
  };
  for (const auto& command : commands)
    if (command.name == name) return &command;
  return nullptr;
}

std::optional<Malformed> ServerSession::take_command(const Message& message, Events& events) {
  auto parsed = read_command(message);
  if (auto* wrong = std::get_if<Malformed>(&parsed)) return std::move(*wrong);
  const auto& command = std::get<Command>(parsed);
  if (command.name == "connect") {
    take_connect(command, events);
  } else if (phase_ == Phase::fresh) {
    if (++early_commands_ > max_commands_before_connect)
      return Malformed{0, std::to_string(early_commands_) + " commands before connect"};
    if (command.name != "_result" && command.name != "_error")
      refuse(command, "NetConnection.Call.Failed", "connect comes first");
  } else if (message.stream > stream_id) {
    refuse_stream(command, message.stream);
  } else if (const auto* known_command = known(command.name)) {
    (this->*known_command->answer)(command, events);
  } else {
    refuse(command, "NetConnection.Call.Failed", "unknown command " + printable(command.name));
  }
  return {};
}

void ServerSession::take_connect(const Command& command, Events& events) {
  if (phase_ == Phase::connected)
    return refuse(command, "NetConnection.Connect.Rejected", "connected already");
  auto asked = read_connect(command);
  capabilities_ = asked.capabilities;
  transaction_ = command.transaction;
  if (const auto* encoding = command.value(0).find("objectEncoding"))
    object_encoding_ = encoding->number(0) == 3 ? 3 : 0;
  phase_ = Phase::asked;
  events.emplace_back(std::move(asked));
}

void ServerSession::accept_connect() {
  assert(phase_ == Phase::asked);
  phase_ = Phase::connected;
  wire_.window_size();
  wire_.peer_bandwidth();
  wire_.chunk_size(our_chunk_bytes);
  wire_.command(0, connect_result(transaction_, object_encoding_, capabilities_.enhanced));
  wire_.command(0, begin_command("onBWDone", 0));  // some Flash encoders wait for it
}

void ServerSession::refuse_connect(std::string_view description) {
  assert(phase_ == Phase::asked);
  phase_ = Phase::refused;
  wire_.command(0, error(transaction_, "NetConnection.Connect.Rejected", description));
  messages_.clear();
}

/// _result null: what there is to say of things that mean nothing here.
void ServerSession::release(const Command& command, Events& /*events*/) { result(command); }

void ServerSession::ignore(const Command& /*command*/, Events& /*events*/) {}

void ServerSession::fc_publish(const Command& command, Events& /*events*/) {
  result(command);
  auto body = begin_command("onFCPublish", 0);
  write_texts(body, {{"level", "status"},
                     {"code", "NetStream.Publish.Start"},
                     {"description", command.value(1).text()}});
  wire_.command(0, body);
}

/// Encoders name what they published, some without its query; another name is not believed to mean this stream.
void ServerSession::fc_unpublish(const Command& command, Events& events) {
  result(command);
  auto body = begin_command("onFCUnpublish", 0);
  write_texts(body, {{"level", "status"},
                     {"code", "NetStream.Unpublish.Success"},
                     {"description", command.value(1).text()}});
  wire_.command(0, body);
  const auto name = split_query(command.value(1).text()).name;
  if (role_ == Role::publisher && (name.empty() || name == stream_.name)) end_stream(events);
}

void ServerSession::fc_subscribe(const Command& command, Events& /*events*/) {
  result(command);
  auto body = begin_command("onFCSubscribe", 0);
  write_texts(body, {{"level", "status"},
                     {"code", "NetStream.Play.Start"},
                     {"description", command.value(1).text()}});
  wire_.command(0, body);
}

void ServerSession::create_stream(const Command& command, Events& /*events*/) {
  if (!command.wants_answer()) return;
  auto body = begin_command("_result", command.transaction);
  amf0::write_number(body, stream_id);
  wire_.command(0, body);
}

/// Zero seconds: no length is known.
void ServerSession::stream_length(const Command& command, Events& /*events*/) {
  if (!command.wants_answer()) return;
  auto body = begin_command("_result", command.transaction);
  amf0::write_number(body, 0);
  wire_.command(0, body);
}

void ServerSession::publish(const Command& command, Events& events) {
  if (is_false(command.value(1))) return end_stream(events);  // NetStream.publish(false)
  auto asked = split_query(command.value(1).text());
  if (role_ == Role::publisher && asked == stream_)
    return status("status", "NetStream.Publish.Start", "published already");
  if (role_ != Role::none)
    return status("error", "NetStream.Publish.BadName", "one stream a connection");
  stream_ = std::move(asked);
  role_ = Role::publish_asked;
  std::string kind{command.value(2).text()};
  events.emplace_back(PublishAsked{stream_.name, stream_.query, kind.empty() ? "live" : kind});
}

void ServerSession::accept_publish() {
  assert(role_ == Role::publish_asked);
  role_ = Role::publisher;
  stream_begin();
  status("status", "NetStream.Publish.Start", "published");
}

void ServerSession::refuse_publish(std::string_view code, std::string_view description) {
  assert(role_ == Role::publish_asked);
  phase_ = Phase::refused;
  role_ = Role::none;
  status("error", code, description);
  messages_.clear();
}

void ServerSession::play(const Command& command, Events& events) {
  if (is_false(command.value(1))) return end_stream(events);  // NetStream.play(false)
  if (role_ == Role::publisher)
    return status("error", "NetStream.Play.Failed", "one stream a connection");
  end_stream(events);
  stream_ = split_query(command.value(1).text());
  role_ = Role::play_asked;
  events.emplace_back(PlayAsked{stream_.name, stream_.query});
}

void ServerSession::accept_play() {
  assert(role_ == Role::play_asked);
  role_ = Role::player;
  stream_begin();
  status("status", "NetStream.Play.Reset", "playing and resetting");
  status("status", "NetStream.Play.Start", "started playing");
  Buffer access;  // whether a Flash script may look at samples
  amf0::write_text(access, "|RtmpSampleAccess");
  amf0::write_bool(access, true);
  amf0::write_bool(access, true);
  wire_.send({MessageType::data, 0, stream_id, status_chunks}, access);
}

void ServerSession::refuse_play(std::string_view code, std::string_view description) {
  assert(role_ == Role::play_asked);
  role_ = Role::none;
  status("error", code, description);
}

void ServerSession::pause(const Command& command, Events& events) {
  if (role_ != Role::player) return;
  const bool paused = !is_false(command.value(1));
  status("status", paused ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify",
         paused ? "paused" : "resumed");
  events.emplace_back(Paused{paused});
}

void ServerSession::seek(const Command& command, Events& /*events*/) {
  status("error", "NetStream.Seek.Failed", "this is live");
  if (command.wants_answer()) refuse(command, "NetStream.Seek.Failed", "this is live");
}

void ServerSession::receive(const Command& command, Events& events) {
  if (role_ != Role::player) return;
  const bool on = !is_false(command.value(1));
  const bool audio = command.name == "receiveAudio";
  events.emplace_back(Receive{audio ? MessageType::audio : MessageType::video, on});
  if (!on) return;  // §7.2.2.4
  status("status", "NetStream.Seek.Notify", "as asked");
  status("status", "NetStream.Play.Start", "as asked");
}

void ServerSession::delete_stream(const Command& command, Events& events) {
  if (command.value(1).number(stream_id) <= stream_id) end_stream(events);
}

void ServerSession::close_stream(const Command& /*command*/, Events& events) { end_stream(events); }

void ServerSession::end_stream(Events& events) {
  const auto was = std::exchange(role_, Role::none);
  stream_ = {};
  if (was == Role::publisher) {
    status("status", "NetStream.Unpublish.Success", "no more published");
    events.emplace_back(PublishEnded{});
  } else if (was == Role::player) {
    events.emplace_back(PlayEnded{});
  }
}

void ServerSession::result(const Command& command) {
  if (!command.wants_answer()) return;
  auto body = begin_command("_result", command.transaction);
  amf0::write(body, {amf0::Undefined{}});
  wire_.command(0, body);
}

void ServerSession::refuse(const Command& command, std::string_view code,
                           std::string_view description) {
  if (command.wants_answer()) wire_.command(0, error(command.transaction, code, description));
}

/// What publishes or plays waits for onStatus, perhaps for nothing else.
void ServerSession::refuse_stream(const Command& command, std::uint32_t stream) {
  constexpr std::string_view code = "NetStream.Failed", why = "there is no such message stream";
  refuse(command, code, why);
  if (command.name == "publish" || command.name == "play")
    wire_.command(stream, on_status({"error", code, why}));
}

void ServerSession::status(std::string_view level, std::string_view code,
                           std::string_view description) {
  wire_.command(stream_id, on_status({level, code, description}));
}

void ServerSession::stream_begin() { wire_.control(ControlEvent::stream_begin, stream_id); }

void ServerSession::stream_eof() { wire_.control(ControlEvent::stream_eof, stream_id); }

void ServerSession::ping(std::uint32_t token) { wire_.control(ControlEvent::ping_request, token); }

bool ServerSession::request_reconnect(std::string_view description, std::string_view tc_url) {
  if (phase_ != Phase::connected) return false;
  if (!capabilities_.reconnect) {
    if (capabilities_.go_away) wire_.send({go_away, 0, 0, control_chunks}, go_away_content);
    return capabilities_.go_away;
  }
  auto body = begin_command("onStatus", 0);
  Texts texts{{"level", "status"},
              {"code", "NetConnection.Connect.ReconnectRequest"},
              {"description", description}};
  if (!tc_url.empty()) texts.emplace_back("tcUrl", tc_url);
  write_texts(body, texts);
  wire_.command(0, body);
  return true;
}

}  // namespace live::rtmp
