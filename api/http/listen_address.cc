#include "api/http/listen_address.h"

#include <fmt/format.h>

#include <charconv>

#include "schema/error.h"

namespace stemma {

ListenAddress parse_listen_address(std::string_view text) {
  const auto refuse = [&] {
    return Error{
        ErrorKind::usage,
        fmt::format("'{}' is no address to listen on: write HOST:PORT, [IPV6]:PORT or PORT", text)};
  };
  ListenAddress address;
  std::string_view port = text;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    address.host = "127.0.0.1";
  } else {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (!host.empty() && host.front() == '[') {
      if (host.size() < 3 || host.back() != ']') throw refuse();
      host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
      throw refuse();  // an IPv6 address without brackets: where does the port begin?
    }
    address.host = host.empty() ? "0.0.0.0" : std::string{host};
  }
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (failure != std::errc{} || end != port.data() + port.size() || address.port < 0 ||
      address.port > 65535) {
    throw refuse();
  }
  return address;
}

}  // namespace stemma
