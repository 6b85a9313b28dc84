#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/http/request.h"

namespace stemma {

/// Whom the server asks for answers. Called from many threads at once; the first two never throw.
struct RequestHandlers {
  std::function<Response(const Request&)> answer;
  /// The answer to what could not be read as a request.
  std::function<Response(int status, std::string_view detail)> refuse;
  /// Told what goes wrong with a connection; may be empty.
  std::function<void(const std::string&)> log;
};

}  // namespace stemma
