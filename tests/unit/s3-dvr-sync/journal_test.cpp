#include "tools/s3-dvr-sync/journal.hpp"

#include "common/base/failure.hpp"
#include "tests/support/folder.hpp"
#include "tools/s3-dvr-sync/database.hpp"

#include <map>

#include <sys/resource.h>

namespace s3_dvr_sync {
namespace {

constexpr FileMark mark{1000, 1'700'000'000'123'456'789, 42};

class JournalTest : public live::test::FolderTest {
 protected:
  [[nodiscard]] std::filesystem::path database() const {
    return folder_ / state_folder / "journal.db";
  }
};

live::Exit exit_of(const std::filesystem::path& root) {
  try {
    const Journal journal{root};
  } catch (const live::Failure& failure) {
    return failure.exit();
  }
  return live::Exit::ok;
}

TEST_F(JournalTest, RemembersAnObjectOverARestart) {
  {
    Journal journal{folder_};
    journal.will_put("a b+ä.mp4", mark, "abc");
    journal.done("a b+ä.mp4", mark, {"etag", "abc", 1000});
  }
  const Journal journal{folder_};
  const auto entry = journal.stored("a b+ä.mp4");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->mark, mark);
  EXPECT_EQ(entry->stored, (Stored{"etag", "abc", 1000}));
  EXPECT_LT(std::chrono::system_clock::now() - entry->verified, std::chrono::minutes{1});
  EXPECT_EQ(journal.totals().objects, 1U);
  EXPECT_EQ(journal.totals().bytes, 1000U);
  EXPECT_FALSE(journal.stored("a b"));
}

TEST_F(JournalTest, ForALookNothingIsMade) {
  {
    Journal journal{folder_, true};
    journal.done("a", mark, {"etag", "abc", 1000});
    EXPECT_TRUE(journal.stored("a"));
  }
  EXPECT_EQ(count(), 0);
  { Journal{folder_}.done("a", mark, {"etag", "abc", 1000}); }
  EXPECT_TRUE((Journal{folder_, true}.stored("a"))) << "what is there is looked at";
}

TEST_F(JournalTest, AnUploadGoesOnWhereItWas) {
  {
    Journal journal{folder_};
    journal.begun("big", mark, {"old", 5, false, {}});
    journal.part_done("big", {1, "gone", "gone"});
    journal.begun("big", mark, {"id", 16, false, {}});
    journal.part_done("big", {2, "e2", "s2"});
    journal.part_done("big", {1, "e1", "s1"});
    journal.part_done("big", {2, "e2", "s2"});
  }
  Journal journal{folder_};
  EXPECT_EQ(journal.unfinished("big", mark),
            (Unfinished{"id", 16, false, {{1, "e1", "s1"}, {2, "e2", "s2"}}}));
  ASSERT_EQ(journal.open_uploads().size(), 1U);
  EXPECT_EQ(journal.open_uploads().front().upload_id, "id");
  auto changed = mark;
  ++changed.mtime_ns;
  EXPECT_FALSE(journal.unfinished("big", changed)) << "its bytes are others now";
  journal.gone("big");
  EXPECT_FALSE(journal.unfinished("big", mark));
}

TEST_F(JournalTest, PartsHaveTheirCrcWhereTheUploadHas) {
  const Unfinished begun{"id", 16, true, {}};
  Journal journal{folder_};
  journal.begun("big", mark, begun);
  journal.part_done("big", {1, "e1", "s1", "e3069283"});
  EXPECT_EQ(journal.unfinished("big", mark),
            (Unfinished{"id", 16, true, {{1, "e1", "s1", "e3069283"}}}));
}

TEST_F(JournalTest, OneOfTheFirstVersionGoesOn) {
  {
    Journal journal{folder_};
    journal.begun("big", mark, {"id", 16, false, {}});
    journal.part_done("big", {1, "e1", "s1"});
  }
  Database{database()}.run(
      "ALTER TABLE uploads DROP COLUMN crc32c; ALTER TABLE parts DROP COLUMN crc32c; "
      "PRAGMA user_version=1");
  for (int again = 0; again < 2; ++again) {
    const Journal journal{folder_};
    EXPECT_EQ(journal.unfinished("big", mark), (Unfinished{"id", 16, false, {{1, "e1", "s1"}}}));
  }
}

TEST_F(JournalTest, WhatIsDoneIsNotUnfinished) {
  Journal journal{folder_};
  journal.begun("big", mark, {"id", 16, false, {}});
  journal.part_done("big", {1, "e1", "s1"});
  journal.done("big", mark, {"e", "s-1", 1000});
  EXPECT_FALSE(journal.unfinished("big", mark));
  EXPECT_TRUE(journal.open_uploads().empty());
}

TEST_F(JournalTest, OursIsWhatWeWroteOrWereAboutTo) {
  Journal journal{folder_};
  EXPECT_FALSE(journal.is_ours("k", "e", "s"));
  journal.will_put("k", mark, "first");
  EXPECT_TRUE(journal.is_ours("k", "", "first")) << "the answer may have been lost";
  EXPECT_FALSE(journal.is_ours("other", "", "first"));
  journal.done("k", mark, {"e1", "first", 1});
  journal.will_put("k", mark, "second");
  journal.done("k", mark, {"e2", "second", 2});
  EXPECT_TRUE(journal.is_ours("k", "e1", "")) << "an old request may be carried out late";
  EXPECT_TRUE(journal.is_ours("k", "e2", "unknown"));
  EXPECT_FALSE(journal.is_ours("k", "", "")) << "empty is nobody's";
  EXPECT_FALSE(journal.is_ours("k", "e3", "third"));
  journal.forget("k");
  EXPECT_FALSE(journal.stored("k"));
  EXPECT_TRUE(journal.is_ours("k", "e2", ""));
}

TEST_F(JournalTest, OfAKeyThatIsWrittenForDaysItKnowsTheNewest) {
  Journal journal{folder_};
  for (int i = 0; i < 100; ++i) {
    const auto hash = std::to_string(i);
    journal.will_put("vod", mark, hash);
    journal.done("vod", mark, {"e" + hash, hash, 1});
  }
  EXPECT_FALSE(journal.is_ours("vod", "e0", "0"));
  EXPECT_TRUE(journal.is_ours("vod", "e60", ""));
  EXPECT_TRUE(journal.is_ours("vod", "", "99"));
}

TEST_F(JournalTest, ShowsAllThatIsStoredInOrder) {
  Journal journal{folder_};
  for (const auto* key : {"c", "a", "b"})
    journal.done(key, mark, {"e", "s", 1});
  std::string keys;
  journal.for_each_stored([&](const std::string& key, const Journal::Entry& entry) {
    keys += key;
    EXPECT_EQ(journal.stored(key)->stored, entry.stored);
  });
  EXPECT_EQ(keys, "abc");
}

TEST_F(JournalTest, KeepsNotes) {
  Journal journal{folder_};
  EXPECT_FALSE(journal.note("n"));
  journal.set_note("n", "1");
  journal.set_note("n", "");
  EXPECT_EQ(journal.note("n"), "");
  journal.set_note("mark/a", "1");
  journal.forget_notes("mark/");
  EXPECT_FALSE(journal.note("mark/a"));
  EXPECT_TRUE(journal.note("n"));
  journal.set_note("mark/a", "1");
  journal.forget_notes("mark/");
  EXPECT_FALSE(journal.note("mark/a"));
  EXPECT_TRUE(journal.note("n"));
}

TEST_F(JournalTest, AnUploadWhoseIdWasNeverLearntIsKnownToBe) {
  {
    Journal journal{folder_};
    journal.will_begin("a.mp4");
  }
  Journal journal{folder_};
  EXPECT_TRUE(journal.may_have_unknown("a.mp4"));
  EXPECT_FALSE(journal.may_have_unknown("b.mp4"));
  EXPECT_FALSE(journal.open_upload("a.mp4"));
  journal.begun("a.mp4", {1, 2, 3}, {"id", 5, false, {}});
  EXPECT_TRUE(journal.may_have_unknown("a.mp4")) << "there may be another";
  journal.all_known("a.mp4");
  EXPECT_FALSE(journal.may_have_unknown("a.mp4"));
  EXPECT_EQ(journal.open_upload("a.mp4"), "id");
  journal.gone("a.mp4");
  EXPECT_FALSE(journal.open_upload("a.mp4"));
}

TEST_F(JournalTest, ASecondInstanceIsSentAway) {
  {
    const Journal journal{folder_};
    EXPECT_EQ(exit_of(folder_), live::Exit::try_again);
  }
  EXPECT_EQ(exit_of(folder_), live::Exit::ok);
}

TEST_F(JournalTest, AFolderThatIsNotThereIsNoInput) {
  EXPECT_EQ(exit_of(folder_ / "none"), live::Exit::no_input);
}

TEST_F(JournalTest, WhatIsNoJournalOfOursIsLeftAlone) {
  write(std::filesystem::path{state_folder} / "journal.db", std::string(5000, 'x'));
  EXPECT_EQ(exit_of(folder_), live::Exit::bad_data);
  EXPECT_EQ(text_of(std::filesystem::path{state_folder} / "journal.db"), std::string(5000, 'x'));
}

TEST_F(JournalTest, EveryByteThatIsBrokenIsSurvived) {
  { Journal{folder_}.done("key", mark, {"e", "s", 1}); }
  const auto whole = live::read_file(database(), 4U << 20U);
  const std::size_t most = 48U << 10U;  // behind them is its room
  for (std::size_t at = 0; at < std::min(whole.size(), most); at += 389) {
    auto broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    write(database(), broken);
    try {
      Journal journal{folder_};
      journal.done("other", mark, {"e", "s", 1});
      static_cast<void>(journal.stored("key"));
      static_cast<void>(journal.is_ours("key", "e", "s"));
    } catch (const live::Failure& failure) {
      EXPECT_NE(std::string{failure.what()}.find("journal.db"), std::string::npos);
    }
    std::filesystem::remove(database().string() + "-wal");
    std::filesystem::remove(database().string() + "-shm");
  }
}

TEST_F(JournalTest, AFullDiskIsOneClearErrorAndNothingIsHalf) {
  Journal journal{folder_};
  journal.done("key", mark, {"e", "s", 1});
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{16'384, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  std::string said;
  int count = 0;
  try {
    for (; count < 1000; ++count)
      journal.done("key" + std::to_string(count), mark, {"e", std::string(500, 's'), 1});
  } catch (const live::Failure& failure) {
    said = failure.what();
    EXPECT_EQ(failure.exit(), live::Exit::io);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(said.find("journal.db"), std::string::npos) << said;
  EXPECT_TRUE(journal.stored("key"));
  EXPECT_FALSE(journal.stored("key" + std::to_string(count)));
  journal.done("again", mark, {"e", "s", 1});
  EXPECT_TRUE(journal.stored("again")) << "space has come back";
}

}  // namespace
}  // namespace s3_dvr_sync
