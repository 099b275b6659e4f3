// The thread that reads the input and hands its versions on.  It waits for nothing but the input: what a destination does
// never holds it up.  A file is read at the pace of its own stamps, from the moment that it is let go.
#pragma once

#include "common/media_in/source.hpp"
#include "tools/social-relay/copy_maker.hpp"
#include "tools/social-relay/handoff.hpp"
#include "tools/social-relay/interleaver.hpp"
#include "tools/social-relay/studio.hpp"
#include "tools/social-relay/version.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace social_relay {

class Feed {
 public:
  /// `handoff` must outlive it.  Reads from start() on.
  Feed(live::media_in::Spec spec, Handoff& handoff);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void start();
  /// The versions that are to be made, from the next key frame on.
  void want(std::vector<Version> versions);
  /// A file may go on: somebody is there to take it.
  void let_go();
  /// Ends as soon as the input lets it.
  void stop();
  /// What the input cannot be read for; after SourceEnded.
  [[nodiscard]] std::exception_ptr failure() const { return failure_; }
  /// Pictures that transcoding was too slow for.
  [[nodiscard]] std::uint64_t untranscoded_pictures() const { return studio_.dropped_pictures(); }

 private:
  /// What a maker or the studio gives, from any thread, in order to the handoff.
  class Outlet {
   public:
    Outlet(const Version& version, Handoff& handoff);
    void push(SharedItem item);
    void flush();

   private:
    std::mutex mutex_;
    Interleaver interleaver_;
  };
  struct Making {
    Version version;
    std::shared_ptr<Outlet> outlet;
    std::unique_ptr<CopyMaker> maker;  ///< nothing: the studio makes it
    bool begun = false;
  };
  void run();
  void take(live::media_in::Epoch epoch);
  void take(const SharedUnit& unit);
  void adopt_wishes();
  void commission();
  void pace(const live::media_in::Unit& unit);

  Handoff& handoff_;
  std::atomic<bool> stopping_ = false;
  live::media_in::Source source_;
  std::optional<live::media_in::Epoch> epoch_;
  std::vector<Making> makings_;
  Studio studio_{stopping_};
  bool paced_ = false;
  std::optional<live::Us> first_at_;
  live::Monotonic first_sent_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::vector<Version>> wishes_;
  bool let_go_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace social_relay
