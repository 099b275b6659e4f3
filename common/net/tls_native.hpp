// What tls.hpp and link.hpp keep from their users: OpenSSL's types.
#pragma once

#include "common/net/tls.hpp"

#include <memory>
#include <string>

#include <openssl/ssl.h>

namespace live::net {

template <auto Free>
struct FreedBy {
  template <class T>
  void operator()(T* it) const noexcept {
    Free(it);
  }
};

struct TlsContext::Native {
  std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> context;
};

/// The reason of the oldest error in OpenSSL's queue of this thread, in its words ("no shared cipher"), and an empty
/// queue; `otherwise` when there is none.
std::string tls_error(const char* otherwise);

}  // namespace live::net
