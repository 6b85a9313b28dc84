#pragma once

#include <string>
#include <string_view>

namespace stemma {

/// Whether a last segment below a model is one of its sub-resources.
[[nodiscard]] bool is_subresource(std::string_view segment) noexcept;
/// The canonical path of a model's resource. A name that ends like a sub-resource (`a/children`)
/// keeps its slash encoded.
[[nodiscard]] std::string model_path(std::string_view name);

}  // namespace stemma
