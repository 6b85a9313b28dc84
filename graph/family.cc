#include "graph/family.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "graph/lookup.h"
#include "schema/error.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

/// A compiled pattern; null for none, which everything matches.
using Pattern = std::shared_ptr<const re2::RE2>;

Pattern compile(const FamilyDefinition& family) {
  if (family.pattern.empty()) return nullptr;
  re2::RE2::Options options;
  options.set_case_sensitive(false);
  options.set_log_errors(false);
  auto pattern = std::make_shared<const re2::RE2>(family.pattern, options);
  if (!pattern->ok()) {
    throw Error{ErrorKind::usage, "family \"" + family.name + "\": the pattern \"" +
                                      family.pattern +
                                      "\" is not a regular expression: " + pattern->error()};
  }
  return pattern;
}

bool pattern_found(const Pattern& pattern, std::string_view model_name) {
  const std::string_view base = base_name_of(model_name);
  return pattern == nullptr || re2::RE2::PartialMatch({base.data(), base.size()}, *pattern);
}

/// What the pattern's first group holds in the name; empty where it is not found.
std::string group_value(const re2::RE2& pattern, std::string_view model_name) {
  // What RE2 takes texts as differs between its versions; all can be made of a pointer and a size.
  const std::string_view base = base_name_of(model_name);
  std::string value;
  if (pattern.NumberOfCapturingGroups() < 1 ||
      !re2::RE2::PartialMatch({base.data(), base.size()}, pattern, &value))
    return {};
  return value;
}

/// The pattern of a definition, and the value that its group must have, if any.
struct Matcher {
  Pattern pattern;
  std::string value;

  [[nodiscard]] bool matches(std::string_view model_name) const {
    if (value.empty()) return pattern_found(pattern, model_name);
    return fold_case(group_value(*pattern, model_name)) == value;
  }
};

/// The spelling that is used most, the first in byte order of equals.
std::string most_used(const std::map<std::string, std::size_t>& spellings) {
  auto most = spellings.begin();
  for (auto it = spellings.begin(); it != spellings.end(); ++it) {
    if (it->second > most->second) most = it;
  }
  return most->first;
}

}  // namespace

struct FamilySet::Compiled {
  std::vector<FamilyDefinition> definitions;
  std::vector<Matcher> patterns;
  std::unordered_map<std::string, std::size_t> by_name;  // names are folded

  /// The compiled pattern of a definition, be it ours or a copy of ours.
  [[nodiscard]] const Matcher& pattern_of(const FamilyDefinition& family) const {
    const auto found = by_name.find(fold_case(family.name));
    if (found == by_name.end()) {
      throw Error{ErrorKind::usage, "family \"" + family.name + "\" is not defined"};
    }
    return patterns[found->second];
  }
};

void check_pattern(const FamilyDefinition& family) {
  static_cast<void>(compile(family));
  if (family.series_from.empty()) return;
  FamilyDefinition series = family;
  series.pattern = family.series_from;
  if (compile(series)->NumberOfCapturingGroups() != 1) {
    throw Error{ErrorKind::usage, "family \"" + family.name + "\": series_from \"" +
                                      family.series_from + "\" must have exactly one group"};
  }
}

FamilySet::FamilySet(std::vector<FamilyDefinition> definitions)
    : compiled_{std::make_unique<Compiled>()} {
  compiled_->definitions = std::move(definitions);
  for (const FamilyDefinition& family : compiled_->definitions) {
    const bool fresh =
        compiled_->by_name.emplace(fold_case(family.name), compiled_->patterns.size()).second;
    if (!fresh) {
      throw Error{ErrorKind::usage, "family \"" + family.name + "\" is defined twice"};
    }
    compiled_->patterns.push_back({compile(family), family.series_value});
  }
  for (const FamilyDefinition& family : compiled_->definitions) {
    if (!family.top_level() && find(family.parent) == nullptr) {
      throw Error{ErrorKind::usage, "series \"" + family.name + "\": its family \"" +
                                        family.parent + "\" is not defined"};
    }
  }
}

FamilySet FamilySet::in(const SnapshotView& snapshot) const {
  std::vector<FamilyDefinition> all;
  for (std::size_t i = 0; i < definitions().size(); ++i) {
    const FamilyDefinition& family = definitions()[i];
    all.push_back(family);
    // Series are written behind their family: those that are found come after the last of them.
    const bool more = i + 1 < definitions().size() && !definitions()[i + 1].top_level();
    const FamilyDefinition* parent = family.top_level() ? &family : find(family.parent);
    if (more || parent == nullptr || parent->series_from.empty()) continue;
    FamilyDefinition series = *parent;
    series.pattern = parent->series_from;
    const Pattern pattern = compile(series);
    std::map<std::string, std::map<std::string, std::size_t>> values;
    for (const NodeId root : roots(snapshot, *parent)) {
      const std::string value = group_value(*pattern, snapshot.name(root));
      if (!value.empty()) ++values[fold_case(value)][value];
    }
    for (const auto& [value, spellings] : values) {
      if (find(value) != nullptr) continue;
      all.push_back({.name = value,
                     .label = most_used(spellings),
                     .owners = parent->owners,
                     .pattern = parent->series_from,
                     .parent = parent->name,
                     .series_value = value});
    }
  }
  // Two families may find the same name: the first has it.
  std::set<std::string> names;
  std::erase_if(all, [&](const FamilyDefinition& one) { return !names.insert(one.name).second; });
  return FamilySet{std::move(all)};
}

FamilySet::~FamilySet() = default;
FamilySet::FamilySet(FamilySet&&) noexcept = default;
FamilySet& FamilySet::operator=(FamilySet&&) noexcept = default;

const std::vector<FamilyDefinition>& FamilySet::definitions() const noexcept {
  return compiled_->definitions;
}

const FamilyDefinition* FamilySet::find(std::string_view name) const {
  const auto found = compiled_->by_name.find(fold_case(name));
  return found == compiled_->by_name.end() ? nullptr : &compiled_->definitions[found->second];
}

bool FamilySet::matches(const FamilyDefinition& family, std::string_view model_name) const {
  const std::string_view owner = owner_of(model_name);
  const bool owned =
      !owner.empty() && std::any_of(family.owners.begin(), family.owners.end(),
                                    [&](const auto& one) { return equal_folded(one, owner); });
  return owned && compiled_->pattern_of(family).matches(model_name);
}

std::vector<NodeId> FamilySet::roots(const SnapshotView& snapshot,
                                     const FamilyDefinition& family) const {
  const Matcher& pattern = compiled_->pattern_of(family);
  std::vector<NodeId> found;
  for (const std::string& owner : family.owners) {
    for (const NodeId node : nodes_of_owner(snapshot, owner)) {
      if (pattern.matches(snapshot.name(node))) found.push_back(node);
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());  // an owner given twice
  return found;
}

FamilyMembers members_of(const SnapshotView& snapshot, const FamilySet& families,
                         const FamilyDefinition& family) {
  FamilyMembers members;
  members.roots = families.roots(snapshot, family);
  members.derivatives = descendants_of(snapshot, members.roots);
  return members;
}

namespace {

/// Counts by number first: a map from text is far too slow to ask once a model.
class TermCounts {
 public:
  explicit TermCounts(const SnapshotView& snapshot)
      : snapshot_{snapshot}, counts_(snapshot.terms.size()) {}

  void add(std::uint32_t term) { ++counts_[term]; }

  [[nodiscard]] std::map<std::string, std::uint64_t> by_text() const {
    std::map<std::string, std::uint64_t> result;
    for (std::size_t term = 0; term < counts_.size(); ++term) {
      if (counts_[term] == 0) continue;
      const std::string_view text = snapshot_.terms[term];
      result[text.empty() ? kNotDeclared : std::string{text}] += counts_[term];
    }
    return result;
  }

 private:
  const SnapshotView& snapshot_;
  std::vector<std::uint64_t> counts_;
};

}  // namespace

FamilySummary summarise(const SnapshotView& snapshot, const FamilyMembers& members,
                        const std::vector<bool>& set_aside) {
  FamilySummary summary;
  for (const NodeId root : members.roots) {
    if (!snapshot.live(root)) continue;
    ++summary.official;
    summary.downloads_official.add(snapshot.downloads[root]);
    summary.downloads_all_time_official.add(snapshot.downloads_all_time[root]);
  }
  TermCounts licenses{snapshot}, authors{snapshot}, pipeline_tags{snapshot};
  std::array<std::uint64_t, kRelations.size()> relations{};
  std::vector<std::uint64_t> depths;
  for (const Reached& row : members.derivatives) {
    const NodeId node = row.node;
    if (!snapshot.live(node)) continue;
    ++summary.derivatives;
    if (row.depth == 1) ++summary.derivatives_direct;
    if (!set_aside[node]) ++summary.derivatives_burst_adjusted;
    summary.downloads_derivatives.add(snapshot.downloads[node]);
    summary.downloads_all_time_derivatives.add(snapshot.downloads_all_time[node]);
    ++relations[static_cast<std::size_t>(snapshot.relation[row.edge])];
    if (depths.size() <= row.depth) depths.resize(row.depth + std::size_t{1});
    ++depths[row.depth];
    licenses.add(snapshot.license[node]);
    authors.add(snapshot.author[node]);
    pipeline_tags.add(snapshot.pipeline_tag[node]);
  }
  for (const Relation relation : kRelations) {
    const std::uint64_t count = relations[static_cast<std::size_t>(relation)];
    if (count != 0) summary.by_relation.emplace(to_string(relation), count);
  }
  for (std::size_t depth = 1; depth < depths.size(); ++depth) {
    if (depths[depth] != 0) summary.by_depth.emplace(std::to_string(depth), depths[depth]);
  }
  summary.by_license = licenses.by_text();
  summary.by_author = authors.by_text();
  summary.by_pipeline_tag = pipeline_tags.by_text();
  return summary;
}

std::vector<std::string> families_of(const SnapshotView& snapshot, const FamilySet& families,
                                     NodeId node) {
  std::vector<NodeId> line{node};
  for (const Reached& ancestor : ancestors_of(snapshot, line)) line.push_back(ancestor.node);
  std::vector<std::string> names;
  for (const FamilyDefinition& family : families.definitions()) {
    const bool member = std::any_of(line.begin(), line.end(), [&](NodeId ancestor) {
      return families.matches(family, snapshot.name(ancestor));
    });
    if (member) names.push_back(family.name);
  }
  return names;
}

}  // namespace stemma
