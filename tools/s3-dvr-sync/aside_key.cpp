#include "tools/s3-dvr-sync/aside_key.hpp"

#include "common/base/ascii.hpp"
#include "common/s3/signature.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace s3_dvr_sync {
namespace {

constexpr std::string_view shape = "-00000000T000000.000Z";  // any digits

/// The last dot of the last part of `key`, or its end.
std::size_t ending_of(std::string_view key) {
  const auto slash = key.rfind('/');
  const auto dot = key.rfind('.');
  const bool has_one = dot != key.npos && (slash == key.npos || dot > slash);
  return has_one ? dot : key.size();
}

bool ends_with_time(std::string_view stem) {
  if (stem.size() <= shape.size()) return false;
  return std::ranges::equal(
      stem.substr(stem.size() - shape.size()), shape,
      [](char c, char wanted) { return live::is_digit(wanted) ? live::is_digit(c) : c == wanted; });
}

}  // namespace

std::string aside_key(std::string_view key, const live::FileMark& mark, unsigned n) {
  using namespace std::chrono;
  if (n == 0) return std::string{key};
  const auto ending = ending_of(key);
  const auto written = floor<milliseconds>(live::written_at(mark));
  auto second = live::s3::amz_date(floor<seconds>(written));
  second.pop_back();  // its Z
  const auto count = n > 1 ? fmt::format("-{}", n) : std::string{};
  return fmt::format("{}-{}.{:03}Z{}{}", key.substr(0, ending), second,
                     (written - floor<seconds>(written)).count(), count, key.substr(ending));
}

std::optional<std::string> key_before(std::string_view aside) {
  const auto ending = ending_of(aside);
  auto stem = aside.substr(0, ending);
  if (!ends_with_time(stem)) {
    while (!stem.empty() && live::is_digit(stem.back()))
      stem.remove_suffix(1);
    if (stem.ends_with('-')) stem.remove_suffix(1);
    if (!ends_with_time(stem)) return {};
  }
  stem.remove_suffix(shape.size());
  return fmt::format("{}{}", stem, aside.substr(ending));
}

}  // namespace s3_dvr_sync
