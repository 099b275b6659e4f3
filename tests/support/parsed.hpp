// What a parser gave, as a test wants it: the value, or why there is none.
#pragma once

#include "common/base/step.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace live::test {

/// The T in `read`, a variant with Malformed; T{}, and a failure of the test, where there is none.
template <class T, class Read>
T good(const Read& read) {
  const auto* value = std::get_if<T>(&read);
  if (value == nullptr) {
    const auto* bad = std::get_if<Malformed>(&read);
    ADD_FAILURE() << (bad == nullptr ? "neither read nor malformed" : bad->why);
  }
  return value == nullptr ? T{} : *value;
}

/// Why it is malformed; "" when it is not.
template <class Read>
std::string why(const Read& read) {
  const auto* bad = std::get_if<Malformed>(&read);
  return bad == nullptr ? "" : bad->why;
}

}  // namespace live::test
