// What stands between a listener and a connection: the PROXY header where a proxy is in front, and the gate.
#pragma once

#include "common/net/asio.hpp"
#include "common/net/tls.hpp"
#include "tools/rtmp-ingest/connection.hpp"

#include <memory>

namespace rtmp_ingest {

/// Takes in what connected to a listener, and serves it to its end.  `tls`: with a TLS handshake first; nullptr: plain.
live::awaitable<void> serve(std::shared_ptr<Shared> shared, live::Socket socket,
                            const live::net::TlsContext* tls);

}  // namespace rtmp_ingest
