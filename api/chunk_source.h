#pragma once

#include <functional>
#include <string>

namespace stemma {

/// Appends the next piece of a long text to its argument; false when there is nothing left.
using ChunkSource = std::function<bool(std::string&)>;

}  // namespace stemma
