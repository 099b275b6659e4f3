#include "common/s3/sha256.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <openssl/evp.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace live::s3 {
namespace {

constexpr std::array<std::uint32_t, 8> initial{0x9b05'688c, 0x510e'527f, 0xbb67'ae85, 0x6a09'e667,
                                               0x5be0'cd19, 0x1f83'd9ab, 0xa54f'f53a, 0x3c6e'f372};
constexpr std::array<std::size_t, 8> order{3, 2, 7, 6, 1, 0, 5, 4};  ///< a to h in the state

#ifdef __x86_64__

alignas(16) constexpr std::array<std::uint32_t, 64> constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool has_instructions() {
  constexpr unsigned sha_bit = 1U << 29U;  // leaf 7, EBX
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & sha_bit) != 0;
  return sha && __builtin_cpu_supports("sse4.1") != 0;
}

struct Lane {
  std::uint32_t* state;
  const std::uint8_t* at;
};

/// Four rounds at a time: the lanes take turns, so that one has work while the other waits.
template <std::size_t lanes>
__attribute__((target("sha,sse4.1"))) void compress(std::array<Lane, lanes> all,
                                                    std::size_t blocks) {
  struct Registers {
    __m128i abef, cdgh, abef_before, cdgh_before;
    __m128i words[4];  // NOLINT(modernize-avoid-c-arrays): std::array of vectors warns
  };
  const auto big_endian = _mm_set_epi64x(0x0c0d'0e0f'0809'0a0b, 0x0405'0607'0001'0203);
  const auto load = [](const void* from) __attribute__((target("sha,sse4.1"))) {
    return _mm_loadu_si128(static_cast<const __m128i*>(from));
  };
  Registers use[lanes];  // NOLINT(modernize-avoid-c-arrays)
  for (std::size_t n = 0; n < lanes; ++n) {
    use[n].abef = load(all[n].state);
    use[n].cdgh = load(all[n].state + 4);
  }
  for (; blocks > 0; --blocks) {
    for (std::size_t n = 0; n < lanes; ++n) {
      auto& r = use[n];
      r.abef_before = r.abef;
      r.cdgh_before = r.cdgh;
      for (std::size_t i = 0; i < 4; ++i)
        r.words[i] = _mm_shuffle_epi8(load(all[n].at + 16 * i), big_endian);
      all[n].at += 64;
    }
#pragma GCC unroll 16
    for (std::size_t four = 0; four < 16; ++four) {
      const auto k = load(constants.data() + 4 * four);
#pragma GCC unroll 2
      for (std::size_t n = 0; n < lanes; ++n) {
        auto& r = use[n];
        auto& w = r.words;
        const auto sum = _mm_add_epi32(w[four % 4], k);
        r.cdgh = _mm_sha256rnds2_epu32(r.cdgh, r.abef, sum);
        r.abef = _mm_sha256rnds2_epu32(r.abef, r.cdgh, _mm_shuffle_epi32(sum, 0x0e));
        if (four >= 12) continue;
        const auto next = _mm_add_epi32(_mm_sha256msg1_epu32(w[four % 4], w[(four + 1) % 4]),
                                        _mm_alignr_epi8(w[(four + 3) % 4], w[(four + 2) % 4], 4));
        w[four % 4] = _mm_sha256msg2_epu32(next, w[(four + 3) % 4]);
      }
    }
    for (std::size_t n = 0; n < lanes; ++n) {
      use[n].abef = _mm_add_epi32(use[n].abef, use[n].abef_before);
      use[n].cdgh = _mm_add_epi32(use[n].cdgh, use[n].cdgh_before);
    }
  }
  for (std::size_t n = 0; n < lanes; ++n) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(all[n].state), use[n].abef);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(all[n].state + 4), use[n].cdgh);
  }
}

#else

bool has_instructions() { return false; }
struct Lane {
  std::uint32_t* state;
  const std::uint8_t* at;
};
template <std::size_t lanes>
void compress(std::array<Lane, lanes> /*all*/, std::size_t /*blocks*/) {}

#endif

}  // namespace

struct Sha256::Openssl {
  Openssl() : context(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  Openssl(const Openssl&) = delete;
  Openssl& operator=(const Openssl&) = delete;
  ~Openssl() { EVP_MD_CTX_free(context); }
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(initial) {
  static const bool is_fast = has_instructions();
  if (!is_fast) openssl_ = std::make_unique<Openssl>();
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

Bytes Sha256::fill(Bytes bytes) {
  const auto held = size_ % block;
  if (held == 0) return bytes;
  const auto taken = bytes.first(std::min(bytes.size(), block - held));
  hold(taken);
  if (size_ % block == 0) compress<1>({{{state_.data(), held_.data()}}}, 1);
  return bytes.subspan(taken.size());
}

void Sha256::hold(Bytes rest) {
  if (!rest.empty()) std::memcpy(held_.data() + size_ % block, rest.data(), rest.size());
  size_ += rest.size();
}

void Sha256::add(Bytes bytes) {
  if (openssl_) {
    EVP_DigestUpdate(openssl_->context, bytes.data(), bytes.size());
    return;
  }
  bytes = fill(bytes);
  const auto blocks = bytes.size() / block;
  compress<1>({{{state_.data(), bytes.data()}}}, blocks);
  size_ += blocks * block;
  hold(bytes.subspan(blocks * block));
}

void Sha256::add_both(Sha256& one, Bytes bytes_of_one, Sha256& other, Bytes bytes_of_other) {
  if (!one.openssl_) {
    bytes_of_one = one.fill(bytes_of_one);
    bytes_of_other = other.fill(bytes_of_other);
    const auto blocks = std::min(bytes_of_one.size(), bytes_of_other.size()) / block;
    compress<2>(
        {{{one.state_.data(), bytes_of_one.data()}, {other.state_.data(), bytes_of_other.data()}}},
        blocks);
    one.size_ += blocks * block;
    other.size_ += blocks * block;
    bytes_of_one = bytes_of_one.subspan(blocks * block);
    bytes_of_other = bytes_of_other.subspan(blocks * block);
  }
  one.add(bytes_of_one);
  other.add(bytes_of_other);
}

std::string Sha256::finish() {
  std::string out;
  if (openssl_) {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> sum{};
    unsigned size = 0;
    EVP_DigestFinal_ex(openssl_->context, sum.data(), &size);
    for (const auto byte : Bytes{sum}.first(size))
      out += fmt::format("{:02x}", byte);
    return out;
  }
  // A one, zeros up to the last 8 bytes of a block, and the length in bits there (FIPS 180-4, 5.1.1).
  constexpr std::size_t length_bytes = 8;
  std::array<std::uint8_t, 2 * block> end{0x80};
  const auto bits = size_ * 8;
  const auto zeros = (2 * block - 1 - length_bytes - size_ % block) % block;
  for (std::size_t i = 0; i < length_bytes; ++i)
    end.at(1 + zeros + i) = static_cast<std::uint8_t>(bits >> (8 * (length_bytes - 1 - i)));
  add(Bytes{end}.first(1 + zeros + length_bytes));
  for (const auto at : order)
    out += fmt::format("{:08x}", state_.at(at));
  return out;
}

}  // namespace live::s3
