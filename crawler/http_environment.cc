#include "crawler/http_environment.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "schema/error.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

using Address = std::array<unsigned char, sizeof(in6_addr)>;

/// The bytes of an IP address, 4 or 16; none where `text` is a name.
std::vector<unsigned char> address_bytes(std::string_view text) {
  const std::string whole{text};
  Address bytes{};
  if (::inet_pton(AF_INET, whole.c_str(), bytes.data()) == 1) {
    return {bytes.begin(), bytes.begin() + sizeof(in_addr)};
  }
  if (::inet_pton(AF_INET6, whole.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.end()};
  return {};
}

/// Whether `address` is `entry`, or in it where that is a network such as 10.0.0.0/8.
bool in_network(const std::vector<unsigned char>& address, std::string_view entry) {
  const auto slash = entry.find('/');
  const std::vector<unsigned char> network = address_bytes(entry.substr(0, slash));
  if (network.size() != address.size()) return false;
  std::size_t bits = address.size() * 8;
  if (slash != std::string_view::npos) {
    const std::string_view digits = entry.substr(slash + 1);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return false;
    if (bits > address.size() * 8) return false;
  }
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const unsigned different = static_cast<unsigned>(address[bit / 8]) ^ network[bit / 8];
    if (((different >> (7 - bit % 8)) & 1U) != 0) return false;
  }
  return true;
}

/// Whether `host` is `domain` or below it.
bool in_domain(std::string_view host, std::string_view domain) {
  if (!domain.empty() && domain.front() == '.') domain.remove_prefix(1);
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
  if (domain.empty() || host.size() < domain.size()) return false;
  const std::size_t above = host.size() - domain.size();
  return equal_folded(host.substr(above), domain) && (above == 0 || host[above - 1] == '.');
}

bool needs_no_proxy(std::string_view host, std::string_view list) {
  if (list == "*") return true;
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  const std::vector<unsigned char> address = address_bytes(host);
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of(", \t"), list.size());
    const std::string_view entry = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (address.empty() ? in_domain(host, entry) : in_network(address, entry)) return true;
  }
  return false;
}

/// Throws Error{usage} unless `file` has a certificate in it. curl would say so no sooner than at
/// the first request, and not who named the file.
void check_certificates(const std::string& file, const std::string& named_by) {
  errno = 0;
  std::ifstream in{file, std::ios::binary};
  std::ostringstream held;
  held << in.rdbuf();  // of a directory, nothing
  const std::string text = held.str();
  if (text.empty()) {
    throw Error{ErrorKind::usage, named_by + ": reading " + file + ": " +
                                      (errno != 0 ? std::strerror(errno) : "it is empty")};
  }
  if (text.find("-----BEGIN ") == std::string::npos ||
      text.find("CERTIFICATE-----") == std::string::npos) {
    throw Error{ErrorKind::usage, named_by + ": " + file + " holds no certificate (PEM)"};
  }
}

}  // namespace

std::string process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::string{} : std::string{value};
}

std::string proxy_variable(const Origin& origin, const Environment& environment) {
  const std::vector<std::string> names =
      origin.scheme == "http"
          ? std::vector<std::string>{"http_proxy", "all_proxy", "ALL_PROXY"}
          : std::vector<std::string>{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
  const auto found = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return !environment(name).empty();
  });
  if (found == names.end()) return {};
  std::string list = environment("no_proxy");
  if (list.empty()) list = environment("NO_PROXY");
  return needs_no_proxy(origin.host, list) ? std::string{} : *found;
}

std::string ca_file(const std::string& asked, const Origin& origin,
                    const Environment& environment) {
  std::string named_by = "--ca-file";
  std::string file = asked;
  for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (!file.empty() || origin.scheme != "https") break;
    named_by = variable;
    file = environment(variable);
  }
  if (!file.empty()) check_certificates(file, named_by);
  return file;
}

}  // namespace stemma
