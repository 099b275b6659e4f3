#include "common/mp4/stream_reader.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace live::mp4 {
namespace {

using test::bytes;

struct Sight {
  const char* hex;
  const char* name;
};
class LooksLike : public testing::TestWithParam<Sight> {};

TEST_P(LooksLike, NamesTheFormat) { EXPECT_EQ(looks_like(bytes(GetParam().hex)), GetParam().name); }
INSTANTIATE_TEST_SUITE_P(
    Heads, LooksLike,
    testing::Values(Sight{"464c56 01 05 00000009", "FLV"}, Sight{"474011100042f025", "MPEG-TS"},
                    Sight{"1a45dfa3 9f428681", "Matroska/WebM"}, Sight{"4f676753 00020000", "Ogg"},
                    Sight{"52494646 24000000", "RIFF"},
                    Sight{"00000001 6764001f", "raw H.264 (Annex B)"},
                    Sight{"000001 09f00000", "raw H.264 (Annex B)"},
                    Sight{"00000001 40010c01", "raw H.265 (Annex B)"},
                    Sight{"00000001 46015000", "raw H.265 (Annex B)"},
                    Sight{"000001ba 44000400", "MPEG program stream"},
                    Sight{"fff15080 0cbffcde", "ADTS AAC"}, Sight{"fffb9064 00000000", "MP3"},
                    Sight{"49443304 00000000", "MP3"}, Sight{"ffd8ffe0 00104a46", "JPEG"},
                    Sight{"89504e47 0d0a1a0a", "PNG"}, Sight{"23455854 4d33550a", "HLS playlist"},
                    Sight{"48545450 2f312e31", "HTTP response"}, Sight{"1f8b0800 00000000", "gzip"},
                    Sight{"0000001c 66747970", "plain MP4"},
                    Sight{"00000008 77696465", "plain MP4"}, Sight{"68656c6c 6f2c2077", "text"},
                    Sight{"", "nothing"}, Sight{"8182838485868788", "unknown data"}));

TEST(LooksLike, ATransportStreamHasItsSyncByteAgainAfterOnePacket) {
  Buffer packets(200, 0xFF);
  packets[0] = 0x47;
  EXPECT_NE(looks_like(packets), "MPEG-TS");
  packets[188] = 0x47;
  EXPECT_EQ(looks_like(packets), "MPEG-TS");
}

}  // namespace
}  // namespace live::mp4
