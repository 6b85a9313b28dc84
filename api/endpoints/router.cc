#include "api/endpoints/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <tuple>

#include "api/chunk_source.h"
#include "api/http/gzip.h"
#include "api/http/problem.h"
#include "api/query/cursor.h"
#include "api/query/lineage_queries.h"
#include "api/query/links.h"
#include "api/query/page_link.h"
#include "api/render/answers.h"
#include "api/render/change_lines.h"
#include "api/web/pages.h"
#include "graph/lookup.h"
#include "graph/nearest.h"
#include "graph/search.h"
#include "schema/model_name.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kNdjson = "application/x-ndjson";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kMethods = "GET, HEAD, OPTIONS";

/// How much a client that sends this Accept wants `type`, which must be one of those that it names
/// itself; 0 for not at all. With `wildcards`, the most specific range that holds it decides.
double quality(std::string_view accept, std::string_view type, bool wildcards = false) {
  int best = 0;
  double result = 0;
  for_each_part(accept, ',', [&](std::string_view item) {
    const std::string_view range = trim(item.substr(0, item.find(';')));
    const bool named = equal_folded(range, type);
    const bool group = range.size() > 2 && range.substr(range.size() - 2) == "/*" &&
                       equal_folded(range.substr(0, range.size() - 1),
                                    type.substr(0, std::min(type.size(), range.size() - 1)));
    const int specific = named ? 3 : !wildcards ? 0 : group ? 2 : range == "*/*" ? 1 : 0;
    if (specific <= best) return;
    best = specific;
    result = 1;
    for (auto at = item.find(';'); at != std::string_view::npos; at = item.find(';', at + 1)) {
      const std::string_view parameter = trim(item.substr(at + 1));
      if (parameter.size() < 2 || !equal_folded(parameter.substr(0, 2), "q=")) continue;
      const std::string number{parameter.substr(2, parameter.find(';') - 2)};
      result = std::clamp(std::strtod(number.c_str(), nullptr), 0.0, 1.0);
    }
  });
  return result;
}

/// Lines are for those who ask for them by name and want them no less than JSON.
bool wants_lines(std::string_view accept) {
  const double lines = quality(accept, kNdjson);
  return lines > 0 && lines >= quality(accept, kJson, true);
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
  bool found = false;
  for_each_part(if_none_match, ',', [&](std::string_view item) {
    if (item.substr(0, 2) == "W/") item.remove_prefix(2);  // If-None-Match compares weakly
    found = found || item == "*" || item == etag;
  });
  return found;
}

/// What may stand in a Host header; anything else would end up inside a URL that is handed out.
bool plausible_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '-' || c == '_' || c == '[' || c == ']';
  });
}

/// `https://example.org`: what the client calls this server. Anybody can send `X-Forwarded-*`, so
/// they count from proxies that the operator named alone.
std::string base_url(const Request& request, bool forwarded) {
  const auto first = [&](std::string_view name) {
    const std::string_view value = forwarded ? request.header(name) : std::string_view{};
    return trim(value.substr(0, value.find(',')));
  };
  std::string_view host = first("X-Forwarded-Host");
  if (!plausible_host(host)) host = request.header("Host");
  if (!plausible_host(host)) host = "localhost";
  const bool secure = equal_folded(first("X-Forwarded-Proto"), "https");
  return fmt::format("{}://{}", secure ? "https" : "http", host);
}

std::string drained(const ChunkSource& chunks) {
  std::string text;
  while (chunks(text)) {
  }
  return text;
}

std::string join_path(const std::vector<std::string>& segments, std::size_t from, std::size_t to) {
  std::string joined;
  for (std::size_t i = from; i < to; ++i) {
    if (i > from) joined += '/';
    joined += segments[i];
  }
  return joined;
}

/// One request on its way to an answer.
class Exchange {
 public:
  Exchange(const Request& request, ApiContext& context) : request_{request}, context_{context} {}

  Response answer() {
    Response response = guarded();
    add_common_headers(response);
    context_.metrics.count_answer(response.status);
    return response;
  }

  Response refusal(int status, std::string_view detail) {
    Response response = problem(status, detail);
    add_common_headers(response);
    context_.metrics.count_answer(response.status);
    return response;
  }

 private:
  Response guarded() {
    try {
      return route();
    } catch (const ParamError& error) {
      return failure(400, error.what(), error.parameter());
    } catch (const Error& error) {
      const int status = http_status(error.kind());
      if (status == 500) return internal_failure(error.what());
      if (status == 503 && context_.log) context_.log(error.what());
      Response response = failure(status, error.what());
      if (status == 503) response.set_header("Retry-After", "5");
      return response;
    } catch (const std::exception& error) {
      return internal_failure(error.what());
    }
  }

  Response internal_failure(const std::string& what) {
    if (context_.log)
      context_.log(request_.method + " " + valid_utf8(request_.target) + ": " + what);
    return failure(500, "the server failed to answer; its log says why");
  }

  /// People get a page, programs a problem.
  Response failure(int status, std::string_view detail, std::string_view parameter = {}) {
    const bool may_be_page = target_ && target_->segments.front() != "v1";
    Response response;
    if (may_be_page && quality(request_.header("Accept"), "text/html") > 0) {
      response.status = status;
      response.headers = {{"Content-Type", std::string{kHtml}}};
      response.body = error_page(status_title(status), detail);
    } else {
      response = problem(status, detail, parameter);
    }
    if (may_be_page) response.set_header("Vary", "Accept");
    return response;
  }

  Response route() {
    target_ = parse_target(request_.target);
    if (request_.method == "OPTIONS") return options();
    if (request_.method != "GET" && request_.method != "HEAD") {
      Response response =
          failure(405, request_.method + " is not answered here, only GET and HEAD");
      response.set_header("Allow", std::string{kMethods});
      return response;
    }
    if (!target_) return failure(400, "the target is no path with a well-formed query");
    const std::vector<std::string>& path = target_->segments;
    const std::string& head = path.front();
    if (head == "v1" && path.size() > 1) return route_api(path);
    if (path.size() == 1) {
      if (head.empty()) return home();
      if (head == "search") return search_page_answer();
      if (head == "style.css") return stylesheet_answer();
      if (head == "healthz") {
        refuse_params();
        return status_answer(R"({"status":"ok"})");
      }
      if (head == "readyz") {
        refuse_params();
        open_current();  // throws when there is none: 503
        return status_answer(
            fmt::format(R"({{"status":"ready","snapshot":{}}})", facts_->number()));
      }
      if (head == "metrics") return metrics_answer();
    }
    if (head == "models" && path.size() > 1) return model_page_answer();
    if (head == "families" && path.size() == 2) return family_page_answer();
    return failure(404, "there is no such resource");
  }

  Response route_api(const std::vector<std::string>& path) {
    const std::string& resource = path[1];
    if (resource == "models" && path.size() > 2) {
      const bool sub = path.size() > 3 && is_subresource(path.back());
      const std::string name = join_path(path, 2, path.size() - (sub ? 1 : 0));
      return sub ? model_list(name, path.back()) : model(name);
    }
    if (resource == "families" && path.size() == 2) return families();
    if (resource == "families" && path.size() == 3) return family(path[2]);
    if (resource == "families" && path.size() == 4 && path[3] == "models") {
      return family_models(path[2]);
    }
    if (path.size() == 2 && resource == "search") return search_answer();
    if (path.size() == 2 && resource == "stats") return stats();
    if (path.size() == 2 && resource == "snapshots") return snapshots();
    if (path.size() == 2 && resource == "changes") return changes();
    if (path.size() == 2 && resource == "path") return two_models("from", "to", path[1]);
    if (path.size() == 2 && resource == "common_ancestors") return two_models("of", "and", path[1]);
    if (path.size() == 2 && resource == "lint") return lint();
    if (path.size() == 2 && resource == "licenses") return license_table_answer();
    if (path.size() == 2 && resource == "inference") return inference();
    return failure(404, "there is no such resource");
  }

  // Snapshots.

  void open(const SnapshotHandle& snapshot) { facts_ = context_.facts.of(snapshot, edges_); }
  void open_current() { open(context_.snapshots.current()); }

  std::optional<SnapshotNumber> asked_number(ParamReader& reader) {
    const auto as_of = reader.as_of();
    if (!as_of) return std::nullopt;
    return number_as_of(context_.snapshots, *as_of);
  }

  /// Opens the snapshot that `as_of` or the cursor asks for, else the newest.
  void open_asked(ParamReader& reader) {
    edges_ = reader.edges();
    const auto as_of = asked_number(reader);
    if (const auto text = reader.text("cursor")) {
      cursor_ = decode_cursor(*text);
      if (!cursor_ || (as_of && *as_of != cursor_->snapshot)) {
        throw ParamError{"cursor", "is not one that was handed out for this query"};
      }
      // Who asked for that snapshot by number can have it, page after page.
      if (!as_of && context_.snapshots.pruned(cursor_->snapshot)) {
        throw Error{ErrorKind::pruned,
                    fmt::format("snapshot {}, which the cursor belongs to, was pruned: begin again "
                                "without it, or with as_of={}",
                                cursor_->snapshot, cursor_->snapshot)};
      }
      try {
        return open(context_.snapshots.at(cursor_->snapshot));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        throw ParamError{"cursor", "is of a snapshot that was never published here"};
      }
    }
    if (as_of) return open(context_.snapshots.at(*as_of));
    open_current();
  }

  /// The same without paging: a cursor is refused by the reader's finish().
  void open_as_of(ParamReader& reader, bool lineage = true) {
    if (lineage) {
      edges_ = reader.edges();
      static_cast<void>(reader.share("min_confidence"));  // taken
    }
    const auto as_of = asked_number(reader);
    if (as_of) return open(context_.snapshots.at(*as_of));
    open_current();
  }

  const SnapshotView& view() const { return facts_->snapshot(); }

  /// Whether the request came through a proxy that is believed.
  bool forwarded() const { return context_.trusted_proxies.contains(request_.peer); }

  // Answers.

  std::uint64_t query_hash(const std::string& path) const {
    return stemma::query_hash(path, target_->params, context_.families_hash);
  }

  /// Names this answer among all that this and any other version ever gave; the coding makes the
  /// bytes differ.
  std::string make_etag(std::string_view path, std::string_view type) const {
    const SnapshotTotals& total = view().total();
    const std::string all =
        fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", STEMMA_VERSION, total.observed_at,
                    total.models, total.edges, total.claims_observed, context_.families_hash, type,
                    base_url(request_, forwarded()), path, canonical_query(target_->params, true));
    return fmt::format("\"{}-{:016x}{}\"", total.number, hash_text(all), gzip_ ? "-gzip" : "");
  }

  /// The head of a 200, or of a 304 where the client has it already.
  Response begin(const std::string& path, std::string_view type) {
    gzip_ = accepts_gzip(request_.header("Accept-Encoding"));
    Response response;
    const std::string etag = make_etag(path, type);
    response.headers = {
        {"ETag", etag},
        {"Vary", forwarded() ? "Accept, Accept-Encoding, X-Forwarded-Host, X-Forwarded-Proto"
                             : "Accept, Accept-Encoding"},
        {"Cache-Control", "no-cache"}};
    if (matches_etag(request_.header("If-None-Match"), etag)) {
      response.status = 304;
      return response;
    }
    response.headers.emplace_back("Content-Type", type);
    if (gzip_) response.headers.emplace_back("Content-Encoding", "gzip");
    return response;
  }

  void fill(Response& response, std::string body) const {
    response.body = gzip_ ? gzip(body) : std::move(body);
  }

  /// `make_body` is not called where a 304 will do.
  template <class MakeBody>
  Response whole(const std::string& path, std::string_view type, MakeBody&& make_body) {
    Response response = begin(path, type);
    if (response.status == 200) fill(response, make_body());
    return response;
  }

  /// One page of an answer of many items, or all of them as lines.
  struct Page {
    std::size_t shown = 0;
    std::uint64_t total = 0;
    std::function<std::string(std::string_view next)> body;
    std::function<ChunkSource()> lines;
  };

  /// `make_page(offset, limit)` is not called where a 304 will do.
  template <class MakePage>
  Response paged(const std::string& path, std::size_t limit, MakePage&& make_page) {
    const bool stream = wants_lines(request_.header("Accept"));
    if (stream) {
      for (const Param& param : target_->params) {
        if (param.name == "cursor") {
          throw ParamError{param.name, "makes no sense in a stream, which is the whole answer"};
        }
      }
      limit = std::numeric_limits<NodeId>::max();  // whatever `limit` says: no pages here
    }
    const std::uint64_t hash = query_hash(path);
    std::size_t offset = 0;
    if (cursor_) {
      if (cursor_->query != hash) throw ParamError{"cursor", "belongs to another query"};
      offset = static_cast<std::size_t>(cursor_->offset);
    }
    Response response = begin(path, stream ? kNdjson : kJson);
    if (response.status != 200) return response;
    const Page page = make_page(offset, limit);
    if (stream) {
      ChunkSource lines = page.lines();
      response.chunks = gzip_ ? gzip_chunks(std::move(lines)) : std::move(lines);
      return response;
    }
    std::string next;
    const std::size_t end = offset + page.shown;
    if (page.shown > 0 && end < page.total) {
      next = base_url(request_, forwarded()) +
             next_page(path, target_->params, {facts_->number(), end, hash});
      response.headers.emplace_back("Link", "<" + next + ">; rel=\"next\"");
    }
    fill(response, page.body(next));
    return response;
  }

  template <class MakeList>
  Response list(const std::string& path, ListQuery query, MakeList&& make_list) {
    return paged(path, query.limit, [&](std::size_t offset, std::size_t limit) {
      query.offset = offset;
      query.limit = limit;
      const auto answer = std::make_shared<ListAnswer>(make_list(query));
      return Page{.shown = answer->listing.items.size(),
                  .total = answer->listing.total,
                  .body = [this, answer](auto next) { return list_json(view(), *answer, next); },
                  .lines = [this, answer] { return list_lines(facts_->handle(), *answer); }};
    });
  }

  // Names.

  /// The node that `name` means. Where that is an alias or another case, `redirect_` leads to
  /// `path_of` its name + `suffix`.
  template <class PathOf>
  NodeId find_model(const std::string& name, PathOf&& path_of, std::string_view suffix) {
    const auto node = find_name(view(), name);
    if (!node) {
      throw Error{ErrorKind::not_found,
                  fmt::format("no model or ghost is called '{}' in snapshot {}{}", name,
                              facts_->number(), did_you_mean(nearest_models(name)))};
    }
    const std::string_view canonical = view().name(*node);
    if (canonical != name) redirect_to(path_of(canonical), suffix);
    return *node;
  }

  static std::string did_you_mean(const std::vector<std::string>& names) {
    return names.empty() ? "" : "; did you mean " + either_of(names) + "?";
  }

  std::vector<std::string> nearest_models(const std::string& name) const {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> names;
    if (name.size() > kLongestSearch) return names;
    const auto descendants = [this](NodeId node) { return facts_->live_descendants(node); };
    for (const SearchHit& hit : search_names(facts_->search_index(), name, kShown, descendants))
      names.emplace_back(view().name(hit.node));
    return names;
  }

  const FamilyDefinition& find_family(const std::string& name, std::string_view prefix,
                                      std::string_view suffix) {
    const FamilyDefinition* family = facts_->families().find(name);
    if (family == nullptr) {
      std::vector<std::string> names;
      for (const FamilyDefinition& one : facts_->families().definitions())
        names.push_back(one.name);
      throw Error{ErrorKind::not_found, fmt::format("no family or series is called '{}'{}", name,
                                                    did_you_mean(nearest_words(name, names)))};
    }
    if (family->name != name) {
      redirect_to(fmt::format("{}{}", prefix, percent_encode(family->name)), suffix);
    }
    return *family;
  }

  void redirect_to(std::string location, std::string_view suffix) {
    Response response;
    response.status = 308;
    location += suffix;
    if (!target_->raw_query.empty()) location += '?' + target_->raw_query;
    // A name may come to mean another model: without this, a 308 is kept for ever.
    response.headers = {{"Location", std::move(location)}, {"Cache-Control", "no-cache"}};
    redirect_ = std::move(response);
  }

  // The API.

  Response model(const std::string& name) {
    ParamReader reader{target_->params};
    open_as_of(reader);
    const NodeId node = find_model(name, model_path, "");
    if (redirect_) return *redirect_;
    reader.finish();
    return whole(model_path(name), kJson,
                 [&] { return model_json(view(), show_model(*facts_, node)); });
  }

  Response model_list(const std::string& name, const std::string& sub) {
    ParamReader reader{target_->params};
    open_asked(reader);
    const std::string suffix = "/" + sub;
    const NodeId node = find_model(name, model_path, suffix);
    if (redirect_) return *redirect_;
    const std::string path = model_path(name) + suffix;
    if (sub == "dominators" || sub == "history" || sub == "licenses") {
      static_cast<void>(reader.share("min_confidence"));  // was used to open the snapshot
      reader.finish();
      return whole(path, kJson, [&] {
        if (sub == "dominators") return dominators_json(view(), find_dominators(*facts_, node));
        if (sub == "history") return history_json(view(), show_history(*facts_, node));
        return licenses_json(view(), show_licenses(*facts_, node));
      });
    }
    if (sub == "parents") {
      ListQuery query;
      query.limit = reader.limit();
      reader.finish();
      return list(path, query, [&](const ListQuery& q) { return list_parents(*facts_, node, q); });
    }
    if (sub == "adoption") return failure(404, "there is no such resource");
    const ListQuery query = read_list_query(reader, sub == "ancestors", sub != "children");
    const auto exposures = sub == "impact" ? read_exposures(reader) : std::vector<Exposure>{};
    reader.finish();
    return list(path, query, [&](const ListQuery& q) {
      if (sub == "children") return list_children(*facts_, node, q);
      if (sub == "ancestors") return list_ancestors(*facts_, node, q);
      if (sub == "impact") return list_impact(*facts_, node, exposures, q);
      return list_descendants(*facts_, node, q);
    });
  }

  Response families() {
    ParamReader reader{target_->params};
    open_as_of(reader);
    const Policy policy =
        reader.choice("policy", {"any", "fractional"}) == "any" ? Policy::any : Policy::fractional;
    reader.finish();
    const bool lines = wants_lines(request_.header("Accept"));
    return whole("/v1/families", lines ? kNdjson : kJson, [&] {
      const FamiliesAnswer answer = list_families(*facts_, policy);
      return lines ? drained(families_lines(facts_->handle(), answer))
                   : families_json(view(), answer);
    });
  }

  Response family(const std::string& name) {
    ParamReader reader{target_->params};
    open_as_of(reader);
    const FamilyDefinition& definition = find_family(name, "/v1/families/", "");
    if (redirect_) return *redirect_;
    const Policy policy =
        reader.choice("policy", {"any", "fractional"}) == "any" ? Policy::any : Policy::fractional;
    if (policy == Policy::fractional && !definition.top_level())
      throw ParamError{"policy", "fractional is for top-level families, and this is a series"};
    const std::size_t top = reader.top();
    reader.finish();
    return whole("/v1/families/" + percent_encode(name), kJson, [&] {
      return family_json(view(), show_family(*facts_, definition, policy), top);
    });
  }

  Response family_models(const std::string& name) {
    ParamReader reader{target_->params};
    open_asked(reader);
    const FamilyDefinition& definition = find_family(name, "/v1/families/", "/models");
    if (redirect_) return *redirect_;
    const ListQuery query = read_list_query(reader, false);
    reader.finish();
    return list("/v1/families/" + percent_encode(name) + "/models", query,
                [&](const ListQuery& q) { return list_family_models(*facts_, definition, q); });
  }

  Response search_answer() {
    ParamReader reader{target_->params};
    open_as_of(reader);
    const std::string text = reader.search_text("q");
    const std::size_t limit = reader.limit();
    reader.finish();
    const bool lines = wants_lines(request_.header("Accept"));
    return whole("/v1/search", lines ? kNdjson : kJson, [&] {
      const std::vector<SearchItem> items = search(*facts_, text, limit);
      return lines ? drained(search_lines(facts_->handle(), items)) : search_json(view(), items);
    });
  }

  Response stats() {
    ParamReader reader{target_->params};
    open_as_of(reader, false);
    reader.finish();
    return whole("/v1/stats", kJson, [&] {
      return stats_json(*facts_, context_.troubles
                                     ? context_.troubles(facts_->number(), kRejectedShown)
                                     : Troubles{});
    });
  }

  /// An answer about two models, given by name in whatever case, or by an alias.
  Response two_models(std::string_view first, std::string_view second,
                      const std::string& resource) {
    ParamReader reader{target_->params};
    open_as_of(reader);
    const auto take = [&](std::string_view name) {
      const auto text = reader.text(name);
      if (!text) throw ParamError{std::string{name}, "is missing: the name of a model"};
      return std::string{model_of_address(*text)};
    };
    const std::string a = take(first);
    const std::string b = take(second);
    reader.finish();
    const auto node = [&](const std::string& name) { return find_model(name, model_path, ""); };
    const NodeId from = node(a);
    const NodeId to = node(b);
    return whole("/v1/" + resource, kJson, [&] {
      return resource == "path" ? path_json(view(), find_path(*facts_, from, to))
                                : common_json(view(), find_common(*facts_, from, to));
    });
  }

  Response lint() {
    ParamReader reader{target_->params};
    open_asked(reader);
    const auto kinds = read_lint_kinds(reader);
    const std::size_t limit = reader.limit();
    reader.finish();
    return paged("/v1/lint", limit, [&](std::size_t offset, std::size_t most) {
      const auto answer = std::make_shared<LintAnswer>(list_lint(*facts_, kinds, offset, most));
      return Page{.shown = answer->items.size(),
                  .total = answer->total,
                  .body = [this, answer](auto next) { return lint_json(view(), *answer, next); },
                  .lines = [this, answer] { return lint_lines(facts_->handle(), *answer); }};
    });
  }

  Response license_table_answer() {
    refuse_params();
    open_current();
    return whole("/v1/licenses", kJson, [] { return license_table_json(); });
  }

  Response inference() {
    ParamReader reader{target_->params};
    open_as_of(reader, false);
    reader.finish();
    return whole("/v1/inference", kJson,
                 [&] { return inference_json(view(), show_inference(*facts_, false)); });
  }

  Response changes() {
    ParamReader reader{target_->params};
    open_as_of(reader, false);
    const ChangesRange range = read_changes_range(reader, facts_->number());
    reader.finish();
    Response response = begin("/v1/changes", kNdjson);
    if (response.status != 200) return response;
    ChunkSource lines = change_lines(context_.snapshots, range);
    response.chunks = gzip_ ? gzip_chunks(std::move(lines)) : std::move(lines);
    return response;
  }

  Response snapshots() {
    ParamReader reader{target_->params};
    open_current();
    reader.finish();
    return whole("/v1/snapshots", kJson, [&] { return snapshots_json(view()); });
  }

  void refuse_params() const { ParamReader{target_->params}.finish(); }

  // How the server is.

  Response status_answer(std::string body) {
    Response response;
    response.headers = {{"Content-Type", std::string{kJson}}, {"Cache-Control", "no-store"}};
    response.body = std::move(body);
    return response;
  }

  Response metrics_answer() {
    refuse_params();
    try {
      open_current();
    } catch (const Error&) {
      facts_ = nullptr;  // a server without a snapshot has metrics, too
    }
    CrawlHistory history;
    try {
      if (context_.history) history = context_.history();
    } catch (const Error& error) {
      if (context_.log) context_.log(error.what());  // metrics of the server are still worth having
    }
    Response response = status_answer(context_.metrics.text(facts_ ? &view() : nullptr, history,
                                                            context_.snapshots.damaged_files()));
    response.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
  }

  Response options() {
    Response response;
    response.status = 204;
    response.headers = {{"Allow", std::string{kMethods}},
                        {"Access-Control-Allow-Methods", std::string{kMethods}},
                        {"Access-Control-Allow-Headers", "Accept, If-None-Match"},
                        {"Access-Control-Max-Age", "86400"}};
    return response;
  }

  // The pages.

  std::string page_path() const { return target_->raw_path; }

  Response home() {
    refuse_params();
    open_current();
    return whole(page_path(), kHtml,
                 [&] { return home_page(*facts_, list_families(*facts_, Policy::any)); });
  }

  Response search_page_answer() {
    ParamReader reader{target_->params};
    const std::string text = reader.search_text("q", true);
    reader.finish();
    open_current();
    return whole(page_path(), kHtml, [&] {
      // One more than is shown tells whether there is more.
      const auto items =
          text.empty() ? std::vector<SearchItem>{} : search(*facts_, text, kSearchRowsShown + 1);
      return search_page(*facts_, valid_utf8(text), items);
    });
  }

  Response model_page_answer() {
    open_current();
    const auto& path = target_->segments;
    const auto page_of = [](std::string_view name) {
      return "/models/" + percent_encode(name, true);
    };
    const NodeId node = find_model(join_path(path, 1, path.size()), page_of, "");
    if (redirect_) return *redirect_;
    refuse_params();
    return whole(page_path(), kHtml, [&] {
      ListQuery parents;
      parents.limit = kMaxLimit;
      return model_page(*facts_, show_model(*facts_, node), list_parents(*facts_, node, parents),
                        list_children(*facts_, node, ListQuery{}));
    });
  }

  Response family_page_answer() {
    open_current();
    const FamilyDefinition& family = find_family(target_->segments[1], "/families/", "");
    if (redirect_) return *redirect_;
    refuse_params();
    return whole(page_path(), kHtml, [&] {
      return family_page(*facts_, show_family(*facts_, family),
                         list_descendants(*facts_, family, ListQuery{}));
    });
  }

  Response stylesheet_answer() {
    refuse_params();
    Response response;
    response.headers = {{"Content-Type", "text/css; charset=utf-8"},
                        {"Cache-Control", "max-age=3600"}};
    response.body = std::string{stylesheet()};
    return response;
  }

  void add_common_headers(Response& response) {
    response.set_header("Access-Control-Allow-Origin", "*");
    response.set_header("Access-Control-Expose-Headers",
                        "ETag, Link, X-Snapshot, X-Snapshot-Partial, X-Snapshot-Generated");
    response.set_header("X-Content-Type-Options", "nosniff");
    if (response.header("Content-Type") == kHtml) {
      response.set_header(
          "Content-Security-Policy",
          "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'");
      response.set_header("Referrer-Policy", "no-referrer");
    }
    if (!facts_) {
      try {
        open_current();
      } catch (const std::exception&) {
        return;  // nothing was published: there is no number to tell
      }
    }
    const SnapshotTotals& total = view().total();
    response.set_header("X-Snapshot", std::to_string(total.number));
    if (total.partial != 0) {
      // Header values end at the line; a scope is text that somebody typed.
      std::string scope = percent_encode(view().scope_text());
      response.set_header("X-Snapshot-Partial", scope.empty() ? "true" : std::move(scope));
    }
    if (total.generated != 0) response.set_header("X-Snapshot-Generated", "true");
  }

  const Request& request_;
  ApiContext& context_;
  std::optional<Target> target_;
  std::shared_ptr<SnapshotFacts> facts_;
  std::optional<Cursor> cursor_;
  EdgeChoice edges_;
  std::optional<Response> redirect_;
  bool gzip_ = false;
};

}  // namespace

ApiContext::ApiContext(SnapshotSource& source, const FamilySet& definitions)
    : snapshots{source},
      families{definitions},
      facts{definitions},
      families_hash{hash_definitions(definitions)} {}

Response handle(const Request& request, ApiContext& context) {
  return Exchange{request, context}.answer();
}

Response refuse(int status, std::string_view detail, ApiContext& context) {
  const Request none;
  return Exchange{none, context}.refusal(status, detail);
}

RequestHandlers handlers_of(ApiContext& context) {
  return {
      [&context](const Request& request) { return handle(request, context); },
      [&context](int status, std::string_view detail) { return refuse(status, detail, context); },
      context.log};
}

}  // namespace stemma
