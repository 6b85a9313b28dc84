#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/query/adoption.h"

namespace stemma {

/// Something unusual in the newest snapshot.
struct Alarm {
  enum class Kind { stall, rollback, outside_band, burst, model_gone };
  Kind kind;
  std::string subject;  ///< A family, author or model; empty of the hub.
  std::string text;     ///< One sentence, with its numbers.
  std::string command;  ///< The query of the command line that shows it.
  double weight = 0;    ///< The more the more unusual, among those of a kind.
};

/// Of the view's snapshot: a stall or rollback of the hub's counters, top-level families whose new
/// derivatives or downloads in seven days lie outside what the eight weeks before let expect
/// (graph/forecast.h), bursts (graph/burst.h) among the models that are new, and models that were
/// among the hundred most downloaded in the snapshot before and are gone. The weightiest of each
/// kind first.
[[nodiscard]] std::vector<Alarm> find_alarms(AdoptionView& view, SnapshotFacts& facts);

[[nodiscard]] std::string_view to_string(Alarm::Kind kind) noexcept;

}  // namespace stemma
