#include "common/s3/answer.hpp"

#include <gtest/gtest.h>

namespace live::s3 {
namespace {

TEST(Uploads, KeysThatXmlCannotSayAreEncoded) {
  const auto list = parse_uploads(
      "<ListMultipartUploadsResult><EncodingType>url</EncodingType><Upload><Key>a%0Ab+%2B%zz%4"
      "</Key><UploadId>1</UploadId></Upload></ListMultipartUploadsResult>");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->uploads.size(), 1U);
  EXPECT_EQ(list->uploads[0].key, "a\nb +%zz%4");
  const auto plain = parse_uploads(
      "<ListMultipartUploadsResult><Upload><Key>a%20+b</Key><UploadId>1</UploadId></Upload>"
      "</ListMultipartUploadsResult>");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->uploads[0].key, "a%20+b");
}

TEST(Parts, WhateverTheirListIsCalled) {
  constexpr std::string_view part =
      "<Part><PartNumber>2</PartNumber><ETag>\"e\"</ETag><Size>5</Size></Part>";
  for (const auto* root : {"ListPartsResult", "ListPartsResponse", "s3:ListPartsResult"}) {
    const auto list = parse_parts("<?xml version=\"1.0\"?><" + std::string{root} +
                                  " xmlns:s3=\"x\">" + std::string{part} + "</" + root + ">");
    ASSERT_TRUE(list) << root;
    EXPECT_EQ(list->parts, (std::vector<UploadedPart>{{2, 5, "e"}}));
  }
  EXPECT_FALSE(parse_parts("<Error><Code>x</Code></Error>"));
  EXPECT_FALSE(parse_parts("<html/>"));
  EXPECT_FALSE(parse_parts(""));
}

}  // namespace
}  // namespace live::s3
