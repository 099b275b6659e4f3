// Vectors that AWS has published: its Signature Version 4 test suite, and the examples of the S3 API Reference.
#include "common/s3/signature.hpp"

#include <gtest/gtest.h>

namespace live::s3 {
namespace {

using namespace std::chrono_literals;

std::string signature_of(const std::string& authorization) {
  return authorization.substr(authorization.rfind('=') + 1);
}

const Credentials suite{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
const Field host{"Host", "example.amazonaws.com"}, date{"X-Amz-Date", "20150830T123600Z"};

std::string of_suite(std::string_view method, const std::string& path,
                     std::vector<Field> query = {}, std::vector<Field> headers = {},
                     const std::string& body_hash = std::string{empty_sha256}) {
  headers.push_back(host);
  headers.push_back(date);
  return signature_of(authorization({method, path, std::move(query), std::move(headers), body_hash},
                                    suite, {"us-east-1", "service"}));
}

TEST(Signature, GetVanilla) {
  EXPECT_EQ(of_suite("GET", "/"),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(Signature, PostVanilla) {
  EXPECT_EQ(of_suite("POST", "/"),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
}

TEST(Signature, TheQueryIsSorted) {
  EXPECT_EQ(of_suite("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(of_suite("POST", "/", {{"Param1", "value1"}}),
            "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11");
}

TEST(Signature, PathsAreEncoded) {
  EXPECT_EQ(of_suite("GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f");
  EXPECT_EQ(of_suite("GET", "/\u1234"),
            "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
}

TEST(Signature, HeadersOfOneNameAreJoined) {
  EXPECT_EQ(
      of_suite("GET", "/", {},
               {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}),
      "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea");
}

TEST(Signature, SpacesInHeadersAreOne) {
  EXPECT_EQ(of_suite("GET", "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}),
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

const Credentials s3{
    "AKIA"
    "IOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    {}};

std::string of_s3(std::string_view method, const std::string& path, std::vector<Field> query,
                  std::vector<Field> headers, const std::string& body_hash) {
  headers.push_back({"Host", "examplebucket.s3.amazonaws.com"});
  headers.push_back({"x-amz-date", "20130524T000000Z"});
  headers.push_back({"x-amz-content-sha256", body_hash});
  return signature_of(authorization({method, path, std::move(query), std::move(headers), body_hash},
                                    s3, {"us-east-1"}));
}

TEST(Signature, GetObject) {
  EXPECT_EQ(of_s3("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}, std::string{empty_sha256}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Signature, PutObject) {
  EXPECT_EQ(of_s3("PUT", "/test$file.text", {},
                  {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                  sha256_hex(as_bytes("Welcome to Amazon S3."))),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Signature, QueriesWithoutValue) {
  EXPECT_EQ(of_s3("GET", "/", {{"lifecycle", ""}}, {}, std::string{empty_sha256}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(of_s3("GET", "/", {{"max-keys", "2"}, {"prefix", "J"}}, {}, std::string{empty_sha256}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Signature, TextsAreEncoded) {
  EXPECT_EQ(encoded("a b+c/\u00e9~"), "a%20b%2Bc%2F%C3%A9~");
  EXPECT_EQ(encoded_path("/a b/=:@"), "/a%20b/%3D%3A%40");
  EXPECT_EQ(encoded_query({{"b", ""}, {"a", "x y"}}), "a=x%20y&b=");
  EXPECT_EQ(sha256_hex({}), empty_sha256);
  EXPECT_EQ(amz_date(WallClock{} + 1'369'353'600s), "20130524T000000Z");
}

}  // namespace
}  // namespace live::s3
