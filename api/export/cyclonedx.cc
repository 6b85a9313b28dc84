#include <fmt/format.h>

#include <set>

#include "api/export/ancestry.h"
#include "api/export/dump.h"
#include "api/export/formats.h"
#include "api/export/json_ld.h"
#include "graph/license_terms.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

/// https://github.com/package-url/purl-spec, type huggingface: the version is the commit.
std::string package_url(const SnapshotView& view, NodeId node, std::string_view commit) {
  std::string url = "pkg:huggingface/" + percent_encode(view.name(node), true);
  if (!commit.empty()) url += fmt::format("@{}", commit);
  return url;
}

/// Writes the bill of materials of one model, https://cyclonedx.org/docs/1.6/json
class BillWriter {
 public:
  BillWriter(DumpSource& source, const ModelAncestry& ancestry)
      : source_{source}, view_{source.view()}, ancestry_{ancestry} {
    for (const NodeId node : ancestry.nodes) commits_[node] = source.commit(node);
  }

  std::string text() {
    const std::string name{view_.name(ancestry_.model)};
    json_.begin_object();
    member(json_, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    member(json_, "bomFormat", "CycloneDX");
    member(json_, "specVersion", "1.6");
    member(json_, "serialNumber", serial(name));
    json_.key("version");
    json_.number(1);
    json_.key("metadata");
    json_.begin_object();
    member(json_, "timestamp", format_utc(view_.total().observed_at));
    json_.key("tools");
    json_.begin_object();
    json_.key("components");
    json_.begin_array();
    json_.begin_object();
    member(json_, "type", "application");
    member(json_, "name", "stemma");
    member(json_, "version", STEMMA_VERSION);
    json_.end_object();
    json_.end_array();
    json_.end_object();
    json_.key("component");
    write_component(ancestry_.model, true);
    json_.end_object();
    json_.key("components");
    json_.begin_array();
    for (std::size_t i = 1; i < ancestry_.nodes.size(); ++i)
      write_component(ancestry_.nodes[i], false);
    json_.end_array();
    write_dependencies();
    json_.end_object();
    return json_.take() + '\n';
  }

 private:
  /// The same for the same model and snapshot.
  [[nodiscard]] std::string serial(const std::string& name) const {
    const std::uint64_t high = hash_text(fmt::format("{} {}", view_.total().number, name));
    const std::uint64_t low = hash_text(fmt::format("{}{:x}", name, high));
    return fmt::format("urn:uuid:{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", high >> 32U,
                       high >> 16U & 0xFFFFU, high & 0xFFFU, 0x8000U | (low >> 48U & 0x3FFFU),
                       low & 0xFFFF'FFFF'FFFFU);
  }

  [[nodiscard]] std::string reference(NodeId node) const {
    // A live model and a gone one may bear the same name.
    return view_.hub_id[node].empty() ? fmt::format("ghost:{}", view_.name(node))
                                      : std::string{view_.hub_id[node].hex()};
  }

  void write_component(NodeId node, bool with_pedigree) {
    json_.begin_object();
    member(json_, "type", "machine-learning-model");
    member(json_, "bom-ref", reference(node));
    write_identity(node);
    if (with_pedigree) {
      std::set<NodeId> above{node};
      write_pedigree(node, above);
    }
    write_rest(node);
    json_.end_object();
  }

  void write_identity(NodeId node) {
    const std::string_view name = view_.name(node);
    const auto slash = name.find('/');
    if (slash != std::string_view::npos) member(json_, "group", name.substr(0, slash));
    member(json_, "name", slash == std::string_view::npos ? name : name.substr(slash + 1));
    const std::string& commit = commits_.at(node);
    if (!commit.empty()) member(json_, "version", commit);
    if (const std::string_view license = declared_license(view_, node); !license.empty()) {
      json_.key("licenses");
      json_.begin_array();
      json_.begin_object();
      json_.key("license");
      json_.begin_object();
      const std::string_view spdx = spdx_of(license);
      member(json_, spdx.empty() ? "name" : "id", spdx.empty() ? license : spdx);
      json_.end_object();
      json_.end_object();
      json_.end_array();
    }
    member(json_, "purl", package_url(view_, node, commit));
  }

  /// Each ancestor with its own, but for those that were told on the way already (a cycle, or
  /// several paths): they stand there without theirs.
  void write_pedigree(NodeId node, std::set<NodeId>& told) {
    if (view_.parent_begin[node] == view_.parent_begin[node + 1]) return;
    json_.key("pedigree");
    json_.begin_object();
    json_.key("ancestors");
    json_.begin_array();
    for (EdgeId e = view_.parent_begin[node]; e < view_.parent_begin[node + 1]; ++e) {
      const NodeId parent = view_.parent[e];
      json_.begin_object();
      member(json_, "type", "machine-learning-model");
      write_identity(parent);
      if (told.insert(parent).second) write_pedigree(parent, told);
      json_.key("properties");
      json_.begin_array();
      write_property("stemma:relation", to_string(view_.relation[e]));
      write_property("stemma:confidence", fmt::format("{}", view_.confidence[e]));
      json_.end_array();
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void write_property(std::string_view name, std::string_view value) {
    json_.begin_object();
    member(json_, "name", name);
    member(json_, "value", value);
    json_.end_object();
  }

  void write_rest(NodeId node) {
    if (view_.state[node] != NodeState::ghost) {
      json_.key("externalReferences");
      json_.begin_array();
      json_.begin_object();
      member(json_, "type", "distribution");
      member(json_, "url", hub_address(view_.name(node)));
      json_.end_object();
      json_.end_array();
    }
    if (const std::string_view task = view_.terms[view_.pipeline_tag[node]]; !task.empty()) {
      json_.key("modelCard");
      json_.begin_object();
      json_.key("modelParameters");
      json_.begin_object();
      member(json_, "task", task);
      json_.end_object();
      json_.end_object();
    }
    json_.key("properties");
    json_.begin_array();
    write_property("stemma:state", to_string(view_.state[node]));
    if (!view_.hub_id[node].empty()) write_property("stemma:hub_id", view_.hub_id[node].hex());
    json_.end_array();
  }

  void write_dependencies() {
    json_.key("dependencies");
    json_.begin_array();
    for (const NodeId node : ancestry_.nodes) {
      json_.begin_object();
      member(json_, "ref", reference(node));
      json_.key("dependsOn");
      json_.begin_array();
      for (EdgeId e = view_.parent_begin[node]; e < view_.parent_begin[node + 1]; ++e)
        json_.text(reference(view_.parent[e]));
      json_.end_array();
      json_.end_object();
    }
    json_.end_array();
  }

  DumpSource& source_;
  const SnapshotView& view_;
  const ModelAncestry& ancestry_;
  std::map<NodeId, std::string> commits_;
  JsonWriter json_;
};

}  // namespace

void write_cyclonedx(DumpSource& source, DumpFolder& folder) {
  const ModelAncestry ancestry = ancestry_of(source);
  DumpText file{folder, "ancestry.cdx.json"};
  file.out() = BillWriter{source, ancestry}.text();
  file.finish(ancestry.nodes.size());
}

}  // namespace stemma
