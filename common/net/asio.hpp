// The Asio vocabulary of the project: what changes with another version of Boost changes here.
//
// Asio is compiled once, in asio_impl.cpp (BOOST_ASIO_SEPARATE_COMPILATION).  Branches joined by ||
// must not throw: `a || b` waits for one to succeed, so an exception in one is lost for as long as
// the other runs.  Hence as_result everywhere: an error is a value.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live {

namespace asio = boost::asio;

template <class T>
using awaitable = asio::awaitable<T>;

/// `const auto [error, n] = co_await socket.async_read_some(buffer, as_result);`
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// A connected TCP or unix socket: one type, so that everything above is compiled once.
using Socket = asio::generic::stream_protocol::socket;

}  // namespace live
