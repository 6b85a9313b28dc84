#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// Where to listen.
struct ListenAddress {
  std::string host;  ///< A name, an IPv4 address, or an IPv6 address without brackets.
  int port = 0;      ///< 0: any that is free.
};
/// Reads `host:port`, `[::1]:port`, `:port` (all addresses) or a port alone (127.0.0.1). Throws
/// Error{usage}.
[[nodiscard]] ListenAddress parse_listen_address(std::string_view text);

}  // namespace stemma
