#pragma once

#include <string>
#include <vector>

#include "api/export/dump_source.h"

namespace stemma {

/// A model with all that it descends from, for formats that tell of one model.
struct ModelAncestry {
  NodeId model;
  std::vector<NodeId> nodes;  ///< The model first, then its ancestors by depth, then name.
};
/// Of the root of the dump.
[[nodiscard]] ModelAncestry ancestry_of(const DumpSource& source);

/// The model's address on the Hugging Face Hub.
[[nodiscard]] std::string hub_address(std::string_view name);

/// The SPDX identifier (https://spdx.org/licenses) of a licence as the hub writes it; empty where
/// there is none.
[[nodiscard]] std::string_view spdx_of(std::string_view license) noexcept;

}  // namespace stemma
