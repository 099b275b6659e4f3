// The other end of a session in tests: writes messages as chunks of 128 bytes, and reads what the session answers.
#pragma once

#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/chunk_writer.hpp"
#include "common/rtmp/command.hpp"
#include "common/rtmp/server_session.hpp"

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace live::rtmp::test {

namespace amf0 = flv::amf0;

inline amf0::Value text(std::string_view text) { return {std::string{text}}; }
inline amf0::Value number(double number) { return {number}; }
inline amf0::Value null() { return {amf0::Null{}}; }
inline amf0::Value object(std::vector<amf0::Property> properties) {
  amf0::Object out;
  out.properties = std::move(properties);
  return {std::move(out)};
}

inline Buffer values(const std::vector<amf0::Value>& values) {
  Buffer out;
  for (const auto& value : values)
    amf0::write(out, value);
  return out;
}

/// The chunks of one message.
inline Buffer message(MessageType type, Bytes payload, std::uint32_t stream = 1,
                      std::uint32_t timestamp = 0,
                      std::uint32_t chunk_bytes = default_chunk_bytes) {
  Buffer out;
  write_message(out, {type, timestamp, stream, 3}, payload, chunk_bytes);
  return out;
}

/// A command with its object and arguments.
inline Buffer command(std::string_view name, double transaction,
                      const std::vector<amf0::Value>& arguments = {null()},
                      std::uint32_t stream = 0) {
  std::vector<amf0::Value> all{text(name), number(transaction)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return message(MessageType::command, values(all), stream);
}

inline Buffer connect(std::string_view app = "live",
                      std::string_view tc_url = "rtmp://localhost/live",
                      std::vector<amf0::Property> more = {}) {
  std::vector<amf0::Property> properties{
      {"app", text(app)}, {"flashVer", text("FMLE/3.0")}, {"tcUrl", text(tc_url)}};
  properties.insert(properties.end(), more.begin(), more.end());
  return command("connect", 1, {object(std::move(properties))});
}

inline Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const auto& part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// Reads what a session wrote: each message as one line, as "_result 1 NetConnection.Connect.Success".
class Answers {
 public:
  std::vector<std::string> lines(Buffer& out) {
    std::vector<Message> messages;
    if (chunks_.feed(out, messages)) throw std::runtime_error("unreadable answer");
    out.clear();
    std::vector<std::string> lines;
    for (const auto& message : messages) {
      lines.push_back(line(message));
      last_ = message;
    }
    return lines;
  }
  [[nodiscard]] const Message& last() const { return last_; }

 private:
  static std::string line(const Message& message) {
    const Bytes payload = message.payload;
    switch (message.type) {
      case MessageType::window_size:
        return "window " + std::to_string(load_be(payload, 4));
      case MessageType::peer_bandwidth:
        return "bandwidth " + std::to_string(load_be(payload, 4));
      case MessageType::acknowledgement:
        return "ack " + std::to_string(load_be(payload, 4));
      case MessageType::user_control:
        return "control " + std::to_string(load_be(payload, 2)) + " " +
               std::to_string(load_be(payload.subspan(2), 4));
      case MessageType::command:
        return command_line(message);
      case MessageType::data:
        return "data " +
               std::string{std::get<std::vector<amf0::Value>>(amf0::read(payload)).at(0).text()};
      default:
        return "type " + std::to_string(static_cast<int>(message.type));
    }
  }

  static std::string command_line(const Message& message) {
    const auto said = std::get<Command>(read_command(message));
    std::string line = said.name + " " + std::to_string(static_cast<int>(said.transaction));
    if (message.stream != 0) line += " @" + std::to_string(message.stream);
    for (const auto& value : said.values) {
      if (const auto* code = value.find("code")) line += " " + std::string{code->text()};
      if (const auto* told = std::get_if<double>(&value.is))
        line += " " + std::to_string(static_cast<int>(*told));
    }
    return line;
  }

  ChunkReader chunks_;
  Message last_;
};

/// A session and its client.
struct Server {
  ServerSession session;
  Answers answers;
  std::vector<ServerEvent> events;

  /// The answers to `in`; throws when it is Malformed.
  std::vector<std::string> feed(const Buffer& in) {
    if (const auto wrong = session.feed(in, events)) throw std::runtime_error(wrong->why);
    return said();
  }
  std::vector<std::string> said() { return answers.lines(session.out()); }
  /// What the last event is.
  template <class Event>
  const Event& last() const {
    return std::get<Event>(events.at(events.size() - 1));
  }

  void connected() {
    feed(connect());
    session.accept_connect();
    said();
    events.clear();
  }
  void published(std::string_view name = "door") {
    connected();
    feed(command("createStream", 2));
    feed(command("publish", 3, {null(), text(name), text("live")}, 1));
    session.accept_publish();
    said();
    events.clear();
  }
};

}  // namespace live::rtmp::test
