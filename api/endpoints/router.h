#pragma once

#include <string_view>

#include "api/endpoints/api_context.h"
#include "api/http/request.h"
#include "api/http/request_handlers.h"

namespace stemma {

/// Answers one request: the whole of the HTTP behaviour, without a socket. Finds the route
/// (endpoints/routes.h), refuses what the route does not take, and tells errors. Never throws.
/// Thread-safe. For HEAD the body is that of GET; the server keeps it back.
[[nodiscard]] Response handle(const Request& request, ApiContext& context);

/// The answer to what could not be read as a request, with what every answer has. Never throws.
/// Thread-safe.
[[nodiscard]] Response refuse(int status, std::string_view detail, ApiContext& context);

/// These two for a server; `context` must outlive it.
[[nodiscard]] RequestHandlers handlers_of(ApiContext& context);

}  // namespace stemma
