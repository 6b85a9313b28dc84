#pragma once

#include <string_view>

#include "api/http/request.h"

namespace stemma {

/// The reason phrase of the few statuses that are used here.
[[nodiscard]] std::string_view status_title(int status) noexcept;

/// An RFC 9457 problem. `parameter` is left out when it is empty.
[[nodiscard]] Response problem(int status, std::string_view detail,
                               std::string_view parameter = {});

}  // namespace stemma
