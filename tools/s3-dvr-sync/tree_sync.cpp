#include "tools/s3-dvr-sync/tree_sync.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tools/s3-dvr-sync/hold_file.hpp"
#include "tools/s3-dvr-sync/stream_sync.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <utility>

#include <fmt/ranges.h>

namespace s3_dvr_sync {

namespace {

constexpr auto hold_note = "hold";    // the pattern that we have asked for
constexpr std::size_t at_a_time = 4;  // files of a stream, before it is another's turn

constexpr std::size_t most_hold_bytes = 48U << 10U;  // of our lines; readers take 64 KiB

std::string hold_pattern(const std::string& rendition) {
  return rendition == "all" ? std::string{"*"} : rendition;
}

std::string to_text(const HoldLines& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

HoldLines parse_lines(std::string_view text) {
  HoldLines out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

struct TreeSync::State {
  State(std::filesystem::path given_root, TreeRules given_rules, Journal& given_journal)
      : root(std::move(given_root)), rules(std::move(given_rules)), journal(given_journal) {
    hold_first();
  }

  /// What is uploaded stays the same for a whole broadcast, and `best` may come to mean another one: it is named, too.  Where
  /// that gets too long, first those stand there that `best` does not mean now.
  [[nodiscard]] HoldLines wanted_lines() const {
    HoldLines out{hold_pattern(rules.rendition)};
    for (const auto& line : held.value_or(HoldLines{}))
      if (wrong.contains(line.substr(0, line.find('/')))) out.insert(line);  // nobody can tell now
    std::size_t bytes = 0;
    for (const bool is_best : {false, true}) {
      for (const auto& [name, stream] : streams) {
        for (const auto& [rendition, best] : stream->chosen()) {
          if (best != is_best) continue;
          auto line = fmt::format("{}/{}", name, rendition);
          bytes += line.size() + 1;
          if (bytes <= most_hold_bytes)
            out.insert(std::move(line));
          else if (!best)
            out.emplace("*");
        }
      }
    }
    return out;
  }

  void hold() { hold(wanted_lines()); }

  /// Between two of its notes a crash leaves no line behind that nobody knows as ours.
  void hold(const HoldLines& lines) {
    if (!rules.marks || held == lines) return;
    const auto former = parse_lines(journal.note(hold_note).value_or(""));
    auto both = former;
    both.insert(lines.begin(), lines.end());
    if (both != former) journal.set_note(hold_note, to_text(both));
    if (keep_hold(root, lines, former)) {
      if (both != lines) journal.set_note(hold_note, to_text(lines));
      held = lines;
      complained = false;
    } else if (!std::exchange(complained, true)) {
      live::log::error("{}: no space for .hold: segments may be deleted before they are uploaded",
                       root.string());
    }
  }

  /// Before the first look at the streams, what was held for them stays.
  void hold_first() {
    auto lines = parse_lines(journal.note(hold_note).value_or(""));
    std::erase_if(lines, [](const auto& line) { return line.find('/') == std::string::npos; });
    lines.insert(hold_pattern(rules.rendition));
    hold(lines);
  }

  void scan(const FoundStream& found, live::Monotonic now) {
    auto& stream = streams[found.name];
    if (!stream)
      stream =
          std::make_unique<StreamSync>(found.name, root / state_folder / "trees", rules, journal);
    scan(*stream, found, now);
  }

  /// What is wrong with one stream is its own.
  void scan(StreamSync& stream, const FoundStream& found, live::Monotonic now) {
    try {
      stream.scan(found, now, wall);
      wrong.erase(found.name);
    } catch (const live::Failure& failure) {
      auto& said = wrong[found.name];
      if (said != failure.what()) live::log::error("{}: {}", found.name, failure.what());
      said = failure.what();
    }
  }

  /// Of streams whose folders are gone: what is in the bucket is closed, and nothing is remembered.
  void leave(const std::vector<FoundStream>& found, live::Monotonic now) {
    std::erase_if(streams, [&](const auto& entry) {
      const auto& [name, stream] = entry;
      if (std::ranges::find(found, name, &FoundStream::name) != found.end()) return false;
      std::error_code error;
      if (std::filesystem::exists(root / name, error) || error) return false;
      wrong.erase(name);
      return stream->leave(now);
    });
  }

  StreamSync* stream_of(const std::string& key) {
    const auto found = streams.find(key.substr(0, key.find('/')));
    return found == streams.end() ? nullptr : found->second.get();
  }

  std::filesystem::path root;
  TreeRules rules;
  Journal& journal;
  std::map<std::string, std::unique_ptr<StreamSync>> streams;
  std::map<std::string, std::string> wrong;  ///< what was said of a stream that cannot be looked at
  std::deque<Item> ready;
  live::WallClock wall;
  std::optional<HoldLines> held;  ///< what stands in .hold
  bool complained = false;
};

TreeSync::TreeSync(std::filesystem::path root, TreeRules rules, Journal& journal)
    : state_(std::make_unique<State>(std::move(root), std::move(rules), journal)) {}
TreeSync::~TreeSync() = default;

void TreeSync::scan(live::Monotonic now, live::WallClock wall) {
  auto& s = *state_;
  s.wall = wall;
  const auto streams = find_streams(s.root);
  for (const auto& found : streams)
    s.scan(found, now);
  s.leave(streams, now);
  s.hold();
}

std::optional<Item> TreeSync::next() {
  auto& s = *state_;
  if (s.ready.empty()) {
    std::vector<Item> more;
    for (const auto& [name, stream] : s.streams)
      stream->want(at_a_time, more);
    s.ready.assign(std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  if (s.ready.empty()) return {};
  auto item = std::move(s.ready.front());
  s.ready.pop_front();
  return item;
}

bool TreeSync::was_cut() const {
  return std::ranges::any_of(state_->streams,
                             [](const auto& entry) { return entry.second->was_cut(); });
}

void TreeSync::settle(const std::string& key, Outcome outcome) {
  if (auto* stream = state_->stream_of(key)) stream->settle(key, outcome);
}

std::vector<VodPlaylist> TreeSync::playlists(live::Monotonic now, bool at_once) {
  std::vector<VodPlaylist> out;
  for (const auto& [name, stream] : state_->streams)
    stream->playlists(now, at_once, out);
  return out;
}

void TreeSync::put(const std::string& key, bool done, live::Monotonic now) {
  auto* stream = state_->stream_of(key);
  if (stream == nullptr) return;
  const auto before = stream->chosen();
  stream->put(key, done, now);
  if (stream->chosen() != before) state_->hold();
}

std::vector<Candidate> TreeSync::leavings(live::Monotonic now) const {
  std::vector<Candidate> out;
  for (const auto& [name, stream] : state_->streams)
    stream->leavings(now, state_->wall, out);
  return out;
}

void TreeSync::left(const std::string& key) {
  if (auto* stream = state_->stream_of(key)) stream->left(key);
}

TreeSync::Backlog TreeSync::backlog() const {
  Backlog out;
  for (const auto& [name, stream] : state_->streams)
    stream->add_to(out);
  out.unfit += state_->wrong.size();
  return out;
}

std::vector<std::filesystem::path> TreeSync::folders() const {
  std::vector<std::filesystem::path> out{state_->root};
  for (const auto& [name, stream] : state_->streams)
    for (auto& folder : stream->folders())
      out.push_back(std::move(folder));
  return out;
}

}  // namespace s3_dvr_sync
