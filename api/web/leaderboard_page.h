#pragma once

#include <string>

#include "api/query/leaderboards.h"

namespace stemma {

[[nodiscard]] std::string leaderboard_page(const SnapshotFacts& facts, const Leaderboard& answer);

}  // namespace stemma
