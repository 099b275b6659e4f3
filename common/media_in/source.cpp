#include "common/media_in/source.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/log.hpp"
#include "common/base/redact.hpp"
#include "common/media_in/flv_reader.hpp"
#include "common/media_in/fmp4_reader.hpp"
#include "common/media_in/lavf_reader.hpp"
#include "common/mp4/stream_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace live::media_in {
namespace {

constexpr std::size_t read_bytes = std::size_t{64} << 10U;
constexpr std::size_t telling_bytes = 376;         ///< two packets of MPEG-TS
constexpr std::size_t most_looked_at = 8U << 20U;  ///< of a file, for its first fragment

bool has_scheme(std::string_view url) {
  const auto colon = url.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         std::ranges::all_of(url.substr(0, colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+';
         });
}

bool is_regular(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

[[noreturn]] void fail_with(const std::string& name, const av::Trouble& trouble) {
  using Kind = av::Trouble::Kind;
  Exit exit = Exit::bad_data;
  if (trouble.kind == Kind::no_input || trouble.kind == Kind::not_found) exit = Exit::no_input;
  if (trouble.kind == Kind::unresolved || trouble.kind == Kind::refused ||
      trouble.kind == Kind::unreachable || trouble.kind == Kind::transport)
    exit = Exit::unavailable;
  if (trouble.kind == Kind::denied) exit = Exit::denied;
  fail(exit, "read {}: {}", name, trouble.text);
}

bool is_boxes(Bytes head) {
  if (head.size() < 8) return false;
  const auto type = as_text(head.subspan(4, 4));
  constexpr std::array<std::string_view, 7> first{"ftyp", "styp", "moov", "moof",
                                                  "free", "skip", "wide"};
  return std::ranges::find(first, type) != first.end();
}

}  // namespace

struct Source::State {
  State(Spec given, av::Patience given_patience)
      : spec(std::move(given)), patience(std::move(given_patience)) {}

  Spec spec;
  av::Patience patience;
  Fd file;           ///< ours
  std::string name;  ///< for people
  bool opened = false, regular = false, known_end = false;
  std::optional<End> end;
  std::vector<Item> made;
  std::deque<Item> items;

  // One of these reads.
  std::optional<Fmp4Reader> fmp4;
  std::optional<FlvReader> flv;
  std::optional<LavfReader> lavf;
  bool begun = false;  ///< something was given
  bool said_left_out = false;

  void open();
  bool open_fd();
  [[nodiscard]] bool is_fragmented() const;
  void begin(Bytes head);
  void open_lavf(Buffer head);
  void more();
  void take(Bytes bytes);
  void finish();
  void stop(End why);
  [[nodiscard]] int fd() const { return file ? file.get() : spec.fd; }
};

Source::Source(Spec spec, av::Patience patience)
    : state_(std::make_unique<State>(std::move(spec), std::move(patience))) {}
Source::~Source() = default;

Spec spec_of(const std::string& input, const std::string& format) {
  Spec spec;
  spec.format = format;
  if (input.empty() || input == "-") {
    spec.fd = STDIN_FILENO;
  } else {
    spec.url = resolve_secret(input);
  }
  return spec;
}

Item Source::next() {
  auto& s = *state_;
  if (!std::exchange(s.opened, true)) s.open();
  while (s.items.empty() && !s.end)
    s.more();
  if (s.items.empty()) return *s.end;
  auto item = std::move(s.items.front());
  s.items.pop_front();
  return item;
}

bool Source::is_file() const { return state_->known_end; }

void Source::State::stop(End why) {
  if (!end) end = std::move(why);
}

/// Opens what is to be read by ourselves; false for what libavformat opens.
bool Source::State::open_fd() {
  name = "stdin";
  if (spec.fd >= 0) {
    if (spec.fd != STDIN_FILENO) name = "input";
    regular = is_regular(spec.fd);
    return true;
  }
  name = spec.url;
  if (spec.url.starts_with("file:")) spec.url.erase(0, 5);
  if (has_scheme(spec.url)) return false;
  // Not blocking, so that the wait for the writer of a FIFO can be interrupted; reads are polled anyway.
  file.reset(::open(spec.url.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) fail(Exit::no_input, "open {}: {}", name, errno_text());
  struct stat info {};
  if (::fstat(file.get(), &info) == 0 && S_ISDIR(info.st_mode))
    fail(Exit::no_input, "open {}: it is a directory", name);
  regular = is_regular(file.get());
  return true;
}

void Source::State::open() {
  if (!open_fd()) return open_lavf({});
  known_end = regular;
  Buffer head;
  while (head.size() < telling_bytes) {
    std::array<std::uint8_t, telling_bytes> some{};
    const auto got =
        av::read_patiently(fd(), std::span{some}.first(telling_bytes - head.size()), patience);
    if (got.interrupted) return stop({false, "interrupted", true});
    if (got.error != 0) fail(Exit::io, "read {}: {}", name, errno_text(got.error));
    head.insert(head.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    if (got.end) break;
  }
  if (head.empty()) {
    if (regular) fail(Exit::bad_data, "read {}: it is empty", name);
    return stop({true, "nothing came", false});
  }
  begin(head);
}

void Source::State::begin(Bytes head) {
  if (spec.format.empty() && as_text(head).starts_with("FLV")) {
    flv.emplace();
  } else if (spec.format.empty() && is_boxes(head) && (!regular || is_fragmented())) {
    fmp4.emplace();
  } else {
    return open_lavf({head.begin(), head.end()});
  }
  take(head);
}

/// A file: its first fragment is as ours are.  Others, and plain MP4, libavformat reads.
bool Source::State::is_fragmented() const {
  mp4::StreamReader reader;
  std::vector<mp4::Item> found;
  Buffer some(read_bytes);
  for (off_t at = 0; found.size() < 2 && static_cast<std::size_t>(at) < most_looked_at;) {
    const auto n = ::pread(fd(), some.data(), some.size(), at);
    if (n <= 0 || reader.feed(Bytes{some}.first(static_cast<std::size_t>(n)), found)) break;
    at += n;
  }
  return found.size() >= 2 && std::holds_alternative<mp4::FragmentItem>(found[1]);
}

void Source::State::open_lavf(Buffer head) {
  av::InputSpec input;
  input.format = spec.format;
  input.late_streams = true;
  if (fd() < 0) {
    input.url = spec.url;
  } else if (regular) {
    input.url = "file:/proc/self/fd/" + std::to_string(fd());  // which can be seeked in
  } else {
    input.read_fd = fd();
    input.head = std::move(head);
  }
  const auto looked = mp4::looks_like(input.head);
  auto result = av::Input::open(input, patience);
  if (const auto* trouble = std::get_if<av::Trouble>(&result)) {
    if (trouble->kind == av::Trouble::Kind::interrupted) return stop({false, trouble->text, true});
    if (trouble->kind == av::Trouble::Kind::not_media && !input.head.empty())
      fail(Exit::bad_data, "read {}: this is {}, no media", name, looked);
    fail_with(name, *trouble);
  }
  known_end = std::get<av::Input>(result).has_length();
  lavf.emplace(std::move(std::get<av::Input>(result)));
  if (!lavf->has_track()) fail(Exit::bad_data, "read {}: no video or audio in it", name);
}

void Source::State::more() {
  if (lavf) {
    if (const auto trouble = lavf->read(made)) {
      using Kind = av::Trouble::Kind;
      const bool interrupted = trouble->kind == Kind::interrupted;
      stop({trouble->kind == Kind::end, trouble->text, interrupted});
    }
  } else {
    Buffer some(read_bytes);
    const auto got = av::read_patiently(fd(), some, patience);
    if (got.interrupted) stop({false, "interrupted", true});
    if (got.error != 0) stop({false, errno_text(got.error), false});
    if (got.end) finish();
    if (got.bytes > 0) return take(Bytes{some}.first(got.bytes));
  }
  std::ranges::move(std::exchange(made, {}), std::back_inserter(items));
}

void Source::State::take(Bytes bytes) {
  const auto broken = fmp4 ? fmp4->feed(bytes, made) : flv->feed(bytes, made);
  begun = begun || !made.empty();
  std::ranges::move(std::exchange(made, {}), std::back_inserter(items));
  if (flv && !flv->left_out().empty() && !std::exchange(said_left_out, true))
    log::warn("{}: audio codec {} is left out", name, flv->left_out());
  if (!broken) return;
  if (!begun && !end) fail(Exit::bad_data, "read {}: {}", name, broken->why);
  stop({false, broken->why, false});
}

void Source::State::finish() {
  const bool whole = fmp4 ? fmp4->finish() : flv->finish(made);
  stop({whole, whole ? "the stream ended" : "it ends in the middle of a fragment or tag", false});
}

}  // namespace live::media_in
