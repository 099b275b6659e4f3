#include "common/net/tls.hpp"

#include "common/base/failure.hpp"
#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "common/net/tls_native.hpp"

#include <string>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace live::net {
namespace {

namespace fs = std::filesystem;
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;

constexpr std::size_t max_file_bytes = 1U << 20U;

/// OpenSSL's own would ask on the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

Bio reader_of(const std::string& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

void warn_unless_valid_now(const X509& certificate, const fs::path& path) {
  if (X509_cmp_current_time(X509_get0_notAfter(&certificate)) < 0)
    log::warn("{}: the certificate has expired", path.string());
  else if (X509_cmp_current_time(X509_get0_notBefore(&certificate)) > 0)
    log::warn("{}: the certificate is not valid yet", path.string());
}

void use_chain(SSL_CTX& context, const fs::path& path) {
  const auto text = read_file(path, max_file_bytes);
  const auto in = reader_of(text);
  const Certificate leaf{PEM_read_bio_X509_AUX(in.get(), nullptr, no_pass_phrase, nullptr)};
  if (!leaf) {
    ERR_clear_error();
    fail(Exit::config, "read {}: there is no PEM certificate in it", path.string());
  }
  if (SSL_CTX_use_certificate(&context, leaf.get()) != 1)
    fail(Exit::config, "use {}: {}", path.string(), tls_error("not accepted"));
  while (Certificate issuer{PEM_read_bio_X509(in.get(), nullptr, no_pass_phrase, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(&context, issuer.get()) != 1)
      fail(Exit::config, "use {}: {}", path.string(), tls_error("chain not accepted"));
  }
  // The loop ends with "no start line" at the end of the file, and with anything else at a broken one.
  const auto last = ERR_peek_last_error();
  if (ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE)
    fail(Exit::config, "read {}: {}", path.string(), tls_error("a certificate is broken"));
  ERR_clear_error();
  warn_unless_valid_now(*leaf, path);
}

PrivateKey read_key(const fs::path& path) {
  auto text = read_file(path, max_file_bytes);
  const auto in = reader_of(text);
  PrivateKey key{PEM_read_bio_PrivateKey(in.get(), nullptr, no_pass_phrase, nullptr)};
  const bool encrypted = text.find("ENCRYPTED") != std::string::npos;
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) {
    ERR_clear_error();
    fail(Exit::config, "read {}: {}", path.string(),
         encrypted ? "keys with a pass phrase are not supported"
                   : "there is no PEM private key in it");
  }
  return key;
}

std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> make_context(const SSL_METHOD* side) {
  std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> context{SSL_CTX_new(side)};
  if (!context) fail(Exit::bug, "set up TLS: {}", tls_error("no memory"));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_COMPRESSION);
  // Sessions are resumed by tickets, which the peer keeps; nothing of them stays here.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);  // one recv(2) for a record instead of two
  return context;
}

}  // namespace

std::string tls_error(const char* otherwise) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason != nullptr ? reason : otherwise;
  ERR_clear_error();
  return text;
}

TlsContext::TlsContext(const fs::path& certificate, const fs::path& key)
    : native_(std::make_unique<Native>()) {
  ERR_clear_error();
  auto context = make_context(TLS_server_method());
  use_chain(*context, certificate);
  if (SSL_CTX_use_PrivateKey(context.get(), read_key(key).get()) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    ERR_clear_error();
    fail(Exit::config, "use {}: it is not the key of the certificate in {}", key.string(),
         certificate.string());
  }
  native_->context = std::move(context);
}

TlsTrust::TlsTrust(const fs::path& authorities) : native_(std::make_unique<TlsContext::Native>()) {
  ERR_clear_error();
  auto context = make_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const bool known = authorities.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                         : SSL_CTX_load_verify_locations(
                                               context.get(), authorities.c_str(), nullptr) == 1;
  if (!known)
    fail(Exit::config, "read {}: {}",
         authorities.empty() ? "the system's certificates" : authorities.string(),
         tls_error("there is no PEM certificate in it"));
  native_->context = std::move(context);
}

TlsTrust::TlsTrust(TlsTrust&&) noexcept = default;
TlsTrust& TlsTrust::operator=(TlsTrust&&) noexcept = default;
TlsTrust::~TlsTrust() = default;

TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

}  // namespace live::net
