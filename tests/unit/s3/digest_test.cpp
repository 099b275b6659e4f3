#include "common/s3/digest.hpp"

#include <gtest/gtest.h>

namespace live::s3 {
namespace {

TEST(Digest, TakesABodyInPieces) {
  Digest digest{Checksum::md5};
  digest.add(as_bytes("a"));
  digest.add(as_bytes("bc"));
  const auto sums = digest.finish();
  EXPECT_EQ(sums.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sums.md5, "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(sums.crc32c, "");
  EXPECT_EQ(checksum_value(sums.md5), "kAFQmDzST7DWlj99KOF/cg==");
  EXPECT_EQ(Digest{Checksum::none}.finish().md5, "");
  EXPECT_EQ(checksum_value("900150983cd24fb0d6963f7d28e17f"), "");
  EXPECT_EQ(checksum_value("900150983cd24fb0d6963f7d28e17fxx"), "");
}

TEST(Digest, ACrcIsSentInBase64) {
  Digest digest{Checksum::crc32c};
  digest.add(as_bytes("12345"));
  digest.add(as_bytes("6789"));
  const auto sums = digest.finish();
  EXPECT_EQ(sums.crc32c, "e3069283");
  EXPECT_EQ(sums.md5, "");
  EXPECT_EQ(checksum_value(sums.crc32c), "4waSgw==");
  EXPECT_EQ(Digest{Checksum::crc32c}.finish().crc32c, "00000000");
}

TEST(Digest, OfPartsIsTheDigestOfTheirDigests) {
  const std::string md5 = "900150983cd24fb0d6963f7d28e17f72";
  EXPECT_EQ(multipart_etag({md5, md5}), "043a916d6cfeecedf5e04f0312ba762d-2");
  EXPECT_EQ(multipart_etag({md5, "kms"}), "");
  EXPECT_EQ(composite_crc32c({"e3069283", "e3069283"}), "z8fdiQ==-2");
  EXPECT_EQ(composite_crc32c({"e3069283", ""}), "");
}

}  // namespace
}  // namespace live::s3
