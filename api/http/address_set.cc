#include "api/http/address_set.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <vector>

#include "schema/error.h"

namespace stemma {
namespace {

namespace ip = boost::asio::ip;

ip::address plain(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

template <class Network, class Address>
bool within(const Network& network, const Address& address) {
  return Network{address, network.prefix_length()}.canonical() == network.canonical();
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

struct AddressSet::Networks {
  std::vector<ip::network_v4> v4;
  std::vector<ip::network_v6> v6;

  [[nodiscard]] bool add(const std::string& text) {
    boost::system::error_code bad;
    if (text.find('/') == std::string::npos) {
      const ip::address address = ip::make_address(text, bad);
      if (bad) return false;
      const ip::address host = plain(address);
      if (host.is_v4()) {
        v4.emplace_back(host.to_v4(), 32);
      } else {
        v6.emplace_back(host.to_v6(), 128);
      }
      return true;
    }
    const auto four = ip::make_network_v4(text, bad);
    if (!bad) {
      v4.push_back(four);
      return true;
    }
    const auto six = ip::make_network_v6(text, bad);
    if (!bad) v6.push_back(six);
    return !bad;
  }
};

AddressSet::AddressSet() : networks_{std::make_unique<Networks>()} {}
AddressSet::~AddressSet() = default;
AddressSet::AddressSet(AddressSet&&) noexcept = default;
AddressSet& AddressSet::operator=(AddressSet&&) noexcept = default;

AddressSet AddressSet::parse(std::string_view text) {
  AddressSet set;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string one{trimmed(text.substr(0, comma))};
    if (!set.networks_->add(one)) {
      throw Error{ErrorKind::usage, "'" + one +
                                        "' is no address: write addresses or networks separated by "
                                        "commas, such as 127.0.0.1,10.0.0.0/8,::1"};
    }
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return set;
}

bool AddressSet::empty() const noexcept { return networks_->v4.empty() && networks_->v6.empty(); }

bool AddressSet::contains(std::string_view text) const noexcept {
  boost::system::error_code bad;
  const ip::address parsed = ip::make_address(std::string{text}, bad);
  if (bad) return false;
  const ip::address address = plain(parsed);
  if (address.is_v4()) {
    for (const auto& network : networks_->v4)
      if (within(network, address.to_v4())) return true;
    return false;
  }
  for (const auto& network : networks_->v6)
    if (within(network, address.to_v6())) return true;
  return false;
}

}  // namespace stemma
