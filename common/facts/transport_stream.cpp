#include "common/facts/transport_stream.hpp"

#include <algorithm>
#include <array>

namespace live::facts {
namespace {

using live::Bytes;
using live::load_be;
using Kind = ElementaryStream::Kind;

constexpr std::size_t packet_bytes = 188;
constexpr std::uint8_t sync_byte = 0x47;
constexpr std::uint16_t pat_pid = 0;

struct Packet {
  std::uint16_t pid = 0;
  bool starts_unit = false;
  Bytes payload;
};

/// A packet begins here: another one, or the end, follows it.
bool is_packet(Bytes in) {
  return in[0] == sync_byte && (in.size() == packet_bytes || in[packet_bytes] == sync_byte);
}

/// §2.4.3.2; nothing for packets that are damaged, scrambled or without payload.
std::optional<Packet> read_packet(Bytes packet) {
  const bool damaged = (packet[1] & 0x80U) != 0, scrambled = (packet[3] & 0xC0U) != 0;
  const bool adaptation = (packet[3] & 0x20U) != 0, payload = (packet[3] & 0x10U) != 0;
  if (damaged || scrambled || !payload) return {};
  const std::size_t head = 4 + (adaptation ? 1U + packet[4] : 0U);
  if (head >= packet_bytes) return {};
  Packet out;
  out.pid = static_cast<std::uint16_t>(load_be(packet.subspan(1), 2) & 0x1FFFU);
  out.starts_unit = (packet[1] & 0x40U) != 0;
  out.payload = packet.subspan(head);
  return out;
}

/// The body of a section with this table_id, behind its length and without its CRC; nothing when it is not whole in the
/// packet that it begins in, which no PAT and PMT of a programme like ours need.
std::optional<Bytes> read_section(Bytes payload, std::uint8_t table_id) {
  const std::size_t begin = 1U + payload[0];  // pointer_field
  if (begin + 3 > payload.size() || payload[begin] != table_id) return {};
  const auto length = static_cast<std::size_t>(load_be(payload.subspan(begin + 1), 2) & 0x0FFFU);
  constexpr std::size_t crc = 4, fixed = 5;
  if (length < crc + fixed || begin + 3 + length > payload.size()) return {};
  return payload.subspan(begin + 3, length - crc);
}

/// §2.4.4.3: the PMT's PID of the first programme; 0 where there is none.
std::uint16_t read_pat(Bytes payload) {
  const auto section = read_section(payload, 0x00);
  if (!section) return 0;
  for (std::size_t at = 5; at + 4 <= section->size(); at += 4) {
    const auto programme = load_be(section->subspan(at), 2);
    if (programme != 0)
      return static_cast<std::uint16_t>(load_be(section->subspan(at + 2), 2) & 0x1FFFU);
  }
  return 0;
}

/// Private data may be Dolby's, by a descriptor of DVB (ETSI EN 300 468 annex D).
Kind kind_of_private(Bytes descriptors) {
  constexpr std::uint8_t dvb_ac3 = 0x6A, dvb_eac3 = 0x7A;
  for (std::size_t at = 0; at + 2 <= descriptors.size(); at += 2U + descriptors[at + 1]) {
    if (descriptors[at] == dvb_ac3) return Kind::ac3;
    if (descriptors[at] == dvb_eac3) return Kind::eac3;
  }
  return Kind::other;
}

/// Table 2-34 and ATSC A/53.
Kind kind_of(std::uint8_t stream_type, Bytes descriptors) {
  switch (stream_type) {
    case 0x03:
    case 0x04:
      return Kind::mpeg_audio;
    case 0x06:
      return kind_of_private(descriptors);
    case 0x0F:
      return Kind::adts;
    case 0x1B:
      return Kind::avc;
    case 0x24:
      return Kind::hevc;
    case 0x81:
      return Kind::ac3;
    case 0x87:
      return Kind::eac3;
    default:
      return Kind::other;
  }
}

std::vector<ElementaryStream> read_pmt(Bytes payload, std::size_t most) {
  std::vector<ElementaryStream> streams;
  const auto section = read_section(payload, 0x02);
  if (!section || section->size() < 9) return streams;
  auto at = 9 + static_cast<std::size_t>(load_be(section->subspan(7), 2) & 0x0FFFU);
  while (at + 5 <= section->size() && streams.size() < most) {
    ElementaryStream stream;
    stream.stream_type = (*section)[at];
    stream.pid = static_cast<std::uint16_t>(load_be(section->subspan(at + 1), 2) & 0x1FFFU);
    const auto info = static_cast<std::size_t>(load_be(section->subspan(at + 3), 2) & 0x0FFFU);
    at += 5;
    if (at + info > section->size()) break;
    stream.kind = kind_of(stream.stream_type, section->subspan(at, info));
    at += info;
    streams.push_back(std::move(stream));
  }
  return streams;
}

/// The presentation stamp of a PES header (§2.4.3.7), and where what it carries begins.
struct PesHead {
  std::optional<std::int64_t> shown;
  std::size_t bytes = 0;
};
std::optional<PesHead> read_pes(Bytes payload) {
  constexpr std::size_t fixed = 9;
  if (payload.size() < fixed || load_be(payload, 3) != 1) return {};
  PesHead head;
  head.bytes = fixed + payload[8];
  if (head.bytes > payload.size()) return {};
  if ((payload[7] & 0x80U) != 0 && payload[8] >= 5) {
    const auto p = payload.subspan(fixed);
    head.shown = static_cast<std::int64_t>((std::uint64_t{p[0]} >> 1U & 7U) << 30U |
                                           (load_be(p.subspan(1), 2) >> 1U) << 15U |
                                           load_be(p.subspan(3), 2) >> 1U);
  }
  return head;
}

class Reading {
 public:
  explicit Reading(const TransportStreamLimits& limits) : limits_(limits) {}

  void take(Bytes bytes) {
    const auto packet = read_packet(bytes);
    if (!packet) return;
    if (packet->pid == pat_pid && pmt_pid_ == 0 && packet->starts_unit) {
      pmt_pid_ = read_pat(packet->payload);
    } else if (pmt_pid_ != 0 && packet->pid == pmt_pid_ && streams_.empty() &&
               packet->starts_unit) {
      streams_ = read_pmt(packet->payload, limits_.streams);
    } else {
      take_media(*packet);
    }
  }
  std::vector<ElementaryStream> finish() { return std::move(streams_); }

 private:
  void take_media(const Packet& packet) {
    const auto stream = std::ranges::find(streams_, packet.pid, &ElementaryStream::pid);
    if (stream == streams_.end()) return;
    auto payload = packet.payload;
    if (packet.starts_unit) {
      const auto head = read_pes(payload);
      if (!head) return;
      if (head->shown && stream->shown.size() < limits_.stamps) note(*stream, *head->shown);
      payload = payload.subspan(head->bytes);
    } else if (stream->begin.empty()) {
      return;  // the end of a PES packet that began before this segment
    }
    const auto room = limits_.begin_bytes - std::min(limits_.begin_bytes, stream->begin.size());
    const auto some = payload.first(std::min(room, payload.size()));
    stream->begin.insert(stream->begin.end(), some.begin(), some.end());
  }
  /// Stamps have 33 bits: the one that is nearest to the first is meant.
  static void note(ElementaryStream& stream, std::int64_t shown) {
    constexpr std::int64_t wrap = std::int64_t{1} << 33U;
    const auto first = stream.shown.empty() ? shown : stream.shown.front();
    if (shown - first > wrap / 2) shown -= wrap;
    if (first - shown > wrap / 2) shown += wrap;
    stream.shown.push_back(shown);
  }

  TransportStreamLimits limits_;
  std::uint16_t pmt_pid_ = 0;  ///< 0: not known yet
  std::vector<ElementaryStream> streams_;
};

}  // namespace

bool ElementaryStream::is_video() const {
  constexpr std::array<std::uint8_t, 7> video_types{0x01, 0x02, 0x10, 0x1B, 0x24, 0x33, 0xEA};
  return std::ranges::find(video_types, stream_type) != video_types.end();
}

bool ElementaryStream::is_audio() const {
  constexpr std::uint8_t latm = 0x11;
  return !is_video() && (kind != Kind::other || stream_type == latm);
}

std::optional<std::vector<ElementaryStream>> read_transport_stream(
    Bytes segment, const TransportStreamLimits& limits) {
  Reading reading{limits};
  while (segment.size() >= packet_bytes) {
    if (is_packet(segment)) {
      reading.take(segment.first(packet_bytes));
      segment = segment.subspan(packet_bytes);
    } else {
      const auto next = std::ranges::find(segment.subspan(1), sync_byte);
      segment = segment.subspan(static_cast<std::size_t>(next - segment.subspan(1).begin()) + 1);
    }
  }
  auto streams = reading.finish();
  if (streams.empty()) return {};
  return streams;
}

}  // namespace live::facts
