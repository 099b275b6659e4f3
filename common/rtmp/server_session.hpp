// The server's side of one RTMP connection, behind the handshake: bytes in, events out, replies in out().  One message
// stream (id 1) is published or played at a time, as every encoder and player does it.
//
//   client                      server (this)
//   connect            ->       Window Acknowledgement Size, Set Peer Bandwidth, Set Chunk Size, _result     accept_connect()
//   releaseStream, FCPublish -> _result, onFCPublish
//   createStream       ->       _result 1
//   publish            ->       Stream Begin, onStatus NetStream.Publish.Start                               accept_publish()
//   audio, video, data ->       (events)
//
// Sans I/O.  What needs a decision is an event, and the session says nothing until an answer is given; everything else it
// answers by itself: createStream, releaseStream, FCPublish, FCUnpublish, _checkbw, getStreamLength, pings, window
// acknowledgements, unknown commands with a transaction (_error).
#pragma once

#include "common/base/bytes.hpp"
#include "common/base/step.hpp"
#include "common/flv/amf0.hpp"
#include "common/rtmp/chunk_reader.hpp"
#include "common/rtmp/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace live::rtmp {

/// What the peer says it can (Enhanced RTMP v2, "connect command").
struct Capabilities {
  bool reconnect = false, multitrack = false, mod_ex = false, nano_offset = false;  ///< capsEx
  std::vector<std::string>
      four_ccs;  ///< fourCcList and the names of videoFourCcInfoMap, audioFourCcInfoMap
};

struct ConnectAsked {
  std::string
      app;  ///< without leading and trailing slashes, without query; not checked any further
  std::string query;  ///< behind '?' in app, else in tcUrl; raw
  std::string tc_url, flash_version, page_url;
  Capabilities capabilities;
};
struct PublishAsked {
  std::string name;   ///< raw, without query
  std::string query;  ///< behind '?'; raw
  std::string kind;   ///< "live", "record", "append"
};
struct PlayAsked {
  std::string name, query;
};
/// Audio or video of the stream that is published (messages of others are dropped).
struct Media {
  Message message;
};
/// A data message of it; onMetaData for one.  AMF3 ones come as AMF0.
struct Data {
  Message message;
};
/// FCUnpublish, deleteStream or closeStream of what was published.
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

  /// Takes all of `in`.  After Malformed the connection is of no more use.  Commands that come in the wrong place
  /// (publish before createStream's answer, a second publish) are tolerated where their meaning is plain and refused with
  /// onStatus or _error where not.
  std::optional<Malformed> feed(Bytes in, std::vector<ServerEvent>& events);

  /// What is to be sent, in order; the caller empties it.
  [[nodiscard]] Buffer& out() { return out_; }

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
  void refuse_play(std::string_view code, std::string_view description);

  // By the server's own will.
  /// onStatus of the message stream: NetStream.Unpublish.Success, NetStream.Play.UnpublishNotify, ...
  void status(std::string_view level, std::string_view code, std::string_view description);
  void stream_begin();
  void stream_eof();
  void ping(std::uint32_t token);
  /// NetConnection.Connect.ReconnectRequest (Enhanced RTMP v2); nothing when the peer did not announce it.  False then.
  bool request_reconnect(std::string_view description);

  [[nodiscard]] const Capabilities& capabilities() const { return capabilities_; }
  /// The chunk size of what we send, media included.
  [[nodiscard]] std::uint32_t chunk_bytes() const { return our_chunk_bytes; }
  static constexpr std::uint32_t stream_id = 1;

 private:
  // ... state of the implementation
  ChunkReader chunks_;
  Capabilities capabilities_;
  Buffer out_;
};

}  // namespace live::rtmp
