#include "common/s3/digest.hpp"

#include "common/s3/crc32c.hpp"
#include "common/s3/signature.hpp"

#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace live::s3 {
namespace {

constexpr std::size_t md5_bytes = 16, crc32c_bytes = 4;

std::string hex(Bytes bytes) {
  std::string out;
  for (const auto byte : bytes)
    out += fmt::format("{:02x}", byte);
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return {};
  std::string out;
  for (; !text.empty(); text.remove_prefix(2)) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + 2, byte, 16);
    if (error != std::errc{} || end != text.data() + 2) return {};
    out += static_cast<char>(byte);
  }
  return out;
}

/// The bytes of `parts`, which are hex, one behind the other; nothing when one has not `size` of them.
std::optional<std::string> joined(const std::vector<std::string>& parts, std::size_t size) {
  std::string all;
  for (const auto& part : parts) {
    const auto bytes = from_hex(part);
    if (!bytes || bytes->size() != size) return {};
    all += *bytes;
  }
  return all;
}

std::string digest_of(const std::string& bytes, const EVP_MD* kind) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, kind, nullptr);
  return hex(Bytes{out}.first(size));
}

}  // namespace

struct Digest::Context {
  explicit Context(const EVP_MD* kind) : context(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex(context, kind, nullptr);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(context); }
  [[nodiscard]] std::string finish() const {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context, out.data(), &size);
    return hex(Bytes{out}.first(size));
  }
  EVP_MD_CTX* context;
};

Digest::Digest(Checksum other)
    : md5_(other == Checksum::md5 ? std::make_unique<Context>(EVP_md5()) : nullptr) {
  if (other == Checksum::crc32c) crc32c_ = 0;
}

Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(Bytes bytes) {
  sha256_.add(bytes);
  add_other(bytes);
}

void Digest::add_both(Digest& one, Bytes bytes_of_one, Digest& other, Bytes bytes_of_other) {
  Sha256::add_both(one.sha256_, bytes_of_one, other.sha256_, bytes_of_other);
  one.add_other(bytes_of_one);
  other.add_other(bytes_of_other);
}

void Digest::add_other(Bytes bytes) {
  if (md5_) EVP_DigestUpdate(md5_->context, bytes.data(), bytes.size());
  if (crc32c_) crc32c_ = crc32c(bytes, *crc32c_);
}

Digest::Sums Digest::finish() {
  return {sha256_.finish(), md5_ ? md5_->finish() : std::string{},
          crc32c_ ? fmt::format("{:08x}", *crc32c_) : std::string{}};
}

std::string checksum_value(std::string_view hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || (bytes->size() != md5_bytes && bytes->size() != crc32c_bytes)) return {};
  std::array<unsigned char, 4 * (md5_bytes / 3 + 1) + 1> out{};
  const auto length =
      EVP_EncodeBlock(out.data(), as_bytes(*bytes).data(), static_cast<int>(bytes->size()));
  return {out.begin(), out.begin() + length};
}

std::string multipart_etag(const std::vector<std::string>& etags) {
  const auto all = joined(etags, md5_bytes);
  return all ? fmt::format("{}-{}", digest_of(*all, EVP_md5()), etags.size()) : std::string{};
}

std::string composite_sha256(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts)
    all += from_hex(part).value_or(std::string{});
  return fmt::format("{}-{}", digest_of(all, EVP_sha256()), parts.size());
}

std::string composite_crc32c(const std::vector<std::string>& parts) {
  const auto all = joined(parts, crc32c_bytes);
  if (!all) return {};
  const auto sum = fmt::format("{:08x}", crc32c(as_bytes(*all)));
  return fmt::format("{}-{}", checksum_value(sum), parts.size());
}

}  // namespace live::s3
