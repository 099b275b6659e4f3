#include "common/av/input.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

namespace live::av {
namespace {

constexpr std::size_t pipe_buffer = 32'768;  ///< libavformat's own default

/// An AVDictionary that frees what the callee left in it.
class Dictionary {
 public:
  explicit Dictionary(const std::vector<std::pair<std::string, std::string>>& entries) {
    for (const auto& [key, value] : entries)
      av_dict_set(&raw_, key.c_str(), value.c_str(), 0);
  }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  ~Dictionary() { av_dict_free(&raw_); }
  AVDictionary** raw() { return &raw_; }

 private:
  AVDictionary* raw_ = nullptr;
};

/// What muxing needs to know is known without a look at packets.
bool header_suffices(const AVStream& stream) {
  const auto& p = *stream.codecpar;
  if (p.codec_type == AVMEDIA_TYPE_VIDEO) {
    return p.codec_id == AV_CODEC_ID_H264 || p.codec_id == AV_CODEC_ID_HEVC ||
           p.codec_id == AV_CODEC_ID_MJPEG;
  }
  if (p.codec_type != AVMEDIA_TYPE_AUDIO) return true;
  if (p.sample_rate <= 0 || p.ch_layout.nb_channels <= 0) return false;
  switch (p.codec_id) {
    case AV_CODEC_ID_AAC:
      return p.extradata_size >= 2;
    case AV_CODEC_ID_OPUS:
    case AV_CODEC_ID_PCM_ALAW:
    case AV_CODEC_ID_PCM_MULAW:
    case AV_CODEC_ID_PCM_S16BE:
    case AV_CODEC_ID_PCM_S24BE:
    case AV_CODEC_ID_ADPCM_G726:
    case AV_CODEC_ID_ADPCM_G726LE:
      return true;
    default:
      return false;
  }
}

/// From the display matrix of the container.
int rotation_of(const AVStream& stream) {
#if LIBAVCODEC_VERSION_MAJOR >= 61
  const auto* found =
      av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data,
                              AV_PKT_DATA_DISPLAYMATRIX);
  const auto* matrix = found != nullptr ? found->data : nullptr;
  const auto size = found != nullptr ? found->size : 0;
#else
  std::size_t size = 0;
  const auto* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
#endif
  if (matrix == nullptr || size < 9 * sizeof(std::int32_t)) return 0;
  std::array<std::int32_t, 9> values{};
  std::memcpy(values.data(), matrix, sizeof values);
  const double counter_clockwise = av_display_rotation_get(values.data());
  if (std::isnan(counter_clockwise)) return 0;
  const auto quarters = static_cast<int>(std::lround(-counter_clockwise / 90));
  return (quarters % 4 + 4) % 4 * 90;
}

Stream stream_of(const AVStream& from, bool raw_stamps, bool raw_annex_b) {
  auto out = describe(*from.codecpar);
  out.index = static_cast<unsigned>(from.index);
  out.time_base_num = static_cast<std::uint32_t>(from.time_base.num);
  out.time_base_den = static_cast<std::uint32_t>(from.time_base.den);
  if (!raw_stamps && from.pts_wrap_bits < 63) {
    out.wrap_bits = static_cast<unsigned>(from.pts_wrap_bits);
  }
  auto rate = from.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = from.r_frame_rate;
  if (rate.num > 0 && rate.den > 0) {
    out.rate_num = static_cast<std::uint32_t>(rate.num);
    out.rate_den = static_cast<std::uint32_t>(rate.den);
  }
  out.stamped = !raw_annex_b;
  out.rotation = rotation_of(from);
  if ((from.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) out.kind = Stream::Kind::other;
  return out;
}

}  // namespace

struct Input::State {
  Patience patience;
  bool impatient = false;
  std::exception_ptr thrown;
  int read_fd = -1;
  bool late_streams = false, wraps = false, annex_b = false;
  Buffer head;                  ///< read already
  std::size_t head_at = 0;      ///< given to libavformat
  AVIOContext* pipe = nullptr;  ///< ours to free, after `format`
  Owned<AVFormatContext> format;
  std::vector<Stream> streams;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    format.reset();
    if (pipe != nullptr) {
      av_freep(&pipe->buffer);
      avio_context_free(&pipe);
    }
  }

  /// Never lets an exception through libav's C frames.
  bool patient() noexcept {
    if (impatient) return false;
    try {
      if (patience()) return true;
    } catch (...) {
      thrown = std::current_exception();
    }
    impatient = true;
    return false;
  }

  static int on_interrupt(void* self) { return static_cast<State*>(self)->patient() ? 0 : 1; }

  static int on_read(void* self, std::uint8_t* out, int size) {
    auto& state = *static_cast<State*>(self);
    if (const auto left = state.head.size() - state.head_at; left > 0) {
      const auto n = std::min(left, static_cast<std::size_t>(size));
      std::copy_n(state.head.begin() + static_cast<std::ptrdiff_t>(state.head_at), n, out);
      state.head_at += n;
      if (n == left) state.head = {};
      if (n == left) state.head_at = 0;
      return static_cast<int>(n);
    }
    const auto got = read_patiently(state.read_fd, {out, static_cast<std::size_t>(size)},
                                    [&state] { return state.patient(); });
    if (got.interrupted) return AVERROR_EXIT;
    if (got.end) return AVERROR_EOF;
    return got.error != 0 ? AVERROR(got.error) : static_cast<int>(got.bytes);
  }

  /// What became of a call that returned `error`.
  Trouble trouble(int error) {
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    // libavformat turns an interrupted RTSP dialogue into AVERROR_INVALIDDATA.
    return trouble_of(impatient ? AVERROR_EXIT : error);
  }

  std::optional<Trouble> open(const InputSpec& spec);
  std::optional<Trouble> probe(bool trust_header);
  void describe_streams();
  void open_pipe(int fd);
};

void Input::State::open_pipe(int fd) {
  read_fd = fd;
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(pipe_buffer));
  if (buffer == nullptr) throw std::bad_alloc{};
  pipe =
      avio_alloc_context(buffer, static_cast<int>(pipe_buffer), 0, this, on_read, nullptr, nullptr);
  if (pipe == nullptr) throw std::bad_alloc{};
  pipe->seekable = 0;
  format->pb = pipe;
}

std::optional<Trouble> Input::State::open(const InputSpec& spec) {
  forget_complaint();
  format.reset(avformat_alloc_context());
  if (!format) throw std::bad_alloc{};
  format->interrupt_callback = {on_interrupt, this};
  head = spec.head;
  late_streams = spec.late_streams;
  if (spec.read_fd >= 0) open_pipe(spec.read_fd);
  const AVInputFormat* demuxer = nullptr;
  if (!spec.format.empty()) {
    demuxer = av_find_input_format(spec.format.c_str());
    if (demuxer == nullptr) return Trouble{Trouble::Kind::not_media, "no demuxer " + spec.format};
  }
  Dictionary options{spec.options};
  auto* raw = format.release();  // freed by libavformat when opening fails
  const int opened = avformat_open_input(&raw, spec.read_fd >= 0 ? nullptr : spec.url.c_str(),
                                         demuxer, options.raw());
  format.reset(raw);
  if (opened < 0) return trouble(opened);
  // libavformat plays any *.txt as the screen of a terminal.
  if (spec.format.empty() && std::string_view{format->iformat->name} == "tty") {
    return trouble(AVERROR_INVALIDDATA);
  }
  return probe(spec.trust_header);
}

std::optional<Trouble> Input::State::probe(bool trust_header) {
  const auto all = std::span{format->streams, format->nb_streams};
  const bool trusted = trust_header && std::all_of(all.begin(), all.end(),
                                                   [](auto* s) { return header_suffices(*s); });
  if (trusted) {
    // Without find_stream_info libavformat would guess decode stamps from packets that it never
    // saw.
    format->flags |= AVFMT_FLAG_NOFILLIN;
  } else if (const int found = avformat_find_stream_info(format.get(), nullptr);
             found < 0 || impatient) {
    return trouble(found < 0 ? found : AVERROR_EXIT);
  }
  const std::string_view demuxer = format->iformat->name;
  // Parts of multipart/x-mixed-replace have no stamps; when they come is all that is known.
  if (demuxer == "mpjpeg") format->use_wallclock_as_timestamps = 1;
  annex_b = demuxer == "h264" || demuxer == "hevc";
  wraps = (format->iformat->flags & AVFMT_TS_DISCONT) != 0 && !trusted;
  describe_streams();
  return {};
}

/// Those that are not described yet.
void Input::State::describe_streams() {
  for (auto i = streams.size(); i < format->nb_streams; ++i)
    streams.push_back(stream_of(*format->streams[i], !wraps, annex_b));
}

std::string complaint_about_format(const std::string& name) {
  return av_find_input_format(name.c_str()) != nullptr ? "" : "libavformat has no such demuxer";
}

Input::Input(std::unique_ptr<State> state) : state_(std::move(state)) {}
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;
Input::~Input() = default;

std::variant<Input, Trouble> Input::open(const InputSpec& spec, Patience patience) {
  auto state = std::make_unique<State>();
  state->patience = std::move(patience);
  if (auto trouble = state->open(spec)) return *std::move(trouble);
  return Input{std::move(state)};
}

const std::vector<Stream>& Input::streams() const { return state_->streams; }

std::optional<unsigned> Input::best(Stream::Kind kind, std::optional<unsigned> beside) const {
  const auto type = kind == Stream::Kind::video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
  const int found = av_find_best_stream(state_->format.get(), type, -1,
                                        beside ? static_cast<int>(*beside) : -1, nullptr, 0);
  if (found < 0 || state_->streams[static_cast<std::size_t>(found)].kind != kind) return {};
  return static_cast<unsigned>(found);
}

void Input::leave_out(unsigned stream) { state_->format->streams[stream]->discard = AVDISCARD_ALL; }

bool Input::has_length() const {
  auto* io = state_->format->pb;
  return io != nullptr && avio_size(io) > 0;
}

std::optional<Trouble> Input::read(Packet& packet) {
  forget_complaint();
  for (;;) {
    packet.drop();
    const int got = av_read_frame(state_->format.get(), packet.raw());
    if (got == AVERROR(EAGAIN) && !state_->impatient) continue;
    if (got < 0) return state_->trouble(got);
    if (state_->impatient) return state_->trouble(AVERROR_EXIT);
    if (state_->late_streams) state_->describe_streams();
    const auto index = packet.stream();
    if (index < state_->streams.size() &&
        state_->format->streams[index]->discard != AVDISCARD_ALL) {
      return {};
    }
  }
}

}  // namespace live::av
