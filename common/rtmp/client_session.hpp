// The client's side of one RTMP connection, behind the handshake: publishes one stream, or plays one.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace live::rtmp {

struct ClientOptions {
  enum class Role { publish, play };
  Role role = Role::publish;
  std::string app;     ///< with its query
  std::string tc_url;  ///< rtmp://host[:port]/app
  std::string name;    ///< with its query: the stream key of most services
  std::string flash_version = "FMLE/3.0 (compatible; liveutils)";  ///< services know FMLE
  std::vector<std::string>
      four_ccs;                ///< announced as fourCcList; empty: nothing enhanced is announced
  std::string user, password;  ///< for authmod=adobe challenges; empty: none
};

/// Publishing or playing has begun.
struct Begun {};
/// The server refused, or ended the stream: code and description as it sent them.
struct Refused {
  std::string code, description;
  /// An Adobe challenge: connect again, with this behind the app (ClientOptions::app and tc_url), on a new connection.
  std::optional<std::string> retry_query;
};
/// NetStream.Play.UnpublishNotify, StreamEOF.
struct Ended {};
struct Received {
  Message message;  ///< audio, video or data, when playing
};
/// The server wants us on another connection, at `tc_url` or, when it is empty, where we are.
struct ReconnectAsked {
  std::string tc_url, description;
};
using ClientEvent = std::variant<Begun, Refused, Ended, Received, ReconnectAsked>;

class ClientSession {
 public:
  explicit ClientSession(ClientOptions options, const ChunkLimits& limits = {});

  /// Begins: connect and what follows it.
  void start();
  std::optional<Malformed> feed(Bytes in, std::vector<ClientEvent>& events);
  [[nodiscard]] Buffer& out() { return out_; }

  /// Head of a media message on the published stream, for write_message() or SharedChunks with our_chunk_bytes.
  [[nodiscard]] MessageHead head(MessageType type, std::uint32_t timestamp) const;
  /// "@setDataFrame" "onMetaData" and `metadata` (an AMF0 value).
  void send_metadata(Bytes metadata);
  /// FCUnpublish, deleteStream.
  void finish();

 private:
  // ... state of the implementation
  ClientOptions options_;
  ChunkReader chunks_;
  Buffer out_;
};

}  // namespace live::rtmp
