// bytes("09 00 2a"): test vectors as the standards print them.
#pragma once

#include "common/base/bytes.hpp"

#include <cctype>
#include <string_view>

namespace live::test {

inline Buffer bytes(std::string_view hex) {
  Buffer out;
  int high = -1;
  for (const char c : hex) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

}  // namespace live::test
