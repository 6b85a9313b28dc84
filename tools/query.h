#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/query/params.h"
#include "api/query/snapshot_facts.h"
#include "index/snapshot_set.h"
#include "tools/command.h"

namespace stemma {

/// What one invocation of a query was given.
struct Invocation {
  std::vector<std::string> names;  ///< Its arguments.
  ParamList params;
  bool all = false;
  bool csv = false;
};

/// A model, or a family or series.
struct Subject {
  const FamilyDefinition* family = nullptr;
  NodeId model = kNoNode;
};

/// What all queries of the command line share: the opened data, names to models and families, and
/// what is to be said beside the numbers. Queries derive from it.
class QueryBase {
 public:
  /// Opens the snapshot that `as_of` asks for, with inferred edges where they are asked for.
  QueryBase(const CliGlobals& globals, const Invocation& invocation);

 protected:
  [[nodiscard]] const SnapshotView& view() const { return facts_->snapshot(); }
  [[nodiscard]] const std::string& name() const { return invocation_.names.front(); }

  /// A family or series, then a model by name, then by the part after the owner where that is
  /// unique. Throws Error{not_found} with suggestions.
  [[nodiscard]] Subject resolve(const std::string& name) const;
  [[nodiscard]] Subject resolve() const { return resolve(name()); }
  /// The same where only a model makes sense: Error{usage} for a family.
  [[nodiscard]] NodeId resolve_model(const std::string& name) const;

  [[nodiscard]] Error unknown_family(const std::string& name) const;

  [[nodiscard]] std::size_t read_limit();
  /// Where the HTTP API has the rows behind the first `shown`; empty where there are none, or where
  /// `path` is empty: it has no such list.
  [[nodiscard]] std::string rest_of(const std::string& path, std::size_t shown,
                                    std::uint64_t total) const;
  /// What the reader must know before using a number, after a blank line; empty where nothing.
  [[nodiscard]] std::string marks() const;

  const CliGlobals& globals_;
  const Invocation& invocation_;
  ParamReader reader_;
  FamilySet families_;
  SnapshotSet snapshots_;
  std::unique_ptr<SnapshotFacts> facts_;

 private:
  [[nodiscard]] bool is_official(NodeId node) const;
  [[nodiscard]] std::vector<std::string> family_names() const;
  [[nodiscard]] Error unknown_name(const std::string& name) const;
};

/// Writes all of it to standard output, or throws Error{storage}.
void print(const std::string& text);

[[nodiscard]] std::string with_dashes(std::string text);
[[nodiscard]] std::string count_text(std::int64_t value);  ///< `-` where it is unknown.
[[nodiscard]] std::string text_or_dash(std::string_view text);
[[nodiscard]] std::string date_text(UnixSeconds time);
/// "1 model", "1,234 models"
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view word);
/// "Qwen/Qwen2-7B", "dave/withdrawn (gone)"
[[nodiscard]] std::string name_with_state(const SnapshotView& view, NodeId node);
/// "snapshot 3 of 2024-07-11T00:00:00Z"
[[nodiscard]] std::string snapshot_text(const SnapshotView& view);

/// The option that is a parameter of the API. A flag has no value and means true, or with `--no-`
/// before its name, where the parameter is true by default, false.
void add_param(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
               const ParamInfo& param);
void add_params(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
                std::span<const ParamInfo> params);
/// The filters and the order of lists of models, of a command that add_query made for lineage.
void add_list_params(CLI::App& command, const std::shared_ptr<Invocation>& invocation,
                     bool with_depth);
void add_limit(CLI::App& command, const std::shared_ptr<Invocation>& invocation);

/// How a query stands on the command line.
struct QueryCommand {
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, std::string>> arguments;  ///< Name and help of each.
  std::string example;
  bool lineage = true;  ///< May count inferred edges.
};
/// Adds the command with what every query has; `run` is called with what it was given. A wrong
/// parameter is told as a wrong option.
std::pair<CLI::App*, std::shared_ptr<Invocation>> add_query(
    CLI::App& app, CliGlobals& globals, const QueryCommand& command,
    std::function<void(const Invocation&)> run);

}  // namespace stemma
