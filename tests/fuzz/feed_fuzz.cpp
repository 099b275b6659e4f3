// USES: rtmp-ingest_objects
// A publisher's messages: what leaves is live fMP4, or FLV, whatever comes.
//
//   options(1), then for each step: kind(1) stamp step(2) size(2) body(size)
#include "common/base/log.hpp"
#include "common/flv/tag.hpp"
#include "common/mp4/stream_reader.hpp"
#include "tools/rtmp-ingest/feed.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

using namespace rtmp_ingest;
using live::Buffer;
using live::Bytes;
using live::rtmp::MessageType;

namespace {

enum Kind : std::uint8_t { audio, video, data, data_amf3, session, wait };

void check_flv(Bytes stream) {
  if (stream.empty()) return;
  if (!std::holds_alternative<live::Taken<live::flv::FileHeader>>(
          live::flv::parse_file_header(stream)))
    std::abort();
  stream = stream.subspan(live::flv::file_header_bytes);
  while (!stream.empty()) {
    const auto step = live::flv::parse_tag_header(stream);
    const auto* tag = std::get_if<live::Taken<live::flv::TagHeader>>(&step);
    if (tag == nullptr) std::abort();
    stream = stream.subspan(tag->used + tag->value.size + live::flv::back_pointer_bytes);
  }
}

void check_fmp4(Bytes stream) {
  live::mp4::StreamReader reader;
  std::vector<live::mp4::Item> items;
  if (reader.feed(stream, items) || !reader.at_boundary()) std::abort();
  std::map<std::uint32_t, std::uint64_t> last;
  bool begins = true;
  for (const auto& item : items) {
    const auto* fragment = std::get_if<live::mp4::FragmentItem>(&item);
    if (fragment == nullptr) {
      last.clear();
      begins = true;
      continue;
    }
    const auto first = std::exchange(begins, false);
    for (const auto& run : fragment->parsed.tracks) {
      if (first && run.track == 1 && !run.starts_with_sync) std::abort();
      if (last.contains(run.track) && run.decode_time <= last[run.track]) std::abort();
      last[run.track] = run.decode_time;
    }
  }
}

/// As a pipeline writes it.
struct Written {
  std::shared_ptr<const Buffer> header, change;
  Buffer bytes;

  void put(Bytes piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); }
  void media(const live::Gather& gather, bool start) {
    if (start && header) put(bytes.empty() || !change ? *header : *change);
    if (start) header.reset();
    if (bytes.empty()) std::abort();  // nothing may come before the first header
    for (const auto piece : gather.pieces)
      put(piece);
  }
};

MessageType type_of(std::uint8_t kind) {
  constexpr MessageType types[] = {MessageType::audio, MessageType::video, MessageType::data,
                                   MessageType::data_amf3};
  return types[kind];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  live::log::start("feed_fuzz", live::log::Level::error, live::log::Format::text);
  live::Reader in{{bytes, size}};
  const auto wanted = in.u8();
  FeedOptions options;
  options.format = (wanted & 1U) != 0 ? Format::flv : Format::fmp4;
  options.all_tracks = (wanted & 2U) != 0;
  if ((wanted & 4U) != 0) options.cut.at = live::mux::Cut::At::gop;
  Written written;
  FeedSinks sinks;
  sinks.header = [&](auto header, auto change) {
    written.header = std::move(header);
    written.change = std::move(change);
  };
  sinks.media = [&](live::Gather media, bool start) { written.media(media, start); };
  sinks.players = [](const Passed& passed) {
    if (!passed.preface) std::abort();
  };
  Feed feed{options, std::move(sinks), "fuzz"};
  feed.begin_session();
  live::rtmp::Message message;
  live::Monotonic now{std::chrono::hours{1}};
  while (in.left() > 0) {
    const auto kind = static_cast<std::uint8_t>(in.u8() % (wait + 1));
    const auto step = static_cast<std::int16_t>(in.u16());
    now += std::chrono::milliseconds{std::max<int>(step, 0)};
    if (kind == session) {
      feed.begin_session();
    } else if (kind == wait) {
      feed.tick(now);
    } else {
      const auto body = in.take(std::min<std::size_t>(in.u16(), in.left()));
      message.type = type_of(kind);
      message.timestamp += static_cast<std::uint32_t>(step);
      message.payload = live::rtmp::Payload::copy_of(body);
      if (!feed.push(message, now, {}).empty()) break;
    }
  }
  feed.finish();
  if (options.format == Format::flv) {
    check_flv(written.bytes);
  } else {
    check_fmp4(written.bytes);
  }
  return 0;
}
