#include "common/tree/stream_record.hpp"

#include "common/base/failure.hpp"
#include "tests/support/folder.hpp"

using namespace live;
using namespace live::tree;
using namespace std::chrono_literals;

namespace {

const StreamRecord ladder{"aB3dE6gH9jK2mN5p",
                          WallClock{1'795'281'845'123ms},
                          StreamRecord::State::live,
                          true,
                          90s,
                          {{"360p", 1'000'000, true, true}, {"sound", 70'000, false, true}}};

}  // namespace

using StreamRecordTest = test::FolderTest;

TEST_F(StreamRecordTest, IsReadAsItWasWritten) {
  EXPECT_EQ(parse_stream_record(to_json(ladder)), ladder);
  EXPECT_EQ(write_stream_record(folder_, ladder), Written::done);
  EXPECT_EQ(read_stream_record(folder_), ladder);
}

TEST_F(StreamRecordTest, SaysWhatPeopleRead) {
  const auto text = to_json(ladder);
  EXPECT_NE(text.find(R"("started": "2026-11-21T17:24:05.123Z")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("resume": "90s")"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("state": "live")"), std::string::npos) << text;
}

TEST_F(StreamRecordTest, UnknownMembersMeanNothing) {
  auto text = to_json(ladder);
  text.insert(1, R"("later": {"x": [1, 2]},)");
  EXPECT_EQ(parse_stream_record(text), ladder);
}

TEST_F(StreamRecordTest, CutAtEveryByteItIsNone) {
  const auto text = to_json(ladder);
  for (std::size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_FALSE(parse_stream_record(text.substr(0, size))) << size;
}

TEST_F(StreamRecordTest, RefusesWhatIsNone) {
  const auto good = to_json(ladder);
  const auto changed = [&](std::string_view from, std::string_view to) {
    auto text = good;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const auto& text :
       {changed(R"("live")", R"("dead")"), changed(R"("90s")", "90"),
        changed(R"("90s")", R"("soon")"), changed("2026-11-21T", "21.11.2026 "),
        changed(R"("aB3d)", R"("../)"), changed(R"("360p")", R"("../x")"),
        changed(R"("360p")", R"("sound")"), changed("1000000", "-1"), changed("1000000", "1.5"),
        changed("1000000", "1e99"), changed(R"("record": true)", R"("record": "yes")"),
        std::string{"[]"}, std::string{"null"}, std::string(100'000, '['), good + "x",
        good + std::string(1U << 20U, ' ')})
    EXPECT_FALSE(parse_stream_record(text)) << text.substr(0, 500);
}

TEST_F(StreamRecordTest, AbsentOrDamagedIsNone) {
  EXPECT_FALSE(read_stream_record(folder_));
  publish_file(folder_ / ".stream.json", "{");
  EXPECT_FALSE(read_stream_record(folder_));
}
