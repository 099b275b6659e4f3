#include "common/ingest/keys.hpp"

#include "common/base/failure.hpp"
#include "common/base/fd.hpp"
#include "common/base/file.hpp"
#include "common/ingest/crypt_hash.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace live::ingest {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

// of "password"
constexpr std::string_view sha256 =
    "sha256:5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";
constexpr std::string_view sha512_crypt =
    "$6$rounds=1000$5Qk/5Qk/5Qk/5Qk/$FdgMg4XnBwGfFLicviGVcPVsFTwqj1GQw0g5jT/kcd6YJRQRa/"
    "8Gv1BusQx78p331XMjzQjptRb0bqBaZsJ56/";
constexpr std::string_view sha256_crypt =
    "$5$rounds=1000$5Qk/5Qk/5Qk/5Qk/$PBhEgLRrgsC8Z2cCvpN1erKsOd74NmEbl05yssoYKs1";
constexpr std::string_view bcrypt = "$2b$04$/uaF/uaF/uaF/uaF/uaF/uDoLTv0.GKuyIUIWMpfQvuOZKorP5RFK";

Keys keys(std::string_view text) { return Keys::parse(text, "keys.txt"); }

std::string complaint(std::string_view text) {
  try {
    keys(text);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit(), Exit::config);
    return failure.what();
  }
  return {};
}

Claim claim(const std::string& path, const std::string& query = {},
            const std::string& app = "live") {
  Claim out;
  out.app = app;
  out.path = path;
  out.query = query;
  return out;
}

/// The name that `claim` gets, or "".
std::string name(const Keys& keys, const Claim& claim, Wish wish = Wish::publish) {
  const auto got = keys.check(claim, wish);
  const auto* grant = std::get_if<Grant>(&got);
  if (grant == nullptr) {
    EXPECT_EQ(std::get<Denial>(got).why, Denial::Why::unauthorized);
    EXPECT_EQ(std::get<Denial>(got).text, "the key is not accepted");
  }
  return grant != nullptr ? grant->name : "";
}

TEST(Keys, GiveTheNameOfTheLineAndNeverTheKey) {
  const auto file = keys("anna hNx1kQzYdB4r2mEo7sVt0a\n");
  EXPECT_EQ(name(file, claim("hNx1kQzYdB4r2mEo7sVt0a")), "anna");
  EXPECT_EQ(name(file, claim("hNx1kQzYdB4r2mEo7sVt0a/")), "anna");
  EXPECT_EQ(name(file, claim("anna", "key=hNx1kQzYdB4r2mEo7sVt0a")), "anna");
  EXPECT_EQ(name(file, claim("", "key=hNx1kQzYdB4r2mEo7sVt0a")), "anna");
  EXPECT_EQ(name(file, claim("anna", "user=anna&pass=hNx1kQzYdB4r2mEo7sVt0a")), "anna");
}

TEST(Keys, RefuseWhatIsNotThere) {
  const auto file = keys("anna hNx1kQzYdB4r2mEo7sVt0a\nbob 0123456789\n");
  for (const auto* path : {"", "/", "anna", "hNx1kQzYdB4r2mEo7sVt0", "hNx1kQzYdB4r2mEo7sVt0aa"})
    EXPECT_EQ(name(file, claim(path)), "") << path;
  EXPECT_EQ(name(file, claim("bob", "key=hNx1kQzYdB4r2mEo7sVt0a")), "") << "another's key";
  EXPECT_EQ(name(file, claim("anna", "user=bob&pass=hNx1kQzYdB4r2mEo7sVt0a")), "");
  EXPECT_EQ(name(file, claim("bob", "user=anna&pass=hNx1kQzYdB4r2mEo7sVt0a")), "");
  EXPECT_EQ(name(keys(""), claim("x")), "");
}

TEST(Keys, HintAtACredentialThatNobodyAskedFor) {
  const auto file = keys("anna hNx1kQzYdB4r2mEo7sVt0a\n");
  const auto hint = [&](const Claim& asked) { return std::get<Denial>(file.check(asked)).hint; };
  EXPECT_THAT(hint(claim("anna")), HasSubstr("--challenge"));
  EXPECT_EQ(hint(claim("a-wrong-key-that-came-alone")), "");
  EXPECT_EQ(hint(claim("anna", "key=a-wrong-key-beside-it")), "");
}

TEST(Keys, TakeUserAndPasswordOfTheUrl) {
  const auto file = keys("anna hNx1kQzYdB4r2mEo7sVt0a\n");
  auto asked = claim("");
  asked.user = "anna";
  asked.password = "hNx1kQzYdB4r2mEo7sVt0a";
  EXPECT_EQ(name(file, asked), "anna");
  asked.path = "anna";
  EXPECT_EQ(name(file, asked), "anna");
  asked.path = "other";
  EXPECT_EQ(name(file, asked), "");
  asked.path = "";
  asked.user = "bob";
  EXPECT_EQ(name(file, asked), "");
}

TEST(Keys, TakeTheAnswerToAnAdobeChallenge) {
  const auto file = keys("anna password1\nbob " + std::string{sha256} + "\n");
  auto asked = claim("anna");
  asked.user = "anna";
  // printf '%s' "$(printf annaSALTpassword1 | openssl md5 -binary | base64)OPAQUECHAL" | openssl md5 -binary | base64
  asked.answer = AdobeAnswer{"SALT", "OPAQUE", "CHAL", "W78Cxb6jPKZF+XlxajZUjA=="};
  EXPECT_EQ(name(file, asked), "anna");
  asked.path = "bob";
  EXPECT_EQ(name(file, asked), "") << "another's stream";
  asked.path = "anna";
  asked.answer->opaque = "OTHER";
  EXPECT_EQ(name(file, asked), "");
  asked.answer->response = "";
  EXPECT_EQ(name(file, asked), "");
  asked.user = "bob";
  asked.path = "bob";
  EXPECT_EQ(name(file, asked), "");
}

TEST(Keys, AHashHidesTheKey) {
  const auto file = keys("door " + std::string{sha256} + "\n");
  EXPECT_EQ(name(file, claim("password")), "door");
  EXPECT_EQ(name(file, claim(std::string{sha256})), "");
  EXPECT_EQ(name(file, claim(std::string{sha256.substr(7)})), "");
}

TEST(Keys, ACryptHashIsTriedForItsNameOrForAKeyAlone) {
  for (const auto hash : {sha512_crypt, sha256_crypt, bcrypt}) {
    const auto file = keys(fmt::format("bob {}\nanna otherwise\n", hash));
    EXPECT_TRUE(file.is_costly(claim("bob", "key=password")));
    EXPECT_EQ(name(file, claim("bob", "key=password")), "bob");
    EXPECT_EQ(name(file, claim("bob", "key=Password")), "");
    EXPECT_TRUE(file.is_costly(claim("password")));
    EXPECT_EQ(name(file, claim("password")), "bob");
    EXPECT_EQ(name(file, claim("p%61ssword")), "bob");
    EXPECT_EQ(name(file, claim("Password")), "");
    EXPECT_FALSE(file.is_costly(claim("otherwise"))) << "no need to try";
    EXPECT_FALSE(file.is_costly(claim("")));
    EXPECT_EQ(name(file, claim("anna", "key=password")), "");
    EXPECT_FALSE(file.is_costly(claim("anna", "key=otherwise"))) << "no need to try";
    EXPECT_TRUE(file.is_costly(claim("nobody", "key=password")))
        << "as costly as a name that is there";
  }
}

TEST(Keys, AKeyAloneIsLookedForAmongFewCryptHashesOnly) {
  std::string lines;
  for (std::size_t i = 0; i < Keys::hashes_of_an_app; ++i)
    lines += fmt::format("n{} {} live\n", i, i == 9 ? sha256_crypt : bcrypt);
  const auto few = keys(lines + fmt::format("other {} elsewhere\n", bcrypt));
  EXPECT_NE(name(few, claim("password")), "") << "all of them are of that key";
  EXPECT_EQ(name(few, claim("password", "", "elsewhere")), "other");
  EXPECT_EQ(name(few, claim("password", "", "nowhere")), "");
  EXPECT_FALSE(few.crowded_app());
  const auto many = keys(lines + fmt::format("more {}\n", bcrypt));
  EXPECT_EQ(many.crowded_app(), "live");
  EXPECT_FALSE(many.is_costly(claim("password")));
  EXPECT_EQ(name(many, claim("password")), "");
  EXPECT_EQ(name(many, claim("n9", "key=password")), "n9");
  EXPECT_EQ(name(many, claim("password", "", "elsewhere")), "more");
}

TEST(Keys, ANameMayHaveSeveralKeys) {
  const auto file = keys("anna old-secret max-bitrate=2M\nanna new-secret\nanna " +
                         std::string{sha256_crypt} + "\n");
  EXPECT_EQ(name(file, claim("old-secret")), "anna");
  EXPECT_EQ(name(file, claim("anna", "key=new-secret")), "anna");
  EXPECT_EQ(name(file, claim("anna", "key=password")), "anna");
}

TEST(Keys, AnAppIsPartOfTheKey) {
  const auto file = keys("anna 12345678 live\nbob 12345678 backup\ncarl 123456789 *\n");
  EXPECT_EQ(name(file, claim("12345678", "", "live")), "anna");
  EXPECT_EQ(name(file, claim("12345678", "", "backup")), "bob");
  EXPECT_EQ(name(file, claim("12345678", "", "other")), "");
  EXPECT_EQ(name(file, claim("12345678", "", "")), "");
  EXPECT_EQ(name(file, claim("123456789", "", "other")), "carl");
  EXPECT_EQ(name(file, claim("123456789", "", "")), "carl");
}

TEST(Keys, OptionsGoIntoTheGrant) {
  const auto file = keys("anna 12345678 live max-bitrate=8M\n");
  const auto got = file.check(claim("anna", "twitch=1&key=12345678"));
  EXPECT_EQ(std::get<Grant>(got).max_bit_rate, 8'000'000U);
  EXPECT_EQ(std::get<Grant>(got).query, "twitch=1");
}

TEST(Keys, APlayersKeyPublishesNothing) {
  const auto file = keys("anna 12345678\nanna watching-me play-only\n");
  EXPECT_EQ(name(file, claim("anna", "key=watching-me")), "");
  EXPECT_EQ(name(file, claim("anna", "key=watching-me"), Wish::play), "anna");
  EXPECT_EQ(name(file, claim("anna", "key=12345678"), Wish::play), "anna");
  EXPECT_EQ(name(file, claim("anna"), Wish::play), "");
}

TEST(KeyFile, SkipsCommentsAndMarks) {
  const auto file = keys(
      "\xEF\xBB\xBF# all\r\n\r\n  \t\n\tanna\t 12345678 * # hers\r\nbob 123456789 #\nx 87654321");
  EXPECT_EQ(file.size(), 3U);
  EXPECT_EQ(name(file, claim("123456789")), "bob");
  EXPECT_EQ(name(file, claim("87654321")), "x");
}

TEST(KeyFile, NamesTheLineOfAnError) {
  EXPECT_EQ(complaint("# a\n\nanna\n"), "keys.txt:3: there is no key behind the name");
  EXPECT_EQ(complaint("../x 12345678"),
            "keys.txt:1: the name is no stream name ([A-Za-z0-9][A-Za-z0-9._-]{0,63})");
  EXPECT_EQ(complaint("anna 1234567"), "keys.txt:1: the key is shorter than 8 characters");
  EXPECT_EQ(complaint("anna " + std::string(513, 'x')),
            "keys.txt:1: the key is longer than 512 characters");
  EXPECT_EQ(complaint("anna sha256:12"),
            "keys.txt:1: sha256: is followed by 64 hexadecimal digits");
  EXPECT_EQ(
      complaint("anna sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      "keys.txt:1: the hash is that of nothing");
}

TEST(KeyFile, RefusesHashesOfOtherKinds) {
  for (const auto* hash :
       {"sha1:5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", "SHA256:5e884898da28",
        "md5:5f4dcc3b5aa765d61d8327deb882cf99", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "sha512:b109f3bbbc244eb82441917ed06d618b9008dd09b3befd1b5e07394c"})
    EXPECT_THAT(complaint(fmt::format("anna {}", hash)), HasSubstr("kind is not known")) << hash;
  EXPECT_EQ(complaint("anna sha1-is-old:12345"), "");
  EXPECT_EQ(complaint("anna {not-closed"), "");
}

TEST(KeyFile, NeverQuotesWhatMayBeAKey) {
  EXPECT_EQ(complaint("anna 12345678 secret!"),
            "keys.txt:1: word 3 is neither an app nor an option (max-bitrate=RATE, play-only)");
  EXPECT_EQ(complaint("anna 12345678 live secret=1"),
            "keys.txt:1: word 4 is no option (max-bitrate=RATE, play-only)");
  EXPECT_EQ(complaint("anna 12345678 max-bitrate=0"),
            "keys.txt:1: word 3 is neither an app nor an option (max-bitrate=RATE, play-only)");
  EXPECT_THAT(complaint("secret-key-1!"), Not(HasSubstr("secret")));
}

TEST(KeyFile, AKeyHasOneName) {
  EXPECT_EQ(complaint("anna 12345678\nbob 12345678"), "keys.txt:2: the same key as in line 1");
  EXPECT_EQ(complaint("anna password live\nbob 87654321\nbob " + std::string{sha256} + " *"),
            "keys.txt:3: the same key as in line 1");
  EXPECT_EQ(complaint("anna password\nanna password live"),
            "keys.txt:2: the same key as in line 1");
  EXPECT_EQ(complaint("anna password a\nanna password b"), "");
}

TEST(KeyFile, ANameIsNoKey) {
  EXPECT_EQ(complaint("anna-maria 12345678\nbob anna-maria"),
            "keys.txt:2: the key is the name in line 1, and names are public");
  EXPECT_EQ(complaint("password " + std::string{sha256}),
            "keys.txt:1: the key is the name in line 1, and names are public");
}

TEST(KeyFile, BoundsWhatAHashMayCost) {
  std::string most{sha512_crypt};
  EXPECT_EQ(complaint(fmt::format("a {0}\na {0}\na {0}\na {0}\n", most)), "");
  EXPECT_THAT(complaint(fmt::format("a {0}\na {0}\na {0}\na {0}\na {0}\n", most)),
              StartsWith("keys.txt:5: more than 4 crypt(5) hashes"));
}

TEST(KeyFile, IsNotLargerThanItMayBe) {
  std::array<char, 32> path{"/tmp/live-keys-XXXXXX"};
  const Fd file{::mkstemp(path.data())};
  write_all(file.get(), as_bytes("anna 12345678\n"));
  EXPECT_EQ(Keys::load(path.data()).size(), 1U);
  EXPECT_FALSE(is_readable_by_others(path.data()));
  EXPECT_EQ(::fchmod(file.get(), 0644), 0);
  EXPECT_TRUE(is_readable_by_others(path.data()));
  write_all(file.get(), as_bytes(std::string(Keys::largest_file, '\n')));
  EXPECT_THROW(Keys::load(path.data()), Failure);
  ::unlink(path.data());
  EXPECT_THROW(Keys::load(path.data()), Failure);
}

TEST(CryptHash, IsRefusedWhereItCostsTooMuchOrHidesNothing) {
  const auto hash86 = std::string(86, '.');
  const auto hash43 = std::string(43, '.');
  EXPECT_EQ(crypt_complaint("$6$rounds=500000$salt$" + hash86), "");
  EXPECT_THAT(crypt_complaint("$6$rounds=500001$salt$" + hash86), HasSubstr("costs"));
  EXPECT_THAT(crypt_complaint("$5$rounds=999999999$salt$" + hash43), HasSubstr("costs"));
  EXPECT_THAT(crypt_complaint("$6$rounds=99999999999999999999$salt$" + hash86), HasSubstr("whole"));
  EXPECT_EQ(crypt_complaint("$2b$12$" + std::string(53, '.')), "");
  EXPECT_THAT(crypt_complaint("$2y$31$" + std::string(53, '.')), HasSubstr("costs"));
  EXPECT_EQ(crypt_complaint("$y$j9T$salt$" + hash43), "");
  EXPECT_THAT(crypt_complaint("$y$jFT$salt$" + hash43), HasSubstr("costs"));
  EXPECT_THAT(crypt_complaint("$y$j9z$salt$" + hash43), HasSubstr("costs"));
  EXPECT_THAT(crypt_complaint("$y$jzzzT$salt$" + hash43), HasSubstr("parameters"));
  for (const auto* old :
       {"$1$salt$abcdefghijklmnopqrstuv", "$apr1$s$abc", "$3$$0123", "$7$CU..../....s$h", "$"})
    EXPECT_THAT(crypt_complaint(old), HasSubstr("kind")) << old;
}

TEST(CryptHash, MustBeWhole) {
  const std::string whole{sha512_crypt};
  for (std::size_t n = 3; n < whole.size(); ++n)
    EXPECT_THAT(crypt_complaint(whole.substr(0, n)), HasSubstr("whole")) << n;
  const std::string blowfish{bcrypt};
  for (std::size_t n = 4; n < blowfish.size(); ++n)
    EXPECT_THAT(crypt_complaint(blowfish.substr(0, n)), HasSubstr("whole")) << n;
  EXPECT_THAT(crypt_complaint(whole + "."), HasSubstr("whole"));
}

TEST(CryptHash, AZeroByteEndsNoKey) {
  const std::string hash{bcrypt};
  EXPECT_TRUE(crypt_matches(hash, "password"));
  EXPECT_FALSE(crypt_matches(hash, std::string_view{"password\0x", 10}));
  EXPECT_FALSE(crypt_matches(hash, std::string(600, 'x')));
}

TEST(NewKey, OpensAndItsLineHasOnlyTheHash) {
  const auto key = new_key("anna");
  EXPECT_THAT(key.key, MatchesRegex("[0-9A-Za-z]{22}"));
  EXPECT_THAT(key.line, MatchesRegex("anna  sha256:[0-9a-f]{64}"));
  EXPECT_EQ(name(keys(key.line), claim(key.key)), "anna");
  EXPECT_NE(new_key("anna").key, key.key);
  EXPECT_THROW(new_key("an na"), Failure);
  EXPECT_THROW(new_key(""), Failure);
}

TEST(NewKey, SaysWhereToPublish) {
  const NewKey key{"anna", "", "KEY"};
  EXPECT_EQ(publish_url(key, {"127.0.0.1", 1935, {}}, false), "rtmp://127.0.0.1/live/KEY");
  EXPECT_EQ(publish_url(key, {"", 1936, {}}, false), "rtmp://HOST:1936/live/KEY");
  EXPECT_EQ(publish_url(key, {"::1", 443, {}}, true), "rtmps://[::1]/live/KEY");
  EXPECT_EQ(publish_url(key, {"", 0, "/run/x"}, false), "rtmp://HOST/live/KEY");
  EXPECT_THAT(
      publish_words(key, {"h", 1935, {}}, false),
      StartsWith(
          "anna publishes to rtmp://h/live/KEY\nin OBS: Server rtmp://h/live, Stream Key KEY\n"));
}

}  // namespace
}  // namespace live::ingest
