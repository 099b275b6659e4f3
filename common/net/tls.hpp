// Certificates, and whose are believed: both sides of TLS 1.2 and 1.3.
#pragma once

#include <filesystem>
#include <memory>

namespace live::net {

/// Does not change: to reload make another one; connections keep the one that they began with.
class TlsContext {
 public:
  /// PEM files, the chain leaf first.  Throws Failure: no_input when a file cannot be read, config when certificate and
  /// key do not belong together or are none; it names the file.  A certificate that is not valid now is taken, with a
  /// warning.  Keys with a pass phrase are refused.
  TlsContext(const std::filesystem::path& certificate, const std::filesystem::path& key);
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  ~TlsContext();

  struct Native;
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::unique_ptr<Native> native_;
};

/// The client's side: a peer must prove with a certificate that it has the name by which it was asked for.
class TlsTrust {
 public:
  /// `authorities`: a PEM file of those that are believed instead of the system's; empty: the system's.  Throws
  /// Failure(config) when there is none in it; it names the file.
  explicit TlsTrust(const std::filesystem::path& authorities = {});
  TlsTrust(TlsTrust&&) noexcept;
  TlsTrust& operator=(TlsTrust&&) noexcept;
  ~TlsTrust();

  [[nodiscard]] const TlsContext::Native& native() const { return *native_; }

 private:
  std::unique_ptr<TlsContext::Native> native_;
};

}  // namespace live::net
