#include "tools/s3-dvr-sync/body.hpp"

#include "common/base/fd.hpp"
#include "common/s3/signature.hpp"
#include "tests/support/folder.hpp"

#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace s3_dvr_sync {
namespace {

class BodiesTest : public live::test::FolderTest {
 protected:
  static live::awaitable<void> take(Bodies& bodies, int fd, std::size_t size, std::string& sum) {
    const auto body = co_await bodies.of(FileRange{fd, 1, size - 1}, live::s3::Checksum::none);
    sum = body.sums.sha256;
  }
};

TEST_F(BodiesTest, OfSeveralAtOnceEachHasItsOwnSum) {
  for (const bool side_by_side : {false, true}) {
    live::asio::io_context io;
    Bodies bodies{side_by_side};
    const std::vector<std::size_t> sizes{5'000'003, 2U << 20U, 100, 9'000'000, 70'000};
    std::vector<std::string> texts, sums(sizes.size());
    std::vector<live::Fd> files;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto name = std::to_string(i);
      texts.emplace_back(sizes[i], static_cast<char>('a' + i));
      write(name, texts.back());
      files.emplace_back(::open((folder_ / name).c_str(), O_RDONLY | O_CLOEXEC));
      live::asio::co_spawn(io, take(bodies, files.back().get(), sizes[i], sums[i]),
                           live::asio::detached);
    }
    io.run();
    for (std::size_t i = 0; i < sizes.size(); ++i)
      EXPECT_EQ(sums[i], live::s3::sha256_hex(live::as_bytes(texts[i]).subspan(1))) << i;
  }
}

}  // namespace
}  // namespace s3_dvr_sync
