// The client's side of one RTMP connection, behind the handshake: publishes one stream, or plays one.
//
//   client (this)                        server
//   connect                         ->   _result
//   Set Chunk Size, releaseStream, FCPublish, createStream -> _result N
//   publish                         ->   onStatus NetStream.Publish.Start      Begun
//   audio, video, data ...
//   FCUnpublish, deleteStream                                                  finish()
//
// A player sends Window Acknowledgement Size and createStream, then play and Set Buffer Length, until
// NetStream.Play.Start.  Each step waits for the server's answer, as ffmpeg and librtmp do.  Sans I/O: how long an answer
// may take is the caller's to say.  What a server sends that we do not know is ignored: each has its own.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/command.hpp"
#include "common/rtmp/message.hpp"
#include "common/rtmp/wire.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
      four_ccs;  ///< announced as fourCcList and in videoFourCcInfoMap, audioFourCcInfoMap, with
  ///< capsEx reconnect; empty: nothing enhanced is announced (some services refuse it)
  std::string user, password;  ///< for authmod=adobe challenges; empty: none
  std::uint32_t nonce = 0;     ///< random, for the same
};

/// Publishing or playing has begun; when playing, again after each Ended that another publisher followed.
struct Begun {};
/// The server refused, or ended the stream: code and description as it sent them.  Nothing follows.
struct Refused {
  std::string code, description;
  /// An Adobe challenge: connect again, with this ("?authmod=adobe...") behind app and tc_url as they were at first, on
  /// a new connection.  At most two times in a row for one stream.
  std::optional<std::string> retry_query;
};
/// NetStream.Play.UnpublishNotify, Stop, Complete, or StreamEOF; once.
struct Ended {};
struct Received {
  Message message;  ///< audio, video or data (AMF0), when playing
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
  /// Takes all of `in`.  After Malformed the connection is of no more use.
  std::optional<Malformed> feed(Bytes in, std::vector<ClientEvent>& events);
  /// What is to be sent, in order; the caller empties it.  More than max_unsent_bytes in it make the next feed()
  /// Malformed.
  [[nodiscard]] Buffer& out() { return wire_.out(); }

  /// The server has said with its answer to connect that it knows Enhanced RTMP.
  [[nodiscard]] bool peer_is_enhanced() const { return peer_is_enhanced_; }

  // REQUIRES: Begun, as a publisher.
  /// Head of a media message on the published stream, for write_message() or SharedChunks with our_chunk_bytes.
  [[nodiscard]] MessageHead head(MessageType type, std::uint32_t timestamp) const;
  /// "@setDataFrame" "onMetaData" and `metadata` (an AMF0 value).
  void send_metadata(Bytes metadata, std::uint32_t timestamp = 0);

  /// FCUnpublish, deleteStream; as far as there is something to end.  What comes behind it is ignored.
  void finish();

 private:
  using Events = std::vector<ClientEvent>;
  enum class Phase { fresh, connecting, creating, asking, begun, ended, over };

  void take(Message&& message, Events& events);
  std::optional<Malformed> take_command(const Message& message, Events& events);
  void take_result(const Command& command, Events& events);
  void take_error(const Command& command, Events& events);
  void take_status(const Command& command, Events& events);
  void create_stream();
  void ask();
  void begin(Events& events);
  void end(Events& events);
  void refuse(std::string_view code, std::string_view description, Events& events);
  double call(std::string_view name, std::string_view argument);

  ClientOptions options_;
  Wire wire_;
  Phase phase_ = Phase::fresh;
  double transaction_ = 0;  ///< the last one
  double awaited_ = 0;      ///< the one whose answer leads on
  std::uint32_t stream_ = 0;
  bool peer_is_enhanced_ = false;
  std::vector<Message> messages_;
};

}  // namespace live::rtmp
