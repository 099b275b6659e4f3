// A certificate made on the spot, as PEM texts.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace live::test {

struct CertificateAndKey {
  std::string certificate, key;
};

/// Self-signed, for "localhost", valid from `days_from` days from now until `days_to`.
inline CertificateAndKey make_certificate(int days_from = -1, int days_to = 30) {
  using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), X509_free};
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  constexpr long day = 24L * 60 * 60;
  X509_gmtime_adj(X509_getm_notBefore(made.get()), days_from * day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days_to * day);
  auto* const name = X509_get_subject_name(made.get());
  const auto* const host = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_set_pubkey(made.get(), key.get());
  X509_sign(made.get(), key.get(), EVP_sha256());
  const auto text = [](const Bio& out) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  const Bio certificate{BIO_new(BIO_s_mem()), BIO_free};
  const Bio secret{BIO_new(BIO_s_mem()), BIO_free};
  PEM_write_bio_X509(certificate.get(), made.get());
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text(certificate), text(secret)};
}

}  // namespace live::test
