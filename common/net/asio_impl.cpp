// The one place where Asio's functions are compiled.
#include <boost/asio/impl/src.hpp>
