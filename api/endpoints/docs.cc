#include "api/endpoints/endpoints.h"
#include "api/endpoints/openapi.h"
#include "api/http/gzip.h"
#include "schema/text.h"

namespace stemma {
namespace {

/// A body that is the same as long as the program runs, compressed once.
struct FixedBody {
  explicit FixedBody(std::string body)
      : plain{std::move(body)},
        compressed{gzip(plain)},
        etag{fmt::format("\"{:016x}\"", hash_text(plain))} {}
  std::string plain, compressed, etag;
};

Response fixed_answer(const RequestContext& context, std::string_view type, const FixedBody& body) {
  const Request& request = context.request();
  Response response;
  response.headers = {
      {"ETag", body.etag}, {"Vary", "Accept-Encoding"}, {"Cache-Control", "no-cache"}};
  if (matches_etag(request.header("If-None-Match"), body.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", type);
  const bool compressed = accepts_gzip(request.header("Accept-Encoding"));
  if (compressed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = compressed ? body.compressed : body.plain;
  return response;
}

}  // namespace

Response get_openapi(RequestContext& context) {
  static const FixedBody body{openapi_json(routes())};
  return fixed_answer(context, kJsonType, body);
}

}  // namespace stemma
