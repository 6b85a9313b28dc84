#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace stemma {

/// Tells people on standard error how a long job is going: on a terminal one line that is rewritten
/// a few times a second, otherwise a log line a minute. One thread.
class ProgressLine {
 public:
  ProgressLine();
  /// Wipes the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `text` is what to say now; cheap to call for every page.
  void show(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  Clock::time_point last_;
  std::size_t shown_ = 0;  ///< Characters on the line.
};

/// Bytes for people: "12.3 MiB".
[[nodiscard]] std::string with_unit(std::uint64_t bytes);

}  // namespace stemma
