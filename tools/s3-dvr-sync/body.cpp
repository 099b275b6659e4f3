#include "tools/s3-dvr-sync/body.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>
#include <unistd.h>

namespace s3_dvr_sync {

namespace asio = live::asio;

namespace {

constexpr std::size_t buffer_bytes = 131'072;    // stays in the cache
constexpr std::uint64_t turn_bytes = 2U << 20U;  // then others have their turn

}  // namespace

Body body_of(std::string text, bool with_md5) {
  live::s3::Digest digest{with_md5};
  digest.add(live::as_bytes(text));
  return {{}, std::move(text), digest.finish()};
}

live::awaitable<Body> body_of(live::fetch::FileRange range, bool with_md5) {
  live::s3::Digest digest{with_md5};
  const auto executor = co_await asio::this_coro::executor;
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(buffer_bytes);
  std::uint64_t done = 0, turn = 0;
  while (done < range.length) {
    const auto wanted = std::min<std::uint64_t>(buffer_bytes, range.length - done);
    const auto n = ::pread(range.fd, buffer.get(), wanted, static_cast<off_t>(range.offset + done));
    if (n < 0) live::fail(live::Exit::no_input, "read it: {}", live::errno_text());
    if (n == 0) live::fail(live::Exit::no_input, "read it: it has become shorter");
    const auto read = static_cast<std::size_t>(n);
    digest.add({buffer.get(), read});
    done += read;
    turn += read;
    if (turn < turn_bytes) continue;
    turn = 0;
    co_await asio::post(executor, live::as_result);
  }
  co_return Body{range, {}, digest.finish()};
}

}  // namespace s3_dvr_sync
