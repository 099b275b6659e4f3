// Certificates: the server's side of TLS 1.2 and 1.3.
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

}  // namespace live::net
