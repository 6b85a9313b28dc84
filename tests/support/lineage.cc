#include "tests/support/lineage.h"

#include <cstdio>
#include <deque>
#include <map>
#include <sstream>
#include <stdexcept>

#include "graph/build.h"
#include "graph/lookup.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

constexpr SnapshotNumber kNumber = 9;

[[noreturn]] void refuse(const std::string& line) {
  throw std::invalid_argument{"not a line of a lineage: " + line};
}

/// `-finetune->` -> `finetune`; nullopt for what is not an arrow.
std::optional<std::string> arrow_word(const std::string& token) {
  if (token.size() < 4 || token.front() != '-' || !token.ends_with("->")) return std::nullopt;
  return token.substr(1, token.size() - 3);
}

class Drawing {
 public:
  void read(const std::string& line) {
    std::istringstream in{line};
    std::vector<std::string> tokens;
    for (std::string token; in >> token;) tokens.push_back(token);
    if (tokens.empty()) return;
    const auto arrow = tokens.size() == 3 ? arrow_word(tokens[1]) : std::nullopt;
    if (arrow == "alias") {
      input_.aliases.push_back({tokens[0], input_.models.at(model_of(tokens[2], line)).record.id});
    } else if (arrow) {
      const auto relation = parse_relation(*arrow);
      if (!relation) refuse(line);
      const std::string_view parent = mention(tokens[0]);
      ModelState& child = input_.models.at(model_of(tokens[2], line));
      child.record.claims.push_back({ClaimSource::tag, *relation, {}, parent});
      child.claim_spans.push_back({child.first_seen, child.last_seen});
    } else {
      const bool ghost = tokens[0].front() == '?';
      if (ghost && tokens.size() > 1) refuse(line);
      mention(tokens[0]);
      for (std::size_t i = 1; i < tokens.size(); ++i) {
        const auto equals = tokens[i].find('=');
        if (equals == std::string::npos) refuse(line);
        set(input_.models.at(model_of(tokens[0], line)), tokens[i].substr(0, equals),
            tokens[i].substr(equals + 1), line);
      }
    }
  }

  [[nodiscard]] SnapshotColumns build() {
    input_.head.number = kNumber;
    input_.head.observed_at = *parse_utc("2026-11-01");
    return build_snapshot(input_);
  }

 private:
  static constexpr std::size_t kGhost = static_cast<std::size_t>(-1);

  struct Bearer {
    char mark;
    std::size_t model;  ///< kGhost for a ghost.
  };

  std::string_view keep(std::string text) { return strings_.emplace_back(std::move(text)); }

  static char mark_of(const std::string& token) {
    return token.front() == '?' || token.front() == '!' ? token.front() : ' ';
  }

  /// Makes sure that the marked name is known; the name without its mark.
  std::string_view mention(const std::string& token) {
    const char mark = mark_of(token);
    const std::string name = token.substr(mark == ' ' ? 0 : 1);
    auto& bearers = bearers_[name];
    for (const Bearer& bearer : bearers) {
      if (mark == ' ' || bearer.mark == mark) return keep(name);
    }
    bearers.push_back({mark, mark == '?' ? kGhost : input_.models.size()});
    if (mark != '?') {
      ModelState& model = input_.models.emplace_back();
      model.ordinal = static_cast<std::uint32_t>(input_.models.size() - 1);
      char hex[25];
      std::snprintf(hex, sizeof hex, "%024zx", input_.models.size());
      model.record.id = *HubId::parse(hex);
      model.record.name = keep(name);
      model.record.author = keep(std::string{owner_of(name)});
      model.state = mark == '!' ? NodeState::gone : NodeState::live;
      model.first_seen = 1;
      model.last_seen = mark == '!' ? kNumber - 1 : kNumber;
    }
    return keep(name);
  }

  std::size_t model_of(const std::string& token, const std::string& line) {
    const std::string name{mention(token)};
    for (const Bearer& bearer : bearers_[name]) {
      if (mark_of(token) != ' ' && bearer.mark != mark_of(token)) continue;
      if (bearer.model == kGhost) refuse(line);
      return bearer.model;
    }
    refuse(line);
  }

  void set(ModelState& model, const std::string& key, const std::string& value,
           const std::string& line) {
    ModelRecord& record = model.record;
    if (key == "downloads") {
      model.counts.downloads = std::stoll(value);
    } else if (key == "downloads_all_time") {
      model.counts.downloads_all_time = std::stoll(value);
    } else if (key == "likes") {
      model.counts.likes = std::stoll(value);
    } else if (key == "license") {
      record.license_tag = keep(value);
    } else if (key == "license_name") {
      record.license_name = keep(value);
    } else if (key == "pipeline_tag") {
      record.pipeline_tag = keep(value);
    } else if (key == "library") {
      record.library_name = keep(value);
    } else if (key == "architecture") {
      record.model_type = keep(value);
    } else if (key == "author") {
      record.author = keep(value);
    } else if (key == "created") {
      const auto time = parse_utc(value);
      if (!time) refuse(line);
      record.created_at = *time;
    } else if (key == "seen") {
      model.first_seen = model.last_seen = static_cast<SnapshotNumber>(std::stoul(value));
    } else {
      refuse(line);
    }
  }

  BuildInput input_;
  std::deque<std::string> strings_;  // records are views; a deque never moves what it holds
  std::map<std::string, std::vector<Bearer>> bearers_;
};

}  // namespace

SnapshotColumns lineage_of(std::string_view text) {
  Drawing drawing;
  std::istringstream in{std::string{text}};
  for (std::string line; std::getline(in, line);) drawing.read(line);
  return drawing.build();
}

NodeId node(const SnapshotView& snapshot, std::string_view name) {
  const auto found = find_exact(snapshot, name);
  if (!found) throw std::out_of_range{"no node is named " + std::string{name}};
  return *found;
}

std::set<std::string> names(const SnapshotView& snapshot, std::span<const NodeId> nodes) {
  std::set<std::string> result;
  for (const NodeId one : nodes) result.emplace(snapshot.name(one));
  return result;
}

std::set<std::string> names(const SnapshotView& snapshot, const std::vector<Reached>& reached) {
  std::set<std::string> result;
  for (const Reached& one : reached) result.emplace(snapshot.name(one.node));
  return result;
}

std::vector<std::string> name_list(const SnapshotView& snapshot,
                                   const std::vector<Reached>& reached) {
  std::vector<std::string> result;
  for (const Reached& one : reached) result.emplace_back(snapshot.name(one.node));
  return result;
}

}  // namespace stemma
