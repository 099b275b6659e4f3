// Bytes that lie in several places, with their owners: written with one writev(2), queued without a copy.
#pragma once

#include "common/base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace live {

struct Gather {
  std::vector<Bytes> pieces;  ///< in order; into what `owners` keep
  std::vector<std::shared_ptr<const void>> owners;
  std::size_t size = 0;  ///< of all pieces

  void add(Bytes piece) {
    pieces.push_back(piece);
    size += piece.size();
  }
  void add(std::shared_ptr<const Buffer> whole) {
    add(Bytes{*whole});
    owners.push_back(std::move(whole));
  }
  void clear() {
    pieces.clear();
    owners.clear();
    size = 0;
  }
};

}  // namespace live
