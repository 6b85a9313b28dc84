#include "api/endpoints/endpoints.h"
#include "api/fields/health_rows.h"
#include "api/render/json_fields.h"

namespace stemma {
namespace {

/// About the server as it is now: kept by nobody.
Response status_answer(std::string_view type, std::string body) {
  Response response;
  response.headers = {{"Content-Type", std::string{type}}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Response get_health(RequestContext&) {
  return status_answer(kJsonType, json_text<HealthRow>(health_fields(), {"ok"}));
}

Response get_readiness(RequestContext& context) {
  context.open_current();  // throws when there is none: 503
  return status_answer(
      kJsonType, json_text<HealthRow>(readiness_fields(), {"ready", context.facts().number()}));
}

Response get_metrics(RequestContext& context) {
  ApiContext& api = context.api();
  try {
    context.open_current();
  } catch (const Error&) {
    // A server without a snapshot has metrics, too.
  }
  CrawlHistory history;
  try {
    if (api.history) history = api.history();
  } catch (const Error& error) {
    if (api.log) api.log(error.what());  // metrics of the server are still worth having
  }
  return status_answer("text/plain; version=0.0.4; charset=utf-8",
                       api.metrics.text(context.is_open() ? &context.view() : nullptr, history,
                                        api.snapshots.damaged_files()));
}

}  // namespace stemma
