#include "tools/rtsp2fmp4/source.hpp"

#include "tools/rtsp2fmp4/lavf_source.hpp"
#include "tools/rtsp2fmp4/test_source.hpp"

#include <utility>

namespace rtsp2fmp4 {

Opened open_source(const InputAddress& address, const Options& options, Transport transport,
                   live::av::Patience patience) {
  if (address.kind == InputAddress::Kind::test) {
    return std::make_unique<TestSource>(parse_test_spec(address.open), std::move(patience));
  }
  return open_lavf(address, options, transport, std::move(patience));
}

}  // namespace rtsp2fmp4
