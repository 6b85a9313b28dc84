#include "api/endpoints/endpoints.h"
#include "api/query/lineage_queries.h"
#include "api/query/links.h"
#include "api/render/answers.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

/// An answer about the path's model that comes whole.
template <class Ask, class Json>
Response answer_about(RequestContext& context, std::string_view suffix, Ask&& ask, Json&& json) {
  context.open_edges();
  const NodeId node = context.model(model_path, suffix);
  context.params().finish();
  return context.whole(model_path(context.variable()) + std::string{suffix}, kJsonType,
                       [&] { return json(context.view(), ask(context.facts(), node)); });
}

/// A list of models about the path's model. `read` takes what the list has of parameters.
template <class Read, class Ask>
Response list_about(RequestContext& context, std::string_view suffix, Read&& read, Ask&& ask) {
  context.open_page();
  const NodeId node = context.model(model_path, suffix);
  const ListQuery query = read(context.params());
  return context.listed(model_path(context.variable()) + std::string{suffix}, query,
                        [&](const ListQuery& page) { return ask(context.facts(), node, page); });
}

/// An answer about two models, given by name in whatever case, by an alias, or by their address.
template <class Ask, class Json>
Response answer_about_two(RequestContext& context, const std::string& path, const ParamInfo& first,
                          const ParamInfo& second, Ask&& ask, Json&& json) {
  context.open_edges();
  const auto take = [&](const ParamInfo& param) {
    const auto text = context.params().text(param.name);
    if (!text) throw ParamError{std::string{param.name}, "is missing: the name of a model"};
    return std::string{model_of_address(*text)};
  };
  const std::string a = take(first);
  const std::string b = take(second);
  context.params().finish();
  const NodeId from = context.find_model(a);
  const NodeId to = context.find_model(b);
  return context.whole(path, kJsonType,
                       [&] { return json(context.view(), ask(context.facts(), from, to)); });
}

}  // namespace

Response get_model(RequestContext& context) {
  return answer_about(context, "", show_model, model_json);
}

Response get_dominators(RequestContext& context) {
  return answer_about(context, "/dominators", find_dominators, dominators_json);
}

Response get_history(RequestContext& context) {
  return answer_about(context, "/history", show_history, history_json);
}

Response get_licenses(RequestContext& context) {
  return answer_about(context, "/licenses", show_licenses, licenses_json);
}

Response list_parents(RequestContext& context) {
  return list_about(
      context, "/parents",
      [](ParamReader& params) {
        ListQuery query;
        query.limit = params.limit();
        return query;
      },
      [](SnapshotFacts& facts, NodeId node, const ListQuery& query) {
        return list_parents(facts, node, query);
      });
}

Response list_children(RequestContext& context) {
  return list_about(
      context, "/children",
      [](ParamReader& params) { return read_list_query(params, false, false); },
      [](SnapshotFacts& facts, NodeId node, const ListQuery& query) {
        return list_children(facts, node, query);
      });
}

Response list_ancestors(RequestContext& context) {
  return list_about(
      context, "/ancestors", [](ParamReader& params) { return read_list_query(params, true); },
      [](SnapshotFacts& facts, NodeId node, const ListQuery& query) {
        return list_ancestors(facts, node, query);
      });
}

Response list_descendants(RequestContext& context) {
  return list_about(
      context, "/descendants", [](ParamReader& params) { return read_list_query(params, false); },
      [](SnapshotFacts& facts, NodeId node, const ListQuery& query) {
        return list_descendants(facts, node, query);
      });
}

Response list_impact(RequestContext& context) {
  std::vector<Exposure> exposures;
  return list_about(
      context, "/impact",
      [&](ParamReader& params) {
        exposures = read_exposures(params);
        return read_list_query(params, false);
      },
      [&](SnapshotFacts& facts, NodeId node, const ListQuery& query) {
        return list_impact(facts, node, exposures, query);
      });
}

Response get_path(RequestContext& context) {
  return answer_about_two(context, "/v1/path", param::from, param::to, find_path, path_json);
}

Response get_common_ancestors(RequestContext& context) {
  return answer_about_two(context, "/v1/common_ancestors", param::of, param::and_of, find_common,
                          common_json);
}

}  // namespace stemma
