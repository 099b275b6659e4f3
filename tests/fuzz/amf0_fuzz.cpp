// USES: live::flv
// What is read is written and read again alike; metadata is found or not.
#include "common/flv/amf0.hpp"
#include "common/flv/metadata.hpp"

#include <cstdlib>

using namespace live;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  flv::without_set_data_frame({data, size});
  const auto parsed = flv::amf0::read({data, size});
  const auto* values = std::get_if<std::vector<flv::amf0::Value>>(&parsed);
  if (values == nullptr) return 0;
  flv::read_metadata(*values);
  const auto write = [](const std::vector<flv::amf0::Value>& from) {
    Buffer out;
    for (const auto& value : from)
      flv::amf0::write(out, value);
    return out;
  };
  // NaN differs from itself, so bytes are compared.
  const auto once = write(*values);
  const auto again = flv::amf0::read(once);
  const auto* same = std::get_if<std::vector<flv::amf0::Value>>(&again);
  if (same == nullptr || write(*same) != once) std::abort();
  return 0;
}
