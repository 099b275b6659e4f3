#include "common/net/tls.hpp"

#include "common/base/failure.hpp"
#include "common/base/log.hpp"
#include "tests/support/certificate.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace live::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class TlsContextTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} / ("live_tls" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path file(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
    return folder_ / name;
  }
  /// Status and text of the failure; Exit::ok when there is none.
  static std::pair<Exit, std::string> load(const fs::path& certificate, const fs::path& key) {
    try {
      const TlsContext context{certificate, key};
    } catch (const Failure& failure) {
      return {failure.exit(), failure.what()};
    }
    return {Exit::ok, {}};
  }

  fs::path folder_;
  const test::CertificateAndKey ours_ = test::make_certificate();
  const test::CertificateAndKey other_ = test::make_certificate();
};

TEST_F(TlsContextTest, TakesACertificateWithItsKeyAndAChain) {
  const auto chain = file("chain.pem", ours_.certificate + "\n" + other_.certificate);
  EXPECT_EQ(load(chain, file("key.pem", ours_.key)).second, "");
  const auto together = file("both.pem", ours_.key + ours_.certificate);
  EXPECT_EQ(load(together, together).second, "") << "both in one file, as HAProxy likes it";
}

TEST_F(TlsContextTest, NamesTheFileThatIsMissing) {
  const auto certificate = file("cert.pem", ours_.certificate);
  const auto key = file("key.pem", ours_.key);
  auto [exit, why] = load(folder_ / "none.pem", key);
  EXPECT_EQ(exit, Exit::no_input);
  EXPECT_THAT(why, HasSubstr("none.pem"));
  std::tie(exit, why) = load(certificate, folder_ / "gone.pem");
  EXPECT_EQ(exit, Exit::no_input);
  EXPECT_THAT(why, HasSubstr("gone.pem"));
}

TEST_F(TlsContextTest, RefusesAKeyOfAnotherCertificate) {
  const auto [exit, why] = load(file("cert.pem", ours_.certificate), file("key.pem", other_.key));
  EXPECT_EQ(exit, Exit::config);
  EXPECT_THAT(why, AllOf(HasSubstr("cert.pem"), HasSubstr("key.pem"), HasSubstr("not the key")));
}

TEST_F(TlsContextTest, RefusesWhatIsNoCertificateOrKey) {
  const auto certificate = file("cert.pem", ours_.certificate);
  const auto key = file("key.pem", ours_.key);
  auto [exit, why] = load(key, key);
  EXPECT_EQ(exit, Exit::config);
  EXPECT_THAT(why, HasSubstr("no PEM certificate"));
  std::tie(exit, why) = load(certificate, certificate);
  EXPECT_EQ(exit, Exit::config);
  EXPECT_THAT(why, HasSubstr("no PEM private key"));
  std::tie(exit, why) = load(file("empty.pem", ""), key);
  EXPECT_EQ(exit, Exit::config);
}

TEST_F(TlsContextTest, RefusesAChainThatIsCutOff) {
  auto cut = other_.certificate;
  cut.resize(cut.size() / 2);
  const auto [exit, why] =
      load(file("cut.pem", ours_.certificate + cut), file("key.pem", ours_.key));
  EXPECT_EQ(exit, Exit::config);
  EXPECT_THAT(why, HasSubstr("cut.pem"));
}

TEST_F(TlsContextTest, DoesNotAskForAPassPhrase) {
  const auto* const encrypted =
      "-----BEGIN ENCRYPTED PRIVATE "
      "KEY-----\nMIH\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const auto [exit, why] = load(file("cert.pem", ours_.certificate), file("locked.pem", encrypted));
  EXPECT_EQ(exit, Exit::config);
  EXPECT_THAT(why, AllOf(HasSubstr("locked.pem"), HasSubstr("pass phrase")));
}

TEST_F(TlsContextTest, WarnsOfACertificateThatHasExpired) {
  std::string lines;
  log::set_sink([&](std::string_view line) { lines += line; });
  const auto old = test::make_certificate(-20, -10);
  EXPECT_EQ(load(file("old.pem", old.certificate), file("key.pem", old.key)).first, Exit::ok);
  log::set_sink({});
  EXPECT_THAT(lines, AllOf(HasSubstr("old.pem"), HasSubstr("has expired")));
}

}  // namespace
}  // namespace live::net
