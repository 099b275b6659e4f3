// What an incremental parser answers: a value, "more bytes", or "this can never be right".
#pragma once

#include <cstddef>
#include <string>
#include <variant>

namespace live {

template <class T>
struct Taken {
  T value;
  std::size_t used;  ///< bytes of the input that the value took
};
struct NeedMore {
  std::size_t bytes;  ///< at least this many more
};
struct Malformed {
  std::size_t at;   ///< offset from the start of the span that was parsed
  std::string why;  ///< one clause, naming the box, field or rule that is broken
};
template <class T>
using Step = std::variant<Taken<T>, NeedMore, Malformed>;

/// A value, or why the bytes cannot be one: for parsers that are given the whole thing.
template <class T>
using Parsed = std::variant<T, Malformed>;

}  // namespace live
