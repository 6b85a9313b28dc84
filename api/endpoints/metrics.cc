#include "api/endpoints/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "schema/utc_time.h"

namespace stemma {
namespace {

void gauge(std::string& out, std::string_view name, std::string_view help, std::int64_t value) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n{0} {2}\n", name, help,
                 value);
}

/// Of the newest crawl, and when one last ended well: what an alert is made of.
void crawl_gauges(std::string& out, const CrawlHistory& history) {
  const auto crawl = std::find_if(history.runs.begin(), history.runs.end(),
                                  [](const RunFacts& facts) { return facts.run.kind == "crawl"; });
  if (crawl != history.runs.end()) {
    const Run& run = crawl->run;
    const UnixSeconds end = run.finished_at == kUnknownTime ? now_utc() : run.finished_at;
    gauge(out, "stemma_crawl_run", "Number of the newest crawl.", run.id);
    gauge(out, "stemma_crawl_started_seconds", "When it began, in Unix time.", run.started_at);
    gauge(out, "stemma_crawl_duration_seconds", "How long it took, or takes so far.",
          std::max<UnixSeconds>(0, end - run.started_at));
    gauge(out, "stemma_crawl_done", "1: it published its snapshot.", run.state == "done" ? 1 : 0);
    gauge(out, "stemma_crawl_pages", "Pages that it stored.", run.pages);
    gauge(out, "stemma_crawl_documents", "Models that it saw.", run.documents);
    gauge(out, "stemma_crawl_requests", "Requests that it sent, retries included.", run.requests);
    gauge(out, "stemma_crawl_retries", "Requests that it had to repeat.", run.retries);
    gauge(out, "stemma_crawl_bytes", "Bytes that it received, compressed.", run.bytes);
    gauge(out, "stemma_crawl_rejected_documents", "Documents that could not be read.",
          run.rejected);
    gauge(out, "stemma_crawl_names_asked", "Names of ghosts that it asked for.",
          crawl->lookups.asked);
    gauge(out, "stemma_crawl_absences_confirmed", "Missing models that the hub does not have.",
          crawl->lookups.confirmed);
    out +=
        "# HELP stemma_crawl_unread_fields Documents with a field that could not be read.\n"
        "# TYPE stemma_crawl_unread_fields gauge\n";
    for (const auto& [field, documents] : crawl->unread) {
      std::string label;
      for (const char c : field) {
        if (c == '"' || c == '\\') label += '\\';
        label += c == '\n' ? ' ' : c;
      }
      fmt::format_to(std::back_inserter(out), "stemma_crawl_unread_fields{{field=\"{}\"}} {}\n",
                     label, documents);
    }
  }
  for (const RunFacts& facts : history.runs) {
    if (facts.run.kind != "crawl" || facts.run.state != "done") continue;
    gauge(out, "stemma_crawl_last_done_seconds", "When a crawl last published, in Unix time.",
          facts.run.finished_at);
    break;
  }
  if (history.nights.empty()) return;
  const Night& night = history.nights.front();
  gauge(out, "stemma_night_started_seconds", "When the newest night began, in Unix time.",
        night.started_at);
  gauge(out, "stemma_night_done", "1: all of its steps are done or skipped.",
        night.state == "done" ? 1 : 0);
}

}  // namespace

void Metrics::count_answer(int status) noexcept {
  if (status < kFirst || status > kLast) return;
  answers_[static_cast<std::size_t>(status - kFirst)].fetch_add(1, std::memory_order_relaxed);
}

std::string Metrics::text(const SnapshotView* snapshot, const CrawlHistory& history,
                          std::uint64_t damaged_files) const {
  std::string out =
      "# HELP stemma_http_requests_total Requests answered, by status.\n"
      "# TYPE stemma_http_requests_total counter\n";
  for (std::size_t i = 0; i < answers_.size(); ++i) {
    const std::uint64_t count = answers_[i].load(std::memory_order_relaxed);
    if (count == 0) continue;
    fmt::format_to(std::back_inserter(out), "stemma_http_requests_total{{status=\"{}\"}} {}\n",
                   i + kFirst, count);
  }
  gauge(out, "stemma_snapshot_files_damaged",
        "Snapshot files that cannot be used; their snapshots are derived from the store.",
        static_cast<std::int64_t>(damaged_files));
  crawl_gauges(out, history);
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
