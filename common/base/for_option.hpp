// To which option of the command line a failure belongs.
#pragma once

#include "common/base/failure.hpp"

#include <string_view>
#include <utility>

namespace live {

/// What `work` gives; a Failure of it says the option in front: "--keys: open k.txt: No such file or directory".
template <class Work>
auto for_option(std::string_view option, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const Failure& failure) {
    fail(failure.exit(), "{}: {}", option, failure.what());
  }
}

}  // namespace live
