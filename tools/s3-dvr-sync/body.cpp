#include "tools/s3-dvr-sync/body.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace s3_dvr_sync {

namespace asio = live::asio;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t turn_bytes = 2U << 20U;     // then others have theirs
constexpr std::size_t least_shared = 64U << 10U;  // less is not worth the wait
constexpr auto patience = 8ms;                    // for company: as long as a fast store takes for
constexpr auto patience_for_each = 1ms;           // another; and so much for each MiB

}  // namespace

Body body_of(std::string text, live::s3::Checksum checksum) {
  live::s3::Digest digest{checksum};
  digest.add(live::as_bytes(text));
  return {{}, std::move(text), digest.finish()};
}

struct Bodies::Job {
  Job(Bodies& all, const asio::any_io_executor& executor, live::Bytes bytes,
      live::s3::Checksum checksum)
      : bodies(all), digest(checksum), left(bytes), company(executor) {
    bodies.jobs_.push_back(this);
  }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() { std::erase(bodies.jobs_, this); }

  Bodies& bodies;
  live::s3::Digest digest;
  live::Bytes left;
  asio::steady_timer company;  ///< cancelled: it has come
};

live::awaitable<void> Bodies::wait_for_company(Job& job) {
  if (!side_by_side_ || job.left.size() < least_shared) co_return;
  for (auto* other : jobs_)
    other->company.cancel();
  if (jobs_.size() > 1) co_return;
  const auto mebibytes = static_cast<int>(job.left.size() >> 20U);
  job.company.expires_after(patience + mebibytes * patience_for_each);
  co_await job.company.async_wait(live::as_result);
}

/// And on another, if there is one.
void Bodies::work_on(Job& job) {
  const auto take = [](Job& from) {
    const auto turn = from.left.first(std::min(from.left.size(), turn_bytes));
    from.left = from.left.subspan(turn.size());
    return turn;
  };
  const auto other = std::ranges::find_if(
      jobs_, [&](const Job* one) { return one != &job && one->left.size() >= least_shared; });
  const auto turn = take(job);
  if (other == jobs_.end()) return job.digest.add(turn);
  live::s3::Digest::add_both(job.digest, turn, (*other)->digest, take(**other));
}

live::awaitable<Body> Bodies::of(FileRange range, live::s3::Checksum checksum) {
  const auto executor = co_await asio::this_coro::executor;
  const auto file = std::make_shared<live::MappedFile>(range.fd, range.offset, range.length);
  Job job{*this, executor, file->bytes(), checksum};
  co_await wait_for_company(job);
  while (!job.left.empty()) {
    work_on(job);
    if (!job.left.empty()) co_await asio::post(executor, live::as_result);
  }
  if (!file->is_whole()) live::fail(live::Exit::no_input, "read it: it has become shorter");
  co_return Body{file, {}, job.digest.finish()};
}

}  // namespace s3_dvr_sync
