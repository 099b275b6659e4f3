#include "tools/rtsp2fmp4/lavf_source.hpp"

#include "common/base/failure.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtsp2fmp4 {
namespace {

using live::av::InputSpec;
using live::av::Trouble;

/// In microseconds, for the few codecs of which SDP does not tell enough; a track that is announced and mute
/// would otherwise hold up the picture for 5 s.
constexpr const char* probe_limit = "2000000";
constexpr const char* udp_receive_buffer =
    "4194304";  ///< a key frame of 4K at once; the kernel may give less

std::vector<std::pair<std::string, std::string>> rtsp_options(const Options& options,
                                                              Transport transport) {
  std::string media;
  if (options.video != VideoMode::none) media += "video";
  if (options.audio != AudioMode::none) media += media.empty() ? "audio" : "+audio";
  return {{"rtsp_transport", transport == Transport::udp ? "udp" : "tcp"},
          {"allowed_media_types", media},
          {"buffer_size", udp_receive_buffer},
          {"analyzeduration", probe_limit}};
}

/// Missing files are told apart here, because libavformat's words for them differ by protocol.
Trouble no_input(int error) { return {Trouble::Kind::no_input, live::errno_text(error)}; }

}  // namespace

Opened open_lavf(const InputAddress& address, const Options& options, Transport transport,
                 live::av::Patience patience) {
  using Kind = InputAddress::Kind;
  InputSpec spec;
  spec.url = address.open;
  spec.format = options.input_format;
  bool is_live = address.kind == Kind::rtsp || address.kind == Kind::network;
  live::Fd fifo;
  if (address.kind == Kind::rtsp) {
    spec.options = rtsp_options(options, transport);
    spec.trust_header = true;
  } else if (address.kind == Kind::standard) {
    spec.read_fd = STDIN_FILENO;
  } else if (address.kind == Kind::path) {
    struct stat what {};
    if (::stat(address.open.c_str(), &what) != 0) return no_input(errno);
    if (S_ISDIR(what.st_mode)) return Trouble{Trouble::Kind::not_media, "it is a directory"};
    if (::access(address.open.c_str(), R_OK) != 0) return no_input(errno);
    if (!S_ISREG(what.st_mode)) {
      // Non-blocking, so that the wait for a writer can be interrupted; reads are polled anyway.
      fifo.reset(::open(address.open.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
      if (!fifo) return no_input(errno);
      spec.read_fd = fifo.get();
    } else {
      spec.url = "file:" + address.open;
    }
  }
  if (spec.format == "h264" || spec.format == "hevc") {
    spec.options.emplace_back("framerate", std::to_string(options.rate));
  }
  auto opened = live::av::Input::open(spec, std::move(patience));
  if (auto* trouble = std::get_if<Trouble>(&opened)) return std::move(*trouble);
  auto& input = std::get<live::av::Input>(opened);
  // A resource with a length is a file, whatever the protocol.
  if (address.kind == Kind::network && input.has_length()) is_live = false;
  return std::make_unique<LavfSource>(std::move(input), std::move(fifo), is_live);
}

}  // namespace rtsp2fmp4
