#include "common/rtmp/command.hpp"

#include <cmath>
#include <memory>

namespace live::rtmp {

namespace amf0 = flv::amf0;

namespace {

/// The AMF values of `message`: behind the format byte of the AMF3 types.
Bytes values_of(const Message& message) {
  const Bytes payload = message.payload;
  const bool amf3 =
      message.type == MessageType::command_amf3 || message.type == MessageType::data_amf3;
  return amf3 && !payload.empty() && payload[0] == 0 ? payload.subspan(1) : payload;
}

}  // namespace

const amf0::Value& Command::value(std::size_t index) const {
  static const amf0::Value none{};
  return index < values.size() ? values[index] : none;
}

Parsed<Command> read_command(const Message& message) {
  if (message.payload.size() > max_command_bytes)
    return Malformed{0, "a command of " + std::to_string(message.payload.size()) + " bytes"};
  auto parsed = amf0::read(values_of(message));
  if (auto* wrong = std::get_if<Malformed>(&parsed)) return std::move(*wrong);
  auto& values = std::get<std::vector<amf0::Value>>(parsed);
  if (values.empty() || values[0].text().empty()) return Malformed{0, "a command without a name"};
  Command command;
  command.name = values[0].text();
  std::size_t taken = 1;
  if (values.size() > 1 && std::holds_alternative<double>(values[1].is)) {
    command.transaction = values[1].number(0);
    taken = 2;
  }
  if (!std::isfinite(command.transaction)) command.transaction = 0;
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(taken));
  command.values = std::move(values);
  return command;
}

bool make_amf0(Message& data) {
  if (data.type != MessageType::data_amf3) return true;
  const auto parsed = amf0::read(values_of(data));
  const auto* values = std::get_if<std::vector<amf0::Value>>(&parsed);
  if (values == nullptr) return false;
  Buffer payload;
  for (const auto& value : *values)
    amf0::write(payload, value);
  data.type = MessageType::data;
  data.payload = Payload{std::move(payload)};
  return true;
}

Buffer begin_command(std::string_view name, double transaction) {
  Buffer out;
  amf0::write_text(out, name);
  amf0::write_number(out, transaction);
  amf0::write_null(out);
  return out;
}

void write_texts(Buffer& out, const Texts& texts) {
  amf0::Object object;
  for (const auto& [name, text] : texts)
    object.properties.emplace_back(name, amf0::Value{std::string{text}});
  amf0::write(out, {std::move(object)});
}

Buffer on_status(const Status& status) {
  auto out = begin_command("onStatus", 0);
  write_texts(
      out, {{"level", status.level}, {"code", status.code}, {"description", status.description}});
  return out;
}

Buffer error(double transaction, std::string_view code, std::string_view description) {
  auto out = begin_command("_error", transaction);
  write_texts(out, {{"level", "error"}, {"code", code}, {"description", description}});
  return out;
}

NameAndQuery split_query(std::string_view text) {
  const auto mark = text.find('?');
  if (mark == std::string_view::npos) return {std::string{text}, {}};
  return {std::string{text.substr(0, mark)}, std::string{text.substr(mark + 1)}};
}

}  // namespace live::rtmp
