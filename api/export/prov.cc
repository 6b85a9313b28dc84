#include <algorithm>

#include "api/export/ancestry.h"
#include "api/export/formats.h"
#include "api/export/json_ld.h"

namespace stemma {
namespace {

// https://www.w3.org/TR/prov-o and https://www.w3.org/TR/json-ld11
void write_context(JsonWriter& json) {
  json.key("@context");
  json.begin_object();
  member(json, "prov", "http://www.w3.org/ns/prov#");
  member(json, "dcterms", "http://purl.org/dc/terms/");
  member(json, "rdfs", "http://www.w3.org/2000/01/rdf-schema#");
  member(json, "xsd", "http://www.w3.org/2001/XMLSchema#");
  member(json, "stemma", "urn:stemma:");
  json.end_object();
}

void time(JsonWriter& json, std::string_view key, UnixSeconds value) {
  if (value == kUnknownTime) return;
  json.key(key);
  json.begin_object();
  member(json, "@type", "xsd:dateTime");
  member(json, "@value", format_utc(value));
  json.end_object();
}

void write_entity(JsonWriter& json, const SnapshotView& view, NodeId node) {
  json.begin_object();
  member(json, "@id", hub_address(view.name(node)));
  member(json, "@type", "prov:Entity");
  member(json, "rdfs:label", view.name(node));
  member(json, "stemma:state", to_string(view.state[node]));
  if (!view.hub_id[node].empty()) member(json, "dcterms:identifier", view.hub_id[node].hex());
  if (view.author[node] != 0)
    reference(json, "prov:wasAttributedTo", hub_address(view.terms[view.author[node]]));
  time(json, "prov:generatedAtTime", view.created_at[node]);
  if (const std::string_view license = view.terms[view.license[node]]; !license.empty())
    member(json, "dcterms:license", license);
  std::vector<EdgeId> edges;
  for (EdgeId e = view.parent_begin[node]; e < view.parent_begin[node + 1]; ++e) edges.push_back(e);
  if (!edges.empty()) {
    json.key("prov:wasDerivedFrom");
    json.begin_array();
    for (const EdgeId e : edges) {
      json.begin_object();
      member(json, "@id", hub_address(view.name(view.parent[e])));
      json.end_object();
    }
    json.end_array();
    json.key("prov:qualifiedDerivation");
    json.begin_array();
    for (const EdgeId e : edges) {
      json.begin_object();
      member(json, "@type", "prov:Derivation");
      reference(json, "prov:entity", hub_address(view.name(view.parent[e])));
      member(json, "stemma:relation", to_string(view.relation[e]));
      json.key("stemma:confidence");
      json.confidence(view.confidence[e]);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace

void write_prov(DumpSource& source, DumpFolder& folder) {
  const SnapshotView& view = source.view();
  const ModelAncestry ancestry = ancestry_of(source);
  JsonWriter json;
  json.begin_object();
  write_context(json);
  json.key("@graph");
  json.begin_array();
  for (const NodeId node : ancestry.nodes) write_entity(json, view, node);
  std::vector<std::string_view> authors;
  for (const NodeId node : ancestry.nodes) {
    if (view.author[node] != 0) authors.push_back(view.terms[view.author[node]]);
  }
  std::sort(authors.begin(), authors.end());
  authors.erase(std::unique(authors.begin(), authors.end()), authors.end());
  for (const std::string_view author : authors) {
    json.begin_object();
    member(json, "@id", hub_address(author));
    member(json, "@type", "prov:Agent");
    member(json, "rdfs:label", author);
    json.end_object();
  }
  json.begin_object();
  member(json, "@id", "stemma:snapshot");
  member(json, "@type", "prov:Bundle");
  time(json, "prov:generatedAtTime", view.total().observed_at);
  member(json, "rdfs:label", "Stemma, snapshot " + std::to_string(view.total().number));
  json.end_object();
  json.end_array();
  json.end_object();
  DumpText file{folder, "ancestry.prov.jsonld"};
  file.out() = json.take();
  file.out() += '\n';
  file.finish(ancestry.nodes.size());
}

}  // namespace stemma
