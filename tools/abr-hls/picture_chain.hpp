// The thread that decodes: pictures once, filtered, cut, and handed to the top of the cascade.
#pragma once

#include "common/av/picture_decoder.hpp"
#include "common/av/thinner.hpp"
#include "common/base/queue_thread.hpp"
#include "common/media_in/source.hpp"
#include "tools/abr-hls/cutter.hpp"
#include "tools/abr-hls/governor.hpp"
#include "tools/abr-hls/rung_thread.hpp"
#include "tools/abr-hls/writer.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace abr_hls {

class Stats;

/// Its bytes may be read by several threads, and are changed by none.
using SharedUnit = std::shared_ptr<live::media_in::Unit>;

/// What the parts of a ladder share; all outlive it.
struct Surroundings {
  const Options& options;
  Stats& stats;
  Writer& writer;
  Cutter& cutter;
  /// Of encoded renditions, by name: what it was first stays, whatever pictures follow.
  std::map<std::string, live::Us>& part_targets;
};

class PictureChain {
 public:
  static constexpr std::size_t queue_limit = 120;  ///< access units: some seconds
  /// A picture stands in for those that are missing for so long; behind it a discontinuity (1/90000 s).
  static constexpr std::int64_t longest_hold = 10 * 90'000;
  /// What the rungs have of a stream that is to stop is encoded, if that takes no longer.
  static constexpr std::chrono::seconds stop_patience{3};

  struct Source {
    live::media_in::Track track;
    double rate = 0;             ///< pictures a second; 0: unknown
    bool follow_source = false;  ///< key frames are where push() says, and cuts are made elsewhere
    live::Us part_target{};      ///< of those cuts
    bool govern = false;         ///< live input: may be too fast for us
    /// As far as they are known: all but the video of encoded ones.
    std::vector<RenditionInfo> renditions;
  };

  PictureChain(Surroundings around, Source source);
  PictureChain(const PictureChain&) = delete;
  PictureChain& operator=(const PictureChain&) = delete;

  /// What follow_source says: all rungs have a key frame at the first picture from `key` on, a cut lies at `cut`.
  struct Places {
    std::optional<std::int64_t> key, cut;
  };
  /// Waits while its queue is full.  False when it has failed.
  [[nodiscard]] bool push(SharedUnit unit, Places places);
  /// No picture before `at` will come: the last one stands.
  [[nodiscard]] bool hold_until(std::int64_t at);
  /// follow_source: the source has no picture at `at`, where a cut is: the last one stands in; `key`: a key frame;
  /// `at_end`: no unit comes any more.
  [[nodiscard]] bool stand_in(std::int64_t at, bool key, bool at_end);
  /// No more units; `hurry`: those in the queue are not wanted either; else the last picture stands until `until`.  Returns
  /// when all samples have been given.  Throws what a thread threw.
  void finish(bool hurry, std::optional<std::int64_t> until = {});

 private:
  struct Item {
    SharedUnit unit;  ///< or none: the last picture stands until
    Places places;
    std::int64_t hold_until = 0;
    live::Monotonic arrival;
  };

  void run();
  void take(Item& item);
  void present(live::av::Frame frame);
  void hold(std::int64_t until, std::int64_t next);
  void show_again(std::int64_t at, bool key);
  void hand_on(std::shared_ptr<const live::av::Frame> frame, std::int64_t at, bool key);
  [[nodiscard]] Governor::Decision govern(std::int64_t at);
  void give_up_rungs(std::size_t first, std::int64_t at);
  void take_rungs_back(std::size_t first, std::int64_t at);
  void count_active();
  void open_rungs(const live::av::PictureFormat& format, std::int64_t at);
  void end_rungs();
  [[nodiscard]] std::int64_t picture_duration() const;
  [[nodiscard]] std::int64_t thinned_duration(const Rung& rung) const;
  std::int64_t part_target_of(const Rung& rung);

  Surroundings around_;
  Source source_;
  live::av::PictureDecoder decoder_;
  std::optional<live::av::PictureFormat> planned_;
  live::av::Thinner cap_;
  std::optional<Governor> governor_;
  std::vector<std::unique_ptr<RungThread>> rungs_;  ///< top first
  std::vector<std::size_t> renditions_;             ///< of each
  std::vector<std::chrono::nanoseconds> rung_cpu_;
  std::set<std::int64_t> keys_, cuts_;
  std::shared_ptr<const live::av::Frame> last_;
  std::int64_t last_at_ = 0;
  // Of the last picture of all, which the decoder may hold yet.
  std::optional<std::int64_t> stands_until_;
  std::vector<Item> stands_in_;
  /// Rungs above are given up, and could be but for some: those come back with the next segment.
  std::size_t first_ = 0, wanted_first_ = 0;
  std::atomic<bool> enough_ = false;  ///< the rungs are to drop what they have
  live::Monotonic arrival_;
  bool failed_downstream_ = false;
  live::QueueThread<Item> queue_{queue_limit};
};

}  // namespace abr_hls
