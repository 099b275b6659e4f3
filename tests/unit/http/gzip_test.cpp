#include "common/http/gzip.hpp"

#include <array>

#include <gtest/gtest.h>
#include <zlib.h>

namespace live::http {
namespace {

std::string unzipped(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, ComesBackAsItWas) {
  std::string playlist = "#EXTM3U\n";
  for (int i = 0; i < 100; ++i)
    playlist += "#EXTINF:4,\n" + std::to_string(1'700'000'000'000 + i) + ".m4s\n";
  const auto packed = gzip(playlist);
  EXPECT_LT(packed.size(), playlist.size() / 4);
  EXPECT_EQ(unzipped(packed), playlist);
  EXPECT_EQ(unzipped(gzip("")), "");
}

TEST(Gzip, IsTakenByWhoSaysSo) {
  for (const auto* yes : {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "*", "x-gzip",
                          "GZip", " gzip ;q=0.1", "identity, *;q=0.5"})
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  for (const auto* no : {"", "br", "gzip;q=0", "gzip; q=0.000", "identity", "*;q=0", "gzip;q=0, *"})
    EXPECT_FALSE(accepts_gzip(no)) << no;
}

}  // namespace
}  // namespace live::http
