#include "graph/license_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr std::uint8_t kOwnAgreement = kSameTerms | kUsePolicy;

// The Hub's identifiers are those of https://huggingface.co/docs/hub/repositories-licenses; those
// behind `other` are what authors of the model families write as `license_name`. Conditions are
// read from the licences' own texts. Attribution and notices are asked by nearly all and told
// nowhere here.
constexpr std::array kTable{
    // Other terms may be chosen for derivatives.
    LicenseTerms{"apache-2.0", 0, "", "apache apache2 apache2.0"},
    LicenseTerms{"mit", 0, "", ""},
    LicenseTerms{"bsd", 0, "", ""},
    LicenseTerms{"bsd-2-clause", 0, "", ""},
    LicenseTerms{"bsd-3-clause", 0, "", ""},
    LicenseTerms{"bsd-3-clause-clear", 0, "", ""},
    LicenseTerms{"isc", 0, "", ""},
    LicenseTerms{"zlib", 0, "", ""},
    LicenseTerms{"ncsa", 0, "", ""},
    LicenseTerms{"postgresql", 0, "", ""},
    LicenseTerms{"bsl-1.0", 0, "", ""},
    LicenseTerms{"afl-3.0", 0, "", ""},
    LicenseTerms{"ecl-2.0", 0, "", ""},
    LicenseTerms{"artistic-2.0", 0, "", ""},
    LicenseTerms{"wtfpl", 0, "", ""},
    LicenseTerms{"unlicense", 0, "", ""},
    LicenseTerms{"cc0-1.0", 0, "", "cc0"},
    LicenseTerms{"pddl", 0, "", ""},
    LicenseTerms{"cc-by-2.0", 0, "", ""},
    LicenseTerms{"cc-by-2.5", 0, "", ""},
    LicenseTerms{"cc-by-3.0", 0, "", ""},
    LicenseTerms{"cc-by-4.0", 0, "", ""},
    LicenseTerms{"odc-by", 0, "", ""},
    LicenseTerms{"etalab-2.0", 0, "", ""},
    LicenseTerms{"cdla-permissive-1.0", 0, "", ""},
    LicenseTerms{"cdla-permissive-2.0", 0, "", ""},
    LicenseTerms{"openmdw-1.0", 0, "", "openmdw"},
    // Copyleft: derivatives stay under the same licence, or one that it names.
    LicenseTerms{"gpl", kSameTerms, "gpl-2.0 gpl-3.0 agpl-3.0", ""},
    LicenseTerms{"gpl-2.0", kSameTerms, "gpl gpl-3.0", ""},
    LicenseTerms{"gpl-3.0", kSameTerms, "gpl agpl-3.0", ""},
    LicenseTerms{"agpl-3.0", kSameTerms, "", ""},
    LicenseTerms{"lgpl", kSameTerms, "lgpl-2.1 lgpl-3.0 gpl gpl-2.0 gpl-3.0 agpl-3.0", ""},
    LicenseTerms{"lgpl-2.1", kSameTerms, "lgpl lgpl-3.0 gpl gpl-2.0 gpl-3.0 agpl-3.0", ""},
    LicenseTerms{"lgpl-3.0", kSameTerms, "lgpl gpl gpl-3.0 agpl-3.0", ""},
    LicenseTerms{"mpl-2.0", kSameTerms, "gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 agpl-3.0", ""},
    LicenseTerms{"osl-3.0", kSameTerms, "", ""},
    LicenseTerms{"epl-1.0", kSameTerms, "epl-2.0", ""},
    LicenseTerms{"epl-2.0", kSameTerms, "", ""},
    LicenseTerms{"eupl-1.1", kSameTerms, "eupl-1.2 gpl-2.0 osl-3.0 epl-1.0", ""},
    LicenseTerms{"eupl-1.2", kSameTerms, "gpl-2.0 gpl-3.0 agpl-3.0 osl-3.0 epl-1.0 mpl-2.0", ""},
    LicenseTerms{"cc-by-sa-3.0", kSameTerms, "cc-by-sa-4.0", ""},
    LicenseTerms{"cc-by-sa-4.0", kSameTerms, "gpl-3.0", ""},
    LicenseTerms{"odbl", kSameTerms, "", ""},
    LicenseTerms{"gfdl", kSameTerms, "", ""},
    LicenseTerms{"cdla-sharing-1.0", kSameTerms, "", ""},
    // Not for commerce; some with the same terms; some for no derivatives.
    LicenseTerms{"cc-by-nc-2.0", kNonCommercial, "", ""},
    LicenseTerms{"cc-by-nc-3.0", kNonCommercial, "", ""},
    LicenseTerms{"cc-by-nc-4.0", kNonCommercial, "", ""},
    LicenseTerms{"cc-by-nc-sa-2.0", kNonCommercial | kSameTerms, "cc-by-nc-sa-3.0 cc-by-nc-sa-4.0",
                 ""},
    LicenseTerms{"cc-by-nc-sa-3.0", kNonCommercial | kSameTerms, "cc-by-nc-sa-4.0", ""},
    LicenseTerms{"cc-by-nc-sa-4.0", kNonCommercial | kSameTerms, "", ""},
    LicenseTerms{"cc-by-nc-nd-3.0", kNonCommercial | kNoDerivatives, "", ""},
    LicenseTerms{"cc-by-nc-nd-4.0", kNonCommercial | kNoDerivatives, "", ""},
    LicenseTerms{"cc-by-nd-4.0", kNoDerivatives, "", ""},
    // Responsible AI licences: whatever the derivative's licence, the forbidden uses go with it.
    LicenseTerms{"openrail", kUsePolicy, "", ""},
    LicenseTerms{"openrail++", kUsePolicy, "", ""},
    LicenseTerms{"creativeml-openrail-m", kUsePolicy, "", ""},
    LicenseTerms{"bigscience-openrail-m", kUsePolicy, "", ""},
    LicenseTerms{"bigcode-openrail-m", kUsePolicy, "", ""},
    LicenseTerms{"bigscience-bloom-rail-1.0", kUsePolicy, "", ""},
    LicenseTerms{"deepseek", kUsePolicy, "", "deepseek-license deepseek-model-license"},
    // Agreements of their makers.
    LicenseTerms{"llama2", kOwnAgreement | kLimitedSize, "", "llama-2 llama2-community"},
    LicenseTerms{"llama3", kOwnAgreement | kLimitedSize, "", "llama-3 llama3-community"},
    LicenseTerms{"llama3.1", kOwnAgreement | kLimitedSize, "", "llama-3.1 llama3_1 llama31"},
    LicenseTerms{"llama3.2", kOwnAgreement | kLimitedSize, "", "llama-3.2 llama3_2"},
    LicenseTerms{"llama3.3", kOwnAgreement | kLimitedSize, "", "llama-3.3 llama3_3"},
    LicenseTerms{"llama4", kOwnAgreement | kLimitedSize, "", "llama-4"},
    LicenseTerms{"gemma", kOwnAgreement, "", "gemma-terms-of-use"},
    LicenseTerms{
        "qwen", kSameTerms | kLimitedSize, "",
        "tongyi-qianwen tongyi-qianwen-license qwen-license tongyi-qianwen-license-agreement"},
    LicenseTerms{"qwen-research", kSameTerms | kNonCommercial, "",
                 "qwen-research-license tongyi-qianwen-research"},
    LicenseTerms{
        "mrl", kSameTerms | kNonCommercial, "",
        "mistral-ai-research-licence mistral-research-license mistral-ai-research-license"},
    LicenseTerms{"mnpl", kSameTerms | kNonCommercial, "", "mistral-non-production-license"},
    LicenseTerms{"deepfloyd-if-license", kSameTerms | kNonCommercial | kUsePolicy, "", ""},
    LicenseTerms{"fair-noncommercial-research-license", kSameTerms | kNonCommercial | kUsePolicy,
                 "", ""},
    LicenseTerms{"stabilityai-ai-community", kOwnAgreement | kLimitedSize, "",
                 "stabilityai-community stability-ai-community"},
    LicenseTerms{"stabilityai-nc-research-community", kOwnAgreement | kNonCommercial, "", ""},
    LicenseTerms{"flux-1-dev-non-commercial-license", kSameTerms | kNonCommercial | kUsePolicy, "",
                 ""},
};

/// Whether `list`, words parted by blanks, holds `word` in any case.
bool holds(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const auto end = list.find(' ');
    if (equal_folded(list.substr(0, end), word)) return true;
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return false;
}

std::string words(std::uint8_t conditions) {
  std::string text;
  for (const std::string_view word : condition_words(conditions)) {
    text += (text.empty() ? "" : ", ") + std::string{word};
  }
  return text;
}

int gravity(LicenseVerdict verdict) noexcept {
  switch (verdict) {
    case LicenseVerdict::contradicts:
      return 4;
    case LicenseVerdict::relaxes:
      return 3;
    case LicenseVerdict::undeclared:
      return 2;
    case LicenseVerdict::unknown:
      return 1;
    case LicenseVerdict::agrees:
      break;
  }
  return 0;
}

}  // namespace

std::span<const LicenseTerms> license_table() noexcept { return kTable; }

const LicenseTerms* find_license(std::string_view id) noexcept {
  const auto found = std::find_if(kTable.begin(), kTable.end(), [&](const LicenseTerms& terms) {
    return equal_folded(terms.id, id) || holds(terms.aliases, id);
  });
  return found == kTable.end() ? nullptr : &*found;
}

std::vector<std::string_view> condition_words(std::uint8_t conditions) {
  std::vector<std::string_view> list;
  if ((conditions & kSameTerms) != 0) list.emplace_back("same_terms");
  if ((conditions & kNonCommercial) != 0) list.emplace_back("non_commercial");
  if ((conditions & kUsePolicy) != 0) list.emplace_back("use_policy");
  if ((conditions & kLimitedSize) != 0) list.emplace_back("limited_size");
  if ((conditions & kNoDerivatives) != 0) list.emplace_back("no_derivatives");
  return list;
}

std::string_view to_string(LicenseVerdict verdict) noexcept {
  switch (verdict) {
    case LicenseVerdict::agrees:
      return "agrees";
    case LicenseVerdict::relaxes:
      return "relaxes";
    case LicenseVerdict::contradicts:
      return "contradicts";
    case LicenseVerdict::undeclared:
      return "undeclared";
    case LicenseVerdict::unknown:
      break;
  }
  return "unknown";
}

LicenseComparison compare_licenses(std::string_view own, std::string_view ancestor) {
  if (own.empty()) return {LicenseVerdict::undeclared, "the model declares no licence"};
  if (ancestor.empty()) return {LicenseVerdict::unknown, "the ancestor declares no licence"};
  // A name that says nothing is not the same licence twice.
  const bool vague = holds("other unknown cc", own);
  if (!vague && equal_folded(own, ancestor)) return {LicenseVerdict::agrees, "the same licence"};
  const LicenseTerms* mine = find_license(own);
  const LicenseTerms* theirs = find_license(ancestor);
  for (const auto& [terms, text] : {std::pair{theirs, ancestor}, std::pair{mine, own}}) {
    if (terms == nullptr)
      return {LicenseVerdict::unknown, fmt::format("'{}' is not in the table of licences", text)};
  }
  if (mine == theirs) return {LicenseVerdict::agrees, "the same licence"};
  if ((theirs->conditions & kNoDerivatives) != 0) {
    return {LicenseVerdict::contradicts,
            fmt::format("{} does not let derivatives be passed on", theirs->id)};
  }
  if ((theirs->conditions & kSameTerms) != 0) {
    if (holds(theirs->or_under, mine->id)) {
      return {LicenseVerdict::agrees,
              fmt::format("{} lets derivatives be put under {}", theirs->id, mine->id)};
    }
    if (mine->conditions == 0) {
      return {LicenseVerdict::relaxes,
              fmt::format("{} asks that derivatives stay under it; {} has none of its conditions "
                          "({})",
                          theirs->id, mine->id, words(theirs->conditions))};
    }
    return {LicenseVerdict::contradicts,
            fmt::format("{} asks that derivatives stay under it, and {} has conditions of its own "
                        "({})",
                        theirs->id, mine->id, words(mine->conditions))};
  }
  const auto missing = static_cast<std::uint8_t>(theirs->conditions & ~mine->conditions);
  if (missing != 0) {
    return {LicenseVerdict::relaxes,
            fmt::format("{} asks that this be passed on, and {} does not: {}", theirs->id, mine->id,
                        words(missing))};
  }
  return {LicenseVerdict::agrees,
          theirs->conditions == 0
              ? fmt::format("{} lets derivatives be put under other terms", theirs->id)
              : fmt::format("{} has the conditions that {} asks to be passed on", mine->id,
                            theirs->id)};
}

std::string_view declared_license(const SnapshotView& view, NodeId node) {
  const std::string_view license = view.terms[view.license[node]];
  if (!equal_folded(license, "other")) return license;
  const std::string_view name = view.terms[view.license_name[node]];
  return name.empty() ? license : name;
}

std::vector<AncestorLicense> licenses_above(const SnapshotView& view, NodeId model) {
  const std::string_view own = declared_license(view, model);
  std::vector<AncestorLicense> licenses;
  std::vector<Reached> reached = ancestors_of(view, std::span{&model, 1});
  std::unordered_map<NodeId, NodeId> below;  // the next node on the way down
  for (const Reached& row : reached) below.emplace(row.node, row.via);
  std::sort(reached.begin(), reached.end(), [](const Reached& a, const Reached& b) {
    return std::pair{a.depth, a.node} < std::pair{b.depth, b.node};
  });
  for (const Reached& row : reached) {
    AncestorLicense license{
        row.node, row.depth, compare_licenses(own, declared_license(view, row.node)), {}};
    for (NodeId at = row.node; at != model; at = below.at(at)) license.path.push_back(at);
    license.path.push_back(model);
    licenses.push_back(std::move(license));
  }
  return licenses;
}

LicenseVerdict gravest(std::span<const AncestorLicense> licenses) noexcept {
  LicenseVerdict verdict = LicenseVerdict::agrees;
  for (const AncestorLicense& license : licenses) {
    if (gravity(license.comparison.verdict) > gravity(verdict))
      verdict = license.comparison.verdict;
  }
  return verdict;
}

}  // namespace stemma
