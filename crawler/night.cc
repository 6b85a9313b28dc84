#include "crawler/night.h"

#include <exception>

#include "schema/error.h"

namespace stemma {

bool resumes_night(const std::string& state, UnixSeconds started_at, UnixSeconds now) {
  return state != "done" && now >= started_at && now - started_at < kNightResumable;
}

SnapshotNumber published_this_night(CrawlLedger& ledger) {
  const std::vector<Night> nights = ledger.nights(1);
  if (nights.empty()) return 0;
  const UnixSeconds begun = nights[0].started_at;
  constexpr std::size_t kRuns = 20;
  for (const Run& run : ledger.runs(kRuns)) {
    // A run of the same second may belong to the night before: then the walk is made again.
    if (run.kind == "crawl" && run.state == "done" && run.scope.empty() &&
        run.started_at >= begun && run.finished_at > begun) {
      return run.snapshot;
    }
  }
  return 0;
}

void run_night(const DataDir& data, const std::vector<NightStep>& steps,
               const std::function<void(const std::string&)>& say) {
  const WriteLock lock{data, "nightly", WriteLock::What::night};
  Night night;
  // Steps write the ledger themselves: it is opened only for as long as a line takes.
  const auto note = [&] {
    CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_write};
    if (night.id == 0) {
      ledger.add_night(night);
    } else {
      ledger.update_night(night);
    }
  };
  {
    CrawlLedger ledger{data.path(), CrawlLedger::Mode::read_write};
    const std::vector<Night> last = ledger.nights(1);
    if (!last.empty() && resumes_night(last[0].state, last[0].started_at, now_utc())) {
      night = last[0];
      say("going on with night " + std::to_string(night.id));
    } else {
      night.started_at = now_utc();
    }
  }
  night.state = "running";
  night.finished_at = kUnknownTime;
  note();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const NightStep& step = steps[i];
    if (i < night.steps.size() && night.steps[i].name == step.name &&
        night.steps[i].state == "done") {
      continue;
    }
    night.steps.resize(i);  // what comes after an unfinished step was not begun
    night.steps.push_back(
        {.name = step.name, .state = "running", .started_at = now_utc(), .detail = {}});
    if (!step.run) {
      night.steps[i].state = "skipped";
      night.steps[i].finished_at = now_utc();
      night.steps[i].detail = step.skipped;
      note();
      say(step.name + ": skipped, " + step.skipped);
      continue;
    }
    note();
    say(step.name + ": begins");
    try {
      night.steps[i].detail = step.run();
      night.steps[i].state = "done";
      night.steps[i].finished_at = now_utc();
      note();
      say(step.name + ": " + night.steps[i].detail);
    } catch (const std::exception& failure) {
      night.steps[i].state = "failed";
      night.steps[i].finished_at = now_utc();
      night.steps[i].detail = failure.what();
      night.state = "failed";
      night.finished_at = now_utc();
      const auto* known = dynamic_cast<const Error*>(&failure);
      const std::string what = "the night stopped in its step " + step.name + ": " + failure.what();
      try {
        note();
      } catch (const std::exception&) {
        // The ledger may be what failed; the first reason is the one to tell.
      }
      throw Error{known != nullptr ? known->kind() : ErrorKind::storage, what};
    }
  }
  night.state = "done";
  night.finished_at = now_utc();
  note();
}

}  // namespace stemma
