// Trees as abr-hls and ffmpeg write them, and a bucket that takes everything.
#pragma once

#include "common/s3/signature.hpp"
#include "common/tree/stream_record.hpp"
#include "tests/support/folder.hpp"
#include "tools/s3-dvr-sync/tree_sync.hpp"

#include <map>
#include <string>
#include <vector>

namespace s3_dvr_sync {

using namespace std::chrono_literals;

class TreesTest : public live::test::FolderTest {
 protected:
  /// Segments from `first` on, in the journal and on disk; `before` stands before the first one's tags.
  void segments(const std::string& rendition, int first, int count,
                const std::string& before = {}) {
    const auto journal = rendition + "/journal.m3u8";
    if (!std::filesystem::exists(folder_ / journal))
      write(journal, "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n");
    for (int n = first; n < first + count; ++n) {
      if (n == first) append(journal, before);
      append(journal, "#EXTINF:4,\n" + std::to_string(n) + ".m4s\n");
      write(rendition + "/" + std::to_string(n) + ".m4s", "media " + std::to_string(n));
    }
  }
  /// What begins a broadcast, with its init segment on disk.
  std::string begin(const std::string& rendition, const std::string& id, int first) {
    const auto init = "init-" + std::to_string(first) + ".mp4";
    write(rendition + "/" + init, "init");
    return "#BROADCAST:" + id + "\n#EXT-X-MAP:URI=\"" + init + "\"\n";
  }
  void record(const std::string& stream, const std::string& id, bool ended,
              std::vector<live::tree::RenditionRecord> renditions = {
                  {"720p", 3'000'000, true, true}}) {
    live::tree::StreamRecord out;
    out.id = id;
    out.state =
        ended ? live::tree::StreamRecord::State::ended : live::tree::StreamRecord::State::live;
    out.renditions = std::move(renditions);
    write(stream + "/.lock", "");
    live::tree::write_stream_record(folder_ / stream, out);
  }

  /// All that is to be done now, in a bucket that works; the keys of media in order.
  std::string sync(TreeSync& trees, Journal& journal, bool at_once = true) {
    std::string order;
    trees.scan(now_, wall_);
    for (auto item = trees.next(); item; item = trees.next()) {
      order += item->key + " ";
      store(journal, item->key, live::read_file(item->local, 1U << 20U), item->mark);
      trees.settle(item->key, Outcome::verified);
    }
    // Multivariant playlists follow those that they name.
    for (auto some = trees.playlists(now_, at_once); !some.empty();
         some = trees.playlists(now_, at_once)) {
      for (const auto& one : some) {
        store(journal, one.key, one.text, {one.text.size(), 0, 0});
        kinds_[one.key] = one.kind;
        puts_ += one.key + " ";
        trees.put(one.key, true, now_);
      }
    }
    return order;
  }
  void store(Journal& journal, const std::string& key, const std::string& text,
             const FileMark& mark) {
    const auto sha256 = live::s3::sha256_hex(live::as_bytes(text));
    journal.will_put(key, mark, sha256);
    journal.done(key, mark, {"etag", sha256, text.size()});
    bucket_[key] = text;
  }
  [[nodiscard]] std::string lines_of(const std::string& key) const {
    const auto found = bucket_.find(key);
    return found == bucket_.end() ? "none" : found->second;
  }

  live::Monotonic now_ = live::Monotonic{} + 1h;
  live::WallClock wall_ = std::chrono::system_clock::now();
  std::map<std::string, std::string> bucket_;
  std::map<std::string, Kind> kinds_;
  std::string puts_;
};

}  // namespace s3_dvr_sync
