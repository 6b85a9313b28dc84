#include "api/endpoints/endpoints.h"
#include "api/endpoints/openapi.h"
#include "api/gzip.h"
#include "api/web/assets.h"
#include "api/web/pages.h"
#include "schema/text.h"

namespace stemma {
namespace {

/// A body that is the same as long as the program runs, compressed ahead.
struct FixedBody {
  explicit FixedBody(const std::string& plain)
      : compressed{gzip(plain)}, hash{hash_text(compressed)} {}
  explicit FixedBody(const Asset& asset) : compressed{asset.gzip}, hash{hash_text(compressed)} {}

  std::string compressed;
  std::uint64_t hash;
};

Response fixed_answer(const RequestContext& context, std::string_view type, const FixedBody& body) {
  const Request& request = context.request();
  const bool compressed = accepts_gzip(request.header("Accept-Encoding"));
  const std::string etag = fmt::format("\"{:016x}{}\"", body.hash, compressed ? "-gzip" : "");
  Response response;
  response.headers = {{"ETag", etag}, {"Vary", "Accept-Encoding"}, {"Cache-Control", "no-cache"}};
  if (matches_etag(request.header("If-None-Match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", type);
  if (compressed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = compressed ? body.compressed : gunzip(body.compressed);
  return response;
}

}  // namespace

Response get_openapi(RequestContext& context) {
  static const FixedBody body{openapi_json(routes())};
  return fixed_answer(context, kJsonType, body);
}

Response get_docs(RequestContext& context) {
  static const FixedBody body{[] {
    std::vector<DocumentedRoute> documented;
    for (const Route& route : routes()) {
      if (route.body != BodyKind::page && !route.example.empty())
        documented.push_back({route.path, route.summary, route.params, route.example});
    }
    return docs_page(documented, find_asset("swagger-ui-bundle.js") != nullptr);
  }()};
  return fixed_answer(context, kHtmlType, body);
}

Response get_docs_file(RequestContext& context) {
  // Templates are compiled in, too, and are nobody's business.
  const std::string& name = context.variable();
  const Asset* asset = content_type_of(name) == kHtmlType ? nullptr : find_asset(name);
  if (asset == nullptr) throw Error{ErrorKind::not_found, "there is no such resource"};
  return fixed_answer(context, content_type_of(name), FixedBody{*asset});
}

Response get_asset(RequestContext& context) {
  const Asset* asset = find_served_asset(context.variable());
  if (asset == nullptr || content_type_of(asset->name) == kHtmlType)
    throw Error{ErrorKind::not_found, "there is no such resource"};
  Response response = fixed_answer(context, content_type_of(asset->name), FixedBody{*asset});
  // Its name tells what it holds.
  response.set_header("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

}  // namespace stemma
