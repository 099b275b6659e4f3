// Where credentials come from, and when they are read again ("Configuration and credential file settings", AWS CLI; "Use
// IMDSv2"; "Task IAM role", Amazon ECS).
#pragma once

#include "common/fetch/fetch.hpp"
#include "common/s3/credentials.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace s3_dvr_sync {

struct CredentialChoice {
  /// "" (the first that there is of the following), "env", "profile", "file:PATH", "metadata".
  std::string from;
  std::string profile;  ///< empty: AWS_PROFILE, or "default"
};

class CredentialSource {
 public:
  CredentialSource(live::asio::io_context& io, CredentialChoice choice);

  /// What holds now: asked for again shortly before it expires.  Throws Failure: config where there are none; try_again when
  /// the metadata service does not answer.
  live::awaitable<live::s3::Credentials> get();
  /// `used` were refused: reads them again.  True when there are others now.
  live::awaitable<bool> renew(const live::s3::Credentials& used);
  /// The next get() reads them again.
  void reload() { stale_ = true; }

 private:
  live::awaitable<std::optional<live::s3::Lease>> read();
  [[nodiscard]] std::optional<live::s3::Lease> from_profile() const;
  [[nodiscard]] std::optional<live::s3::Lease> from_file(const std::filesystem::path& path) const;
  live::awaitable<std::optional<live::s3::Lease>> from_container();
  live::awaitable<std::optional<live::s3::Lease>> from_instance();
  live::awaitable<std::string> ask(live::fetch::Request request);

  CredentialChoice choice_;
  live::fetch::Client client_;  ///< of its own: nothing of the bucket's settings applies
  std::optional<live::s3::Lease> lease_;
  bool stale_ = false;
};

/// Region and endpoint that the environment or the profile in ~/.aws/config name; empty where they do not.
live::s3::Profile settings_of_profile(const std::string& profile);

}  // namespace s3_dvr_sync
