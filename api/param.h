#pragma once

#include <string>
#include <vector>

namespace stemma {

/// A query parameter as it was given: percent-decoded from a URL, or from a command line flag with
/// `-` written `_`.
struct Param {
  std::string name;
  std::string value;

  friend bool operator==(const Param&, const Param&) = default;
};
using ParamList = std::vector<Param>;

}  // namespace stemma
