#pragma once

#include <memory>
#include <string_view>

namespace stemma {

/// Addresses of hosts and networks, IPv4 and IPv6: whose `X-Forwarded-*` headers are believed, for
/// example. Immutable once made; const is thread-safe.
class AddressSet {
 public:
  AddressSet();  ///< Of nobody.
  ~AddressSet();
  AddressSet(AddressSet&&) noexcept;
  AddressSet& operator=(AddressSet&&) noexcept;

  /// Reads `127.0.0.1, 10.0.0.0/8, ::1`, separated by commas. Throws Error{usage} naming what is
  /// no address.
  [[nodiscard]] static AddressSet parse(std::string_view text);

  [[nodiscard]] bool empty() const noexcept;
  /// Whether `address`, as text and without a port, is one of them. An IPv4 address that came over
  /// an IPv6 socket (`::ffff:127.0.0.1`) counts as what it is. False for what is no address.
  [[nodiscard]] bool contains(std::string_view address) const noexcept;

 private:
  struct Networks;
  std::unique_ptr<Networks> networks_;
};

}  // namespace stemma
