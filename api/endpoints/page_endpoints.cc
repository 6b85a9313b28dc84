#include "api/endpoints/endpoints.h"
#include "api/web/pages.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {

Response get_home_page(RequestContext& context) {
  context.open_current();
  return context.whole(context.raw_path(), kHtmlType, [&] {
    return home_page(context.facts(), list_families(context.facts(), Policy::any));
  });
}

Response get_search_page(RequestContext& context) {
  const std::string text = context.params().search_text(param::search_text.name, true);
  context.params().finish();
  context.open_current();
  return context.whole(context.raw_path(), kHtmlType, [&] {
    // One more than is shown tells whether there is more.
    const auto items = text.empty() ? std::vector<SearchItem>{}
                                    : search(context.facts(), text, kSearchRowsShown + 1);
    return search_page(context.facts(), valid_utf8(text), items);
  });
}

Response get_model_page(RequestContext& context) {
  context.open_current();
  const NodeId node =
      context.model([](std::string_view name) { return "/models/" + percent_encode(name, true); });
  return context.whole(context.raw_path(), kHtmlType, [&] {
    SnapshotFacts& facts = context.facts();
    ListQuery parents;
    parents.limit = kMaxLimit;
    return model_page(facts, show_model(facts, node), list_parents(facts, node, parents),
                      list_children(facts, node, ListQuery{}));
  });
}

Response get_family_page(RequestContext& context) {
  context.open_current();
  const FamilyDefinition& family = context.family("/families/");
  return context.whole(context.raw_path(), kHtmlType, [&] {
    return family_page(context.facts(), show_family(context.facts(), family),
                       list_descendants(context.facts(), family, ListQuery{}));
  });
}

}  // namespace stemma
