#pragma once

#include <functional>
#include <string>

#include "crawler/hub_url.h"

namespace stemma {

// What environment variables say of requests, as curl reads them.

/// A variable's value; empty where it is not set.
using Environment = std::function<std::string(const std::string& name)>;

/// That of this process.
[[nodiscard]] std::string process_environment(const std::string& name);

/// The variable that names the proxy for requests to `origin`: `http_proxy` (in lower case only: a
/// CGI server sets HTTP_PROXY to what a client sends), `https_proxy`, `all_proxy` and those in
/// capitals; empty where requests go there directly, because none is set or by `no_proxy`. Never
/// the proxy itself, which may hold a password. Pure.
[[nodiscard]] std::string proxy_variable(const Origin& origin, const Environment& environment);

/// The file of certificates to trust for requests to `origin`: `asked` (of --ca-file), else
/// CURL_CA_BUNDLE, else SSL_CERT_FILE; empty: the system's. The variables do not count where
/// requests are not encrypted. Throws Error{usage} where the file cannot be read or holds no
/// certificate, naming it and who named it.
[[nodiscard]] std::string ca_file(const std::string& asked, const Origin& origin,
                                  const Environment& environment);

}  // namespace stemma
