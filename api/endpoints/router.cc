#include "api/endpoints/router.h"

#include <algorithm>
#include <optional>

#include "api/endpoints/endpoints.h"
#include "api/endpoints/routes.h"
#include "api/http/problem.h"
#include "api/query/page_link.h"
#include "api/web/pages.h"
#include "schema/error.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::string_view kMethods = "GET, HEAD, OPTIONS";

/// One request on its way to an answer.
class RequestHandler {
 public:
  RequestHandler(const Request& request, ApiContext& api) : request_{request}, api_{api} {}

  Response answer() { return complete(guarded()); }
  Response refusal(int status, std::string_view detail) {
    return complete(problem(status, detail));
  }

 private:
  Response complete(Response response) {
    add_common_headers(response);
    api_.metrics.count_answer(response.status);
    return response;
  }

  Response guarded() {
    try {
      return routed();
    } catch (const MovedTo& moved) {
      return redirect(moved.location);
    } catch (const ParamError& error) {
      return failure(400, error.what(), error.parameter());
    } catch (const Error& error) {
      const int status = http_status(error.kind());
      if (status == 500) return internal_failure(error.what());
      if (status == 503 && api_.log) api_.log(error.what());
      Response response = failure(status, error.what());
      if (status == 503) response.set_header("Retry-After", "5");
      return response;
    } catch (const std::exception& error) {
      return internal_failure(error.what());
    }
  }

  Response routed() {
    target_ = parse_target(request_.target);
    if (request_.method == "OPTIONS") return options();
    if (request_.method != "GET" && request_.method != "HEAD") {
      Response response =
          failure(405, request_.method + " is not answered here, only GET and HEAD");
      response.set_header("Allow", std::string{kMethods});
      return response;
    }
    if (!target_) return failure(400, "the target is no path with a well-formed query");
    auto match = find_route(target_->segments);
    if (!match) return failure(404, "there is no such resource");
    for (const Param& param : target_->params) {
      const auto is_it = [&](const ParamInfo& info) { return info.name == param.name; };
      if (std::none_of(match->route->params.begin(), match->route->params.end(), is_it))
        throw ParamError{param.name, "is not a parameter of this resource"};
    }
    context_.emplace(request_, *target_, std::move(match->variable), api_);
    return match->route->answer(*context_);
  }

  static Response options() {
    Response response;
    response.status = 204;
    response.headers = {{"Allow", std::string{kMethods}},
                        {"Access-Control-Allow-Methods", std::string{kMethods}},
                        {"Access-Control-Allow-Headers", "Accept, If-None-Match"},
                        {"Access-Control-Max-Age", "86400"}};
    return response;
  }

  Response redirect(std::string location) const {
    Response response;
    response.status = 308;
    if (!target_->raw_query.empty()) location += '?' + target_->raw_query;
    // A name may come to mean another model: without this, a 308 is kept for ever.
    response.headers = {{"Location", std::move(location)}, {"Cache-Control", "no-cache"}};
    return response;
  }

  Response internal_failure(const std::string& what) {
    if (api_.log) api_.log(request_.method + " " + valid_utf8(request_.target) + ": " + what);
    return failure(500, "the server failed to answer; its log says why");
  }

  /// People get a page, programs a problem.
  Response failure(int status, std::string_view detail, std::string_view parameter = {}) const {
    const bool may_be_page = target_ && target_->segments.front() != "v1";
    Response response;
    if (may_be_page && accept_quality(request_.header("Accept"), "text/html") > 0) {
      response.status = status;
      response.headers = {{"Content-Type", std::string{kHtmlType}}};
      response.body = error_page(status_title(status), detail);
    } else {
      response = problem(status, detail, parameter);
    }
    if (may_be_page) response.set_header("Vary", "Accept");
    return response;
  }

  /// What others may put into a frame.
  [[nodiscard]] bool is_embed() const { return request_.target.starts_with("/embed/"); }

  void add_common_headers(Response& response) {
    response.set_header("Access-Control-Allow-Origin", "*");
    response.set_header("Access-Control-Expose-Headers",
                        "ETag, Link, X-Snapshot, X-Snapshot-Partial, X-Snapshot-Generated");
    response.set_header("X-Content-Type-Options", "nosniff");
    if (response.header("Content-Type") == kHtmlType) {
      response.set_header(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
          "frame-ancestors " +
              std::string{is_embed() ? "*" : "'none'"});
      response.set_header("Referrer-Policy", "no-referrer");
    }
    SnapshotHandle newest;
    const SnapshotView* view = nullptr;
    if (context_ && context_->is_open()) {
      view = &context_->view();
    } else {
      try {
        newest = api_.snapshots.current();
      } catch (const std::exception&) {
        return;  // nothing was published: there is no number to tell
      }
      view = &*newest;
    }
    const SnapshotTotals& total = view->total();
    response.set_header("X-Snapshot", std::to_string(total.number));
    if (total.partial != 0) {
      // Header values end at the line; a scope is text that somebody typed.
      std::string scope = percent_encode(view->scope_text());
      response.set_header("X-Snapshot-Partial", scope.empty() ? "true" : std::move(scope));
    }
    if (total.generated != 0) response.set_header("X-Snapshot-Generated", "true");
  }

  const Request& request_;
  ApiContext& api_;
  std::optional<Target> target_;
  std::optional<RequestContext> context_;
};

}  // namespace

ApiContext::ApiContext(SnapshotSource& source, const FamilySet& definitions)
    : snapshots{source},
      families{definitions},
      facts{definitions},
      families_hash{hash_definitions(definitions)} {}

Response handle(const Request& request, ApiContext& context) {
  return RequestHandler{request, context}.answer();
}

Response refuse(int status, std::string_view detail, ApiContext& context) {
  const Request none;
  return RequestHandler{none, context}.refusal(status, detail);
}

RequestHandlers handlers_of(ApiContext& context) {
  return {
      [&context](const Request& request) { return handle(request, context); },
      [&context](int status, std::string_view detail) { return refuse(status, detail, context); },
      context.log};
}

}  // namespace stemma
