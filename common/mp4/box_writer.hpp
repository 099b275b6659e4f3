// Writes a box around whatever is written while it lives; its size is filled in at the end.
#pragma once

#include "common/base/bytes.hpp"
#include "common/mp4/box.hpp"

namespace live::mp4 {

/// `{ const OpenBox moov{w, "moov"}; ... }`.  Boxes close in reverse order, as scopes do.
class OpenBox {
 public:
  OpenBox(Writer& out, const char (&type)[5]) : OpenBox(out, fourcc(type)) {}
  OpenBox(Writer& out, std::uint32_t type) : out_(out), start_(out.at()) {
    out.u32(0);
    out.u32(type);
  }
  /// A FullBox, ISO/IEC 14496-12 §4.2.
  OpenBox(Writer& out, const char (&type)[5], std::uint8_t version, std::uint32_t flags)
      : OpenBox(out, type) {
    out.u8(version);
    out.be(3, flags);
  }
  OpenBox(const OpenBox&) = delete;
  OpenBox& operator=(const OpenBox&) = delete;
  ~OpenBox() { out_.patch(start_, 4, out_.at() - start_); }

 private:
  Writer& out_;
  std::size_t start_;
};

}  // namespace live::mp4
