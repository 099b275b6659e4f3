#include "tools/s3-dvr-sync/body.hpp"

#include "common/base/failure.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace s3_dvr_sync {

namespace asio = live::asio;

namespace {

constexpr std::size_t turn_bytes = 2U << 20U;  // then others have theirs

}  // namespace

Body body_of(std::string text, live::s3::Checksum checksum) {
  live::s3::Digest digest{checksum};
  digest.add(live::as_bytes(text));
  return {{}, std::move(text), digest.finish()};
}

live::awaitable<Body> body_of(FileRange range, live::s3::Checksum checksum) {
  live::s3::Digest digest{checksum};
  const auto executor = co_await asio::this_coro::executor;
  const auto file = std::make_shared<live::MappedFile>(range.fd, range.offset, range.length);
  for (auto left = file->bytes(); !left.empty();) {
    const auto turn = left.first(std::min(left.size(), turn_bytes));
    digest.add(turn);
    left = left.subspan(turn.size());
    if (!left.empty()) co_await asio::post(executor, live::as_result);
  }
  if (!file->is_whole()) live::fail(live::Exit::no_input, "read it: it has become shorter");
  co_return Body{file, {}, digest.finish()};
}

}  // namespace s3_dvr_sync
