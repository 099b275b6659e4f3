// The server's side of one RTMP connection, behind the handshake: bytes in, events out, replies in out().  One message
// stream (id 1) is published or played at a time, as every encoder and player does it.
//
//   client                      server (this)
//   connect            ->       Window Acknowledgement Size, Set Peer Bandwidth, Set Chunk Size, _result,
//                               onBWDone                                                    accept_connect()
//   releaseStream, FCPublish -> _result, onFCPublish
//   createStream       ->       _result 1
//   publish            ->       Stream Begin, onStatus NetStream.Publish.Start              accept_publish()
//   audio, video, data ->       (events)
//
// Sans I/O.  What needs a decision is an event, and the session says nothing until an answer is given; everything else it
// answers by itself: createStream, releaseStream, FCPublish, FCUnpublish, FCSubscribe, _checkbw, getStreamLength, pause,
// seek (it fails: this is live), pings, window acknowledgements, unknown commands with a transaction (_error).
//
// Peers that do not wait for an answer: what comes before it is kept (max_held_bytes, max_held_messages; Malformed above
// them) and taken when the answer has been given.  So while waiting() it is best not to read; and after an answer call
// feed() again, with whatever has come or with nothing.
//
// What belongs to which stream: messages of message streams 0 and 1 are the stream's, those of others are dropped.
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/command.hpp"
#include "common/rtmp/connect.hpp"
#include "common/rtmp/message.hpp"
#include "common/rtmp/wire.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace live::rtmp {

constexpr std::size_t max_commands_before_connect = 16;
constexpr std::size_t max_held_bytes = 1U << 20U, max_held_messages = 1'024;

struct PublishAsked {
  std::string name;   ///< raw, without query
  std::string query;  ///< behind '?'; raw
  std::string kind;   ///< "live", "record", "append"
};
struct PlayAsked {
  std::string name, query;
};
/// Audio or video of the stream that is published (messages of others are dropped); not empty.
struct Media {
  Message message;
};
/// A data message of it; onMetaData for one.  AMF3 ones come as AMF0.  At most max_data_bytes.
struct Data {
  Message message;
};
/// FCUnpublish, deleteStream or closeStream of what was published.  Another publish may follow.
struct PublishEnded {};
struct PlayEnded {};
struct Paused {
  bool paused = false;
};
/// receiveAudio, receiveVideo.
struct Receive {
  MessageType type{};
  bool on = true;
};
/// The peer answered ping().
struct Pong {
  std::uint32_t token = 0;
};
using ServerEvent = std::variant<ConnectAsked, PublishAsked, PlayAsked, Media, Data, PublishEnded,
                                 PlayEnded, Paused, Receive, Pong>;

class ServerSession {
 public:
  explicit ServerSession(const ChunkLimits& limits = {});
  /// From now on these count: a publisher needs more than a stranger.
  void limit(const ChunkLimits& limits) { wire_.limit(limits); }

  /// Takes all of `in`.  After Malformed the connection is of no more use.  Commands that come in the wrong place
  /// (publish before createStream's answer, a second publish) are tolerated where their meaning is plain and refused with
  /// onStatus or _error where not.  After a refusal whatever comes is thrown away.
  std::optional<Malformed> feed(Bytes in, std::vector<ServerEvent>& events);

  /// What is to be sent, in order; the caller empties it.  It holds answers only, never media, and more than
  /// max_unsent_bytes in it make the next feed() Malformed.
  [[nodiscard]] Buffer& out() { return wire_.out(); }

  /// An answer of the caller is due.
  [[nodiscard]] bool waiting() const;

  // Answers.  REQUIRES: the event came and has not been answered.
  void accept_connect();
  /// _error NetConnection.Connect.Rejected; close the connection after it is sent.
  void refuse_connect(std::string_view description);
  /// Stream Begin, NetStream.Publish.Start.
  void accept_publish();
  /// onStatus "error" `code`: NetStream.Publish.BadName, NetStream.Publish.Unauthorized, ...; then close.
  void refuse_publish(std::string_view code, std::string_view description);
  /// Stream Begin, NetStream.Play.Reset, NetStream.Play.Start, |RtmpSampleAccess.
  void accept_play();
  /// onStatus "error" `code`; the player may ask for another stream, or be closed.
  void refuse_play(std::string_view code, std::string_view description);

  // By the server's own will.
  /// onStatus of the message stream: NetStream.Unpublish.Success, NetStream.Play.UnpublishNotify, ...
  void status(std::string_view level, std::string_view code, std::string_view description);
  void stream_begin();
  void stream_eof();
  void ping(std::uint32_t token);
  /// NetConnection.Connect.ReconnectRequest (Enhanced RTMP v2), else Go Away (without its arguments); nothing when the
  /// peer announced neither.  False then.  An empty `tc_url`: to where it is connected now.
  bool request_reconnect(std::string_view description, std::string_view tc_url = {});

  [[nodiscard]] const Capabilities& capabilities() const { return capabilities_; }
  /// The chunk size of what we send, media included.
  [[nodiscard]] std::uint32_t chunk_bytes() const { return our_chunk_bytes; }
  static constexpr std::uint32_t stream_id = 1;

 private:
  using Events = std::vector<ServerEvent>;
  enum class Phase { fresh, asked, connected, refused };
  enum class Role { none, publish_asked, publisher, play_asked, player };
  /// A command by its name; `answer` is what it does once connected.
  struct Known {
    std::string_view name;
    void (ServerSession::*answer)(const Command&, Events&);
  };
  static const Known* known(std::string_view name);

  std::optional<Malformed> take(Message&& message, Events& events);
  std::optional<Malformed> take_command(const Message& message, Events& events);
  void take_data(Message&& message, Events& events);
  std::optional<Malformed> take_aggregate(const Message& message, Events& events);
  void take_connect(const Command& command, Events& events);
  [[nodiscard]] std::optional<Malformed> check_held() const;

  void release(const Command& command, Events& events);
  void fc_publish(const Command& command, Events& events);
  void fc_unpublish(const Command& command, Events& events);
  void fc_subscribe(const Command& command, Events& events);
  void create_stream(const Command& command, Events& events);
  void stream_length(const Command& command, Events& events);
  void publish(const Command& command, Events& events);
  void play(const Command& command, Events& events);
  void pause(const Command& command, Events& events);
  void seek(const Command& command, Events& events);
  void receive(const Command& command, Events& events);
  void delete_stream(const Command& command, Events& events);
  void close_stream(const Command& command, Events& events);
  void ignore(const Command& command, Events& events);

  void result(const Command& command);
  void refuse(const Command& command, std::string_view code, std::string_view description);
  void refuse_stream(const Command& command, std::uint32_t stream);
  void end_stream(Events& events);

  Wire wire_;
  Capabilities capabilities_;
  Phase phase_ = Phase::fresh;
  Role role_ = Role::none;
  double transaction_ = 0, object_encoding_ = 0;  ///< of connect
  std::size_t early_commands_ = 0;
  NameAndQuery stream_;            ///< what is published or played, or asked for
  std::vector<Message> messages_;  ///< read and not taken: more than a moment only while waiting()
};

}  // namespace live::rtmp
