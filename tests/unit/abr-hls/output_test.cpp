// What a folder says after a run, and after the next one.
#include "tools/abr-hls/output.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/codec/aac.hpp"
#include "common/hls/media_playlist.hpp"
#include "common/mp4/stream_reader.hpp"
#include "common/tree/stream_record.hpp"
#include "tests/support/folder.hpp"
#include "tools/abr-hls/options.hpp"
#include "tools/abr-hls/stats.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace abr_hls {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace hls = live::hls;
namespace tree = live::tree;

constexpr std::int64_t second = 90'000, frame = second / 25, rate = 48'000;

RenditionInfo info(const std::string& name) {
  RenditionInfo out;
  out.name = name;
  out.video.emplace();
  out.video->codec = live::codec::Codec::vp9;
  out.video->config = {0, 10, 0x82, 1, 1, 1, 0, 0};
  out.video->width = 320;
  out.video->height = 180;
  out.audio.emplace();
  out.audio->codec = live::codec::Codec::aac;
  out.audio->config = live::codec::aac::write_config({2, rate, 2, 1024});
  out.audio->sample_rate = rate;
  out.audio->channels = 2;
  return out;
}

Sample sample(std::int64_t at, std::int64_t duration, bool key) {
  auto bytes = std::make_shared<live::Buffer>(40, std::uint8_t{0xAB});
  Sample out;
  out.bytes = *bytes;
  out.owner = std::move(bytes);
  out.dts = out.pts = out.place = at;
  out.duration = duration;
  out.key = key;
  return out;
}

class OutputTest : public live::test::FolderTest {
 protected:
  OutputTest() {
    options_.folder = folder_ / "stream";
    options_.part = 500ms;
    options_.window = 4;
  }

  Output& start() {
    output_.reset();
    output_ = std::make_unique<Output>(options_, stats_);
    output_->epoch({info("a"), info("b")});
    at_ = 10 * second;
    return *output_;
  }
  /// 25 pictures a second into both renditions, segments of 2 s, parts of 0.48 and 0.52 s; `without`: one has sound only.
  void feed(int seconds, std::optional<std::size_t> without = {}) {
    const Targets targets{2s, options_.part > 0ms ? live::Us{520ms} : live::Us{}};
    for (const auto end = at_ + seconds * second; at_ < end; at_ += frame) {
      const auto in_segment = at_ % (2 * second);
      if (in_segment == 0) {
        output_->cut({at_, true, true, at_, false}, targets);
      } else if (options_.part > 0ms && in_segment % (second / 2) < frame) {
        output_->cut({at_, false, false, at_, false}, targets);
      }
      for (std::size_t i = 0; i < 2; ++i) {
        if (i != without) output_->push(i, true, sample(at_, frame, in_segment == 0));
        output_->push(i, false, sample(at_ * rate / second, rate / 25, true));
      }
    }
  }
  void crash() {
    // What a killed process leaves: nothing is finished, the lock is free.
    output_.reset();
  }
  [[nodiscard]] fs::path path(const std::string& rendition, const std::string& name) const {
    return options_.folder / rendition / name;
  }
  [[nodiscard]] hls::MediaPlaylist list(const std::string& rendition,
                                        const std::string& name = "index.m3u8") const {
    const auto text = live::read_file(path(rendition, name), 1U << 20U);
    auto parsed = hls::parse_media_playlist(text);
    EXPECT_TRUE(std::holds_alternative<hls::MediaPlaylist>(parsed)) << text;
    auto list = std::get<hls::MediaPlaylist>(std::move(parsed));
    check(rendition, list);
    return list;
  }
  /// All that is named is there.
  void check(const std::string& rendition, const hls::MediaPlaylist& list) const {
    for (const auto& segment : list.segments) {
      EXPECT_EQ(fs::exists(path(rendition, segment.uri)), !segment.gap) << segment.uri;
      EXPECT_TRUE(segment.gap || (segment.map && fs::exists(path(rendition, segment.map->uri))));
      for (const auto& part : segment.parts)
        EXPECT_TRUE(fs::exists(path(rendition, part.uri)));
    }
    for (const auto& part : list.parts)
      EXPECT_TRUE(fs::exists(path(rendition, part.uri)));
  }
  [[nodiscard]] std::vector<live::mp4::FragmentItem> fragments(const std::string& rendition,
                                                               const hls::Segment& segment) const {
    live::mp4::StreamReader reader;
    std::vector<live::mp4::Item> items;
    for (const auto& name : {segment.map->uri, segment.uri}) {
      const auto text = live::read_file(path(rendition, name), 1U << 20U);
      EXPECT_FALSE(reader.feed(live::as_bytes(text), items));
    }
    std::vector<live::mp4::FragmentItem> out;
    for (auto& item : items) {
      if (auto* fragment = std::get_if<live::mp4::FragmentItem>(&item))
        out.push_back(std::move(*fragment));
    }
    return out;
  }

  Options options_;
  Stats stats_{{"a", "b"}};
  std::unique_ptr<Output> output_;
  std::int64_t at_ = 0;
};

TEST_F(OutputTest, ListsSegmentsAndParts) {
  start();
  feed(13);
  const auto a = list("a"), b = list("b");
  EXPECT_EQ(a.target_duration, 2s);
  EXPECT_EQ(a.part_target, live::Us{520ms});
  EXPECT_TRUE(a.independent_segments);
  ASSERT_EQ(a.segments.size(), 4U);
  EXPECT_EQ(a.segments.back().duration, 2s);
  EXPECT_EQ(a.segments.back().parts.size(), 4U);
  EXPECT_EQ(a.parts.size(), 1U);
  EXPECT_TRUE(a.parts[0].independent);
  EXPECT_EQ(a.media_sequence, b.media_sequence);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(a.segments[i].uri, b.segments[i].uri);
    EXPECT_EQ(a.segments[i].program_date_time, b.segments[i].program_date_time);
    EXPECT_TRUE(a.segments[i].program_date_time);
  }
  output_->finish(Output::How::ended);
  EXPECT_TRUE(list("a").ended && list("b").ended);
  EXPECT_EQ(list("a").segments.back().duration, 1s);
  EXPECT_EQ(tree::read_stream_record(options_.folder)->state, tree::StreamRecord::State::ended);
}

TEST_F(OutputTest, ASegmentIsItsPartsOneBehindTheOther) {
  start();
  feed(5);
  const auto a = list("a");
  std::string parts;
  for (const auto& part : a.segments[0].parts)
    parts += live::read_file(path("a", part.uri), 1U << 20U);
  EXPECT_EQ(live::read_file(path("a", a.segments[0].uri), 1U << 20U), parts);
  std::uint64_t end = 0;
  for (const auto& segment : a.segments) {
    for (const auto& fragment : fragments("a", segment)) {
      const auto* video = fragment.parsed.of(1);
      ASSERT_NE(video, nullptr);
      EXPECT_TRUE(end == 0 || video->decode_time == end);
      end = video->decode_time + video->duration;
    }
  }
}

TEST_F(OutputTest, TheJournalKnowsAllThatWasFinished) {
  start();
  feed(21);
  output_->finish(Output::How::stopped);
  EXPECT_FALSE(list("a").ended);
  const auto text = live::read_file(path("a", "journal.m3u8"), 1U << 20U);
  const auto journal = std::get<hls::MediaPlaylist>(hls::parse_media_playlist(text));
  EXPECT_EQ(journal.segments.size(), 11U);
  const auto id = tree::read_stream_record(options_.folder)->id;
  EXPECT_EQ(journal.segments[0].others, std::vector<std::string>{"#BROADCAST:" + id});
  EXPECT_TRUE(journal.segments[1].others.empty());
}

TEST_F(OutputTest, ARestartGoesOn) {
  start();
  feed(9);
  const auto before = list("a");
  const auto id = tree::read_stream_record(options_.folder)->id;
  ASSERT_EQ(before.parts.size(), 1U);
  crash();
  start();
  // The unfinished segment is one now.
  auto after = list("a");
  EXPECT_EQ(after.media_sequence + after.segments.size(),
            before.media_sequence + before.segments.size() + 1);
  EXPECT_EQ(after.segments.back().duration, before.parts[0].duration);
  feed(5);
  after = list("a");
  EXPECT_EQ(tree::read_stream_record(options_.folder)->id, id);
  ASSERT_EQ(after.segments.size(), 4U);
  EXPECT_TRUE(after.segments[2].discontinuity);
  EXPECT_FALSE(after.segments[1].discontinuity || after.segments[3].discontinuity);
  EXPECT_NE(after.segments[2].map, after.segments[1].map);
  EXPECT_GT(after.media_sequence, before.media_sequence);
  feed(6);
  EXPECT_EQ(list("a").discontinuity_sequence, 1U);
  EXPECT_EQ(list("b").discontinuity_sequence, 1U);
}

TEST_F(OutputTest, PartTargetStaysWhateverTheNextPicturesAre) {
  start();
  feed(5);
  auto slower = info("b");
  slower.thinned_90k = second / 7;
  output_->epoch({info("a"), slower});
  feed(5);
  EXPECT_EQ(list("a").part_target, live::Us{520ms});
  EXPECT_EQ(list("b").part_target, live::Us{520ms});
  EXPECT_FALSE(list("b").parts.empty() && list("b").segments.back().parts.empty());
}

TEST_F(OutputTest, OtherPartsAreAnotherBroadcast) {
  start();
  feed(5);
  const auto before = list("a");
  const auto id = tree::read_stream_record(options_.folder)->id;
  crash();
  start();
  const auto cut = [&](std::int64_t at, bool segment, live::Us part) {
    output_->cut({at, segment, segment, at, false}, {2s, part});
    for (std::size_t i = 0; i < 2; ++i) {
      output_->push(i, true, sample(at, second / 5, segment));
      output_->push(i, false, sample(at * rate / second, rate / 5, true));
    }
  };
  cut(10 * second, true, 200ms);
  for (int i = 1; i < 12; ++i)
    cut(10 * second + i * second / 5, i % 10 == 0, 200ms);
  const auto after = list("a");
  EXPECT_NE(tree::read_stream_record(options_.folder)->id, id);
  EXPECT_EQ(after.part_target, live::Us{200ms});
  EXPECT_GE(after.media_sequence, before.media_sequence + before.segments.size());
  for (const auto& segment : after.segments) {
    for (const auto& part : segment.parts)
      EXPECT_EQ(part.duration, live::Us{200ms});
  }
}

TEST_F(OutputTest, LongerSegmentsAreAnotherBroadcastAndShorterOnesAreNot) {
  start();
  feed(5);
  const auto id = tree::read_stream_record(options_.folder)->id;
  crash();
  start();
  output_->cut({10 * second, true, true, 10 * second, false}, {1s, 520ms});
  feed(5);
  EXPECT_EQ(tree::read_stream_record(options_.folder)->id, id);
  EXPECT_EQ(list("a").target_duration, 2s);
  crash();
  start();
  output_->cut({10 * second, true, true, 10 * second, false}, {4s, 520ms});
  for (std::size_t i = 0; i < 2; ++i)
    output_->push(i, true, sample(10 * second, 4 * second, true));
  output_->finish(Output::How::stopped);
  EXPECT_NE(tree::read_stream_record(options_.folder)->id, id);
  EXPECT_EQ(list("a").target_duration, 4s);
}

TEST_F(OutputTest, AfterTheEndANewBroadcastBegins) {
  start();
  feed(5);
  output_->finish(Output::How::ended);
  const auto before = list("a");
  const auto id = tree::read_stream_record(options_.folder)->id;
  start();
  feed(3);
  const auto after = list("a");
  EXPECT_NE(tree::read_stream_record(options_.folder)->id, id);
  EXPECT_EQ(after.segments.size(), 1U);
  EXPECT_GE(after.media_sequence, before.media_sequence + before.segments.size());
  EXPECT_EQ(after.discontinuity_sequence, before.discontinuity_sequence + 1);
  EXPECT_FALSE(after.segments[0].discontinuity || after.ended);
}

TEST_F(OutputTest, ADamagedSegmentIsAGapAfterARestart) {
  start();
  feed(9);
  const auto name = list("a").segments[2].uri;
  crash();
  fs::resize_file(path("a", name), 100);
  start();
  auto text = live::read_file(path("a", "index.m3u8"), 1U << 20U);
  const auto a = std::get<hls::MediaPlaylist>(hls::parse_media_playlist(text));
  EXPECT_TRUE(a.segments[2].gap);
  EXPECT_FALSE(a.segments[1].gap || a.segments[3].gap);
  EXPECT_FALSE(list("b").segments[2].gap);
}

TEST_F(OutputTest, ALadderWithoutARenditionListsGapsThere) {
  start();
  feed(5);
  crash();
  output_ = std::make_unique<Output>(options_, stats_);
  output_->epoch({info("a"), info("c")});
  at_ = 10 * second;
  feed(5);
  const auto a = list("a"), b = list("b"), c = list("c");
  EXPECT_EQ(a.media_sequence + a.segments.size(), b.media_sequence + b.segments.size());
  EXPECT_TRUE(b.segments.back().gap);
  EXPECT_FALSE(a.segments.back().gap);
  EXPECT_EQ(c.segments.size(), 2U);
  EXPECT_EQ(c.media_sequence + 2, a.media_sequence + a.segments.size());
  EXPECT_EQ(c.discontinuity_sequence, a.discontinuity_sequence + 1);
}

TEST_F(OutputTest, ARenditionThatIsGivenUpListsGaps) {
  start();
  feed(4);
  feed(1);
  output_->give_up(0);
  feed(3, 0);
  output_->take_back(0, at_);
  feed(5);
  const auto a = list("a"), b = list("b");
  EXPECT_EQ(a.media_sequence + a.segments.size(), b.media_sequence + b.segments.size());
  std::string gaps;
  for (const auto& segment : a.segments)
    gaps += segment.gap ? '-' : 's';
  EXPECT_EQ(gaps, "--ss");
  EXPECT_TRUE(std::ranges::none_of(b.segments, &hls::Segment::gap));
}

TEST_F(OutputTest, OtherParametersAreAnotherEpoch) {
  start();
  feed(4);
  output_->epoch({info("a"), info("b")});
  feed(3);
  const auto a = list("a");
  ASSERT_EQ(a.segments.size(), 3U);
  EXPECT_TRUE(a.segments[2].discontinuity);
  EXPECT_EQ(a.segments[1].duration, 2s);
  EXPECT_NE(a.segments[2].map, a.segments[1].map);
}

TEST_F(OutputTest, OneWriterAtATime) {
  start();
  EXPECT_THROW(Output(options_, stats_), live::Failure);
}

TEST_F(OutputTest, ARecordingKeepsAll) {
  options_.record = true;
  start();
  feed(31);
  const auto a = list("a");
  EXPECT_EQ(a.type, hls::MediaPlaylist::Type::event);
  EXPECT_EQ(a.segments.size(), 15U);
  EXPECT_TRUE(tree::read_stream_record(options_.folder)->record);
}

TEST_F(OutputTest, WithoutPartsThereIsNothingOfThem) {
  options_.part = 0ms;
  start();
  feed(5);
  const auto a = list("a");
  EXPECT_FALSE(a.part_target || a.server_control);
  EXPECT_EQ(fragments("a", a.segments[0]).size(), 1U);
}

}  // namespace
}  // namespace abr_hls
