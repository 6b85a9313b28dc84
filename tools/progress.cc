#include "tools/progress.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace stemma {
namespace {

constexpr std::chrono::milliseconds kTerminalEvery{200};
constexpr std::chrono::seconds kLogEvery{60};

}  // namespace

ProgressLine::ProgressLine() : terminal_{::isatty(STDERR_FILENO) != 0}, last_{Clock::now()} {}

ProgressLine::~ProgressLine() {
  if (shown_ > 0) std::fprintf(stderr, "\r%*s\r", static_cast<int>(shown_), "");
}

void ProgressLine::show(const std::string& text) {
  const Clock::time_point now = Clock::now();
  if (terminal_) {
    if (shown_ > 0 && now - last_ < kTerminalEvery) return;
    std::fprintf(stderr, "\r%-*s", static_cast<int>(shown_), text.c_str());
    std::fflush(stderr);
    shown_ = std::max(shown_, text.size());
  } else {
    if (now - last_ < kLogEvery) return;
    spdlog::info("{}", text);
  }
  last_ = now;
}

std::string with_unit(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace stemma
