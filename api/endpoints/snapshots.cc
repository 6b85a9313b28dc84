#include "api/endpoints/endpoints.h"
#include "api/query/lineage_queries.h"
#include "api/render/answers.h"
#include "api/render/change_lines.h"

namespace stemma {

Response search_names(RequestContext& context) {
  context.open_edges();
  const std::string text = context.params().search_text(param::search_text.name);
  const std::size_t limit = context.params().limit();
  context.params().finish();
  return context.json_or_lines(
      "/v1/search", [&] { return search(context.facts(), text, limit); },
      [&](const std::vector<SearchItem>& items) { return search_json(context.view(), items); },
      [&](std::vector<SearchItem> items) {
        return search_lines(context.facts().handle(), std::move(items));
      });
}

Response list_lint(RequestContext& context) {
  context.open_page();
  const auto kinds = read_lint_kinds(context.params());
  const std::size_t limit = context.params().limit();
  context.params().finish();
  return context.paged("/v1/lint", limit, [&](std::size_t offset, std::size_t most) {
    const auto answer =
        std::make_shared<LintAnswer>(list_lint(context.facts(), kinds, offset, most));
    return RequestContext::Page{
        .shown = answer->items.size(),
        .total = answer->total,
        .body = [&context, answer](auto next) { return lint_json(context.view(), *answer, next); },
        .lines = [&context, answer] { return lint_lines(context.facts().handle(), *answer); }};
  });
}

Response get_stats(RequestContext& context) {
  context.open_as_of();
  context.params().finish();
  return context.whole("/v1/stats", kJsonType, [&] {
    const UnreadFieldsReader& troubles = context.api().troubles;
    return stats_json(context.facts(), troubles ? troubles(context.facts().number(), kRejectedShown)
                                                : UnreadFields{});
  });
}

Response list_snapshots(RequestContext& context) {
  context.open_current();
  return context.whole("/v1/snapshots", kJsonType, [&] { return snapshots_json(context.view()); });
}

Response list_changes(RequestContext& context) {
  context.open_as_of();
  const ChangesRange range = read_changes_range(context.params(), context.facts().number());
  context.params().finish();
  Response response = context.begin("/v1/changes", kNdjsonType);
  if (response.status == 200) context.fill(response, change_lines(context.api().snapshots, range));
  return response;
}

Response get_inference(RequestContext& context) {
  context.open_as_of();
  context.params().finish();
  return context.whole("/v1/inference", kJsonType, [&] {
    return inference_json(context.view(), show_inference(context.facts(), false));
  });
}

Response list_licenses(RequestContext& context) {
  context.open_current();
  return context.whole("/v1/licenses", kJsonType, [] { return license_table_json(); });
}

}  // namespace stemma
