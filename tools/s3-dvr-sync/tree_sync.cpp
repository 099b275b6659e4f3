#include "tools/s3-dvr-sync/tree_sync.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tools/s3-dvr-sync/stream_sync.hpp"
#include "tools/s3-dvr-sync/tree_layout.hpp"

#include <deque>
#include <iterator>
#include <map>
#include <utility>

namespace s3_dvr_sync {

namespace {

constexpr std::size_t at_a_time = 4;  // files of a stream, before it is another's turn

std::string_view hold_pattern(const std::string& rendition) {
  return rendition == "all" ? std::string_view{"*"} : std::string_view{rendition};
}

}  // namespace

struct TreeSync::State {
  State(std::filesystem::path given_root, TreeRules given_rules, Journal& given_journal)
      : root(std::move(given_root)), rules(std::move(given_rules)), journal(given_journal) {
    hold();
  }

  void hold() {
    if (!rules.marks || held) return;
    held = keep_hold(root, hold_pattern(rules.rendition));
    if (!held && !std::exchange(complained, true))
      live::log::error("{}: no space for .hold: segments may be deleted before they are uploaded",
                       root.string());
  }

  void scan(const FoundStream& found, live::Monotonic now) {
    auto& stream = streams[found.name];
    if (!stream)
      stream =
          std::make_unique<StreamSync>(found.name, root / state_folder / "trees", rules, journal);
    stream->scan(found, now, wall);
  }

  StreamSync* stream_of(const std::string& key) {
    const auto found = streams.find(key.substr(0, key.find('/')));
    return found == streams.end() ? nullptr : found->second.get();
  }

  std::filesystem::path root;
  TreeRules rules;
  Journal& journal;
  std::map<std::string, std::unique_ptr<StreamSync>> streams;
  std::deque<Item> ready;
  live::WallClock wall;
  bool held = false, complained = false;
};

TreeSync::TreeSync(std::filesystem::path root, TreeRules rules, Journal& journal)
    : state_(std::make_unique<State>(std::move(root), std::move(rules), journal)) {}
TreeSync::~TreeSync() = default;

void TreeSync::scan(live::Monotonic now, live::WallClock wall) {
  auto& s = *state_;
  s.wall = wall;
  s.hold();
  for (const auto& found : find_streams(s.root))
    s.scan(found, now);
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
  if (auto* stream = state_->stream_of(key)) stream->put(key, done, now);
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
