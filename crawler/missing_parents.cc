#include "crawler/missing_parents.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>

#include "crawler/document_parse.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

std::uint64_t name_hash(std::string_view name) { return std::hash<std::string>{}(fold_case(name)); }

/// Asking for anything else cannot end in a model; `.` and `..` would not even reach the hub as
/// they are.
bool worth_asking(std::string_view name) {
  if (!valid_repository_id(name)) return false;
  for (const std::string_view part : {owner_of(name), base_name_of(name)}) {
    if (part == "." || part == "..") return false;
  }
  return true;
}

struct NamedParent {
  std::uint64_t hash;
  std::string_view name;
  bool by_name;  ///< Some claim gives no `_id`.
  HubId id;      ///< Of a claim that does.
};

}  // namespace

void ParentSurvey::add(const ParsedBatch& batch) {
  std::vector<NamedParent> parents;
  for (const HubId& id : batch.rejected_ids) ids_.insert(id);
  for (const ParsedDocument& document : batch.documents) {
    const ModelRecord& record = document.record;
    // A page fetched twice, or a model in two parts of the scope, counts once.
    if (!ids_.insert(record.id).second) continue;
    names_.insert(name_hash(record.name));
    parents.clear();
    for (const Claim& claim : record.claims) {
      const auto name = repository_name(claim.text);
      if (!name || !worth_asking(*name)) continue;
      const std::uint64_t hash = name_hash(*name);
      auto known = std::find_if(parents.begin(), parents.end(),
                                [hash](const NamedParent& parent) { return parent.hash == hash; });
      if (known == parents.end()) known = parents.insert(parents.end(), {hash, *name, false, {}});
      if (claim.parent_id.empty()) {
        known->by_name = true;
      } else {
        known->id = claim.parent_id;
      }
    }
    for (const NamedParent& parent : parents) {
      Claimed& claimed = claimed_[parent.hash];
      if (claimed.name.empty() || parent.name < claimed.name) claimed.name = parent.name;
      if (parent.by_name) {
        ++claimed.children;
      } else {
        ++claimed.by_id[parent.id];
      }
    }
  }
}

void ParentSurvey::know(const HubId& id, std::string_view name) {
  ids_.insert(id);
  names_.insert(name_hash(name));
}

std::vector<MissingParent> ParentSurvey::missing() const {
  std::vector<MissingParent> missing;
  for (const auto& [hash, claimed] : claimed_) {
    if (names_.contains(hash)) continue;
    std::uint64_t children = claimed.children;
    for (const auto& [id, count] : claimed.by_id) {
      if (!ids_.contains(id)) children += count;
    }
    if (children > 0) missing.push_back({claimed.name, children});
  }
  std::sort(missing.begin(), missing.end(), [](const MissingParent& a, const MissingParent& b) {
    return a.children != b.children ? a.children > b.children : a.name < b.name;
  });
  return missing;
}

ParentSurvey survey_pages(const ModelStore& store, std::int64_t run) {
  ParentSurvey survey;
  DocumentParser parser;
  store.each_page(run, [&](std::uint32_t chain, std::uint32_t page, std::string_view body) {
    const std::string where = "page " + std::to_string(chain) + "." + std::to_string(page);
    survey.add(parser.parse_page(std::string{body}, where));
  });
  return survey;
}

std::vector<MissingParent> missing_parents(const ModelStore& store, std::int64_t run) {
  return survey_pages(store, run).missing();
}

}  // namespace stemma
