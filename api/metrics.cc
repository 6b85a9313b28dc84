#include "api/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace stemma {
namespace {

void gauge(std::string& out, std::string_view name, std::string_view help, std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help,
                 value);
}

}  // namespace

void Metrics::count_answer(int status) noexcept {
  if (status < kFirst || status > kLast) return;
  answers_[static_cast<std::size_t>(status - kFirst)].fetch_add(1, std::memory_order_relaxed);
}

std::string Metrics::text(const SnapshotView* snapshot) const {
  std::string out =
      "# HELP stemma_http_requests_total Requests answered, by status.\n"
      "# TYPE stemma_http_requests_total counter\n";
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    const std::uint64_t count = answers_[i].load(std::memory_order_relaxed);
    if (count == 0) continue;
    fmt::format_to(std::back_inserter(out), "stemma_http_requests_total{{status=\"{}\"}} {}\n",
                   i + kFirst, count);
  }
  if (snapshot == nullptr) return out;
  const SnapshotTotals& total = snapshot->total();
  gauge(out, "stemma_snapshot", "Number of the newest snapshot.", total.number);
  gauge(out, "stemma_snapshot_observed_seconds", "When it was observed, in Unix time.",
        total.observed_at);
  gauge(out, "stemma_models", "Live models in it.", static_cast<std::int64_t>(total.models));
  gauge(out, "stemma_edges", "Edges whose child is live.", static_cast<std::int64_t>(total.edges));
  return out;
}

}  // namespace stemma
