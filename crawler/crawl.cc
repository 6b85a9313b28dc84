#include "crawler/crawl.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crawler/document_parse.h"
#include "crawler/hub_url.h"
#include "crawler/ingest.h"
#include "crawler/missing_parents.h"
#include "index/crawl_ledger.h"
#include "index/data_dir.h"
#include "index/model_store.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

/// The chain under which documents that were asked for by name are stored. Scopes have fewer terms.
constexpr std::uint32_t kLookupChain = 1'000'000;
constexpr UnixSeconds kLookupValid = 7 * 24 * 60 * 60;
/// How often a page that does not lie above the one before is fetched in all.
constexpr int kPageAttempts = 4;
constexpr std::string_view kCutScope = "all (first ";

/// A crawl of everything that was cut short has a scope that says so; it is still the crawl of
/// everything to resume.
std::string scope_asked(const Run& run) {
  return run.scope.substr(0, kCutScope.size()) == kCutScope ? "" : run.scope;
}

std::string scope_for_people(const std::string& scope) { return scope.empty() ? "all" : scope; }

class Crawl {
 public:
  Crawl(const std::filesystem::path& path, const CrawlOptions& options, HttpClient& http,
        const CrawlProgressFn& progress)
      : options_{options},
        progress_{progress},
        hub_{normal_hub(options.hub)},
        terms_{parse_scope(options.scope)},
        data_{DataDir::open_or_create(path)},
        lock_{data_, "crawl of " + hub_},
        store_{data_.store(), ModelStore::Mode::read_write},
        ledger_{path, CrawlLedger::Mode::read_write} {
    mend_published(data_, store_);
    begin();
    HubOptions hub;
    hub.hub = hub_;
    hub.token = options.token;
    hub.pace = options.pace;
    hub.retry = options.retry;
    hub.fields = split_fields(run_.fields);
    client_.emplace(http, std::move(hub), options.sleep);
  }

  PublishReport run() {
    try {
      if (run_.state == "walking") walk();
      if (run_.state == "resolving") resolve();
      return publish();
    } catch (const std::exception& failure) {
      // The ledger may be what failed; then the first reason is the one to tell.
      try {
        take_stats();
        run_.ended = failure.what();
        ledger_.update_run(run_);
      } catch (const std::exception&) {
      }
      throw;
    }
  }

 private:
  void begin();
  void resume(Run unfinished);
  void check_observation_time() const;
  void walk();
  void step(Chain& chain);
  [[nodiscard]] HubPage fetch_above(const Chain& chain);
  void cut_short();
  void resolve();
  [[nodiscard]] std::int64_t lookup_budget() const;
  [[nodiscard]] bool asked_before(const std::string& name) const;
  void ask_for(const std::string& name, ParentSurvey& survey);
  PublishReport publish();
  void enter(const std::string& state);
  void take_stats();
  void report(const std::string& step) const;

  [[nodiscard]] bool may_request() const {
    return options_.max_requests == 0 ||
           base_.requests + client_->stats().requests < options_.max_requests;
  }

  const CrawlOptions& options_;
  const CrawlProgressFn& progress_;
  std::string hub_;
  std::vector<ScopeTerm> terms_;
  DataDir data_;
  WriteLock lock_;
  ModelStore store_;
  CrawlLedger ledger_;
  std::optional<HubClient> client_;
  Run run_;
  HubStats base_;  ///< What the run had done before this process took it up.
  std::vector<Chain> chains_;
  Chain lookups_;
  DocumentParser parser_;
  std::set<std::string> asked_;         ///< Folded names, by this process.
  std::set<UnixSeconds> published_at_;  ///< Observation times of the published snapshots.
  std::int64_t names_asked_ = 0;
  std::int64_t names_left_ = 0;
  bool resumed_resolving_ = false;
};

void Crawl::begin() {
  const std::string scope = scope_text(terms_);
  if (auto unfinished = ledger_.unfinished_crawl()) {
    if (options_.restart) {
      unfinished->state = "abandoned";
      unfinished->ended = "given up for a new crawl (--restart)";
      unfinished->finished_at = now_utc();
      ledger_.update_run(*unfinished);
      store_.drop_pages(unfinished->id);
    } else if (unfinished->source == hub_ && scope_asked(*unfinished) == scope) {
      resume(std::move(*unfinished));
      return;
    } else {
      throw Error{ErrorKind::usage,
                  "an unfinished crawl of " + unfinished->source + ", scope " +
                      scope_for_people(scope_asked(*unfinished)) +
                      ", is waiting here: finish it first, or give it up with --restart"};
    }
  }
  run_.kind = "crawl";
  run_.source = hub_;
  run_.scope = scope;
  run_.started_at = now_utc();
  run_.observed_at = options_.observed_at == kUnknownTime ? run_.started_at : options_.observed_at;
  run_.state = "walking";
  run_.fields = join_fields(default_fields());
  check_observation_time();
  ledger_.add_run(run_);
  for (std::size_t i = 0; i < terms_.size(); ++i) {
    Chain chain;
    chain.run = run_.id;
    chain.number = static_cast<std::int64_t>(i);
    chain.next_url = listing_url(hub_, terms_[i], default_fields());
    ledger_.put_chain(chain);
    chains_.push_back(std::move(chain));
  }
  lookups_.run = run_.id;
  lookups_.number = kLookupChain;
}

void Crawl::resume(Run unfinished) {
  run_ = std::move(unfinished);
  run_.ended.clear();
  base_ = {run_.requests, run_.retries, run_.bytes};
  check_observation_time();
  lookups_.run = run_.id;
  lookups_.number = kLookupChain;
  for (Chain& chain : ledger_.chains(run_.id)) {
    if (chain.number == kLookupChain) {
      lookups_ = std::move(chain);
    } else {
      chains_.push_back(std::move(chain));
    }
  }
  // Killed between the run and its chains.
  for (std::size_t i = chains_.size(); i < terms_.size(); ++i) {
    Chain chain;
    chain.run = run_.id;
    chain.number = static_cast<std::int64_t>(i);
    chain.next_url = listing_url(hub_, terms_[i], split_fields(run_.fields));
    ledger_.put_chain(chain);
    chains_.push_back(std::move(chain));
  }
  resumed_resolving_ = run_.state == "resolving";
  ledger_.update_run(run_);
}

void Crawl::check_observation_time() const {
  const auto published = store_.snapshots();
  if (published.empty() || published.back().run == run_.id) return;
  if (run_.observed_at >= published.back().observed_at) return;
  throw Error{ErrorKind::usage,
              "observation time " + format_utc(run_.observed_at) +
                  " lies before that of snapshot " + std::to_string(published.back().number) +
                  ", " + format_utc(published.back().observed_at) +
                  (run_.id == 0 ? "" : "; give the unfinished crawl up with --restart")};
}

void Crawl::enter(const std::string& state) {
  take_stats();
  run_.state = state;
  ledger_.update_run(run_);
  report(state);
}

void Crawl::take_stats() {
  if (!client_) return;
  run_.requests = base_.requests + client_->stats().requests;
  run_.retries = base_.retries + client_->stats().retries;
  run_.bytes = base_.bytes + client_->stats().bytes;
  run_.fields = join_fields(client_->fields());
}

void Crawl::report(const std::string& step) const {
  if (!progress_) return;
  CrawlProgress now;
  now.step = step;
  now.pages = run_.pages;
  now.documents = run_.documents;
  now.requests = run_.requests;
  now.retries = run_.retries;
  now.bytes = run_.bytes;
  now.lookups = names_asked_;
  now.lookups_left = names_left_;
  now.quota_left = client_->limiter().remaining();
  if (const auto policy = client_->limiter().policy()) now.quota = policy->quota;
  progress_(now);
}

// Chains take turns, so that a limit on requests cuts each of them and not the last ones only.
void Crawl::walk() {
  report("walking");
  const auto open = [](const Chain& chain) { return !chain.finished; };
  while (true) {
    std::int64_t fewest = -1;
    for (const Chain& chain : chains_) {
      if (open(chain) && (fewest < 0 || chain.pages < fewest)) fewest = chain.pages;
    }
    if (fewest < 0) break;
    const auto turn = std::find_if(chains_.begin(), chains_.end(), [&](const Chain& chain) {
      return open(chain) && chain.pages == fewest;
    });
    if (!may_request()) {
      cut_short();
      break;
    }
    step(*turn);
  }
  const bool lookups = !run_.scope.empty() || options_.resolve;
  enter(lookups ? "resolving" : "publishing");
}

void Crawl::cut_short() {
  run_.ended = "stopped at the limit of " + std::to_string(options_.max_requests) + " requests";
  if (run_.scope.empty()) {
    run_.scope = std::string{kCutScope} + std::to_string(run_.pages) + " pages)";
  }
}

void Crawl::step(Chain& chain) {
  HubPage page = fetch_above(chain);
  if (page.ids.rows > 0) {
    store_.put_page(run_.id, static_cast<std::uint32_t>(chain.number),
                    static_cast<std::uint32_t>(chain.pages), page.body);
    ++chain.pages;
    ++run_.pages;
    run_.documents += static_cast<std::int64_t>(page.ids.rows);
    if (page.ids.readable > 0) chain.last_id = page.ids.last.hex();
  }
  chain.finished = page.ids.rows == 0 || page.next_url.empty();
  chain.next_url = chain.finished ? "" : page.next_url;
  take_stats();
  ledger_.advance(chain, run_);
  report("walking");
}

HubPage Crawl::fetch_above(const Chain& chain) {
  const auto floor = HubId::parse(chain.last_id);
  std::string trouble;
  for (int attempt = 1; attempt <= kPageAttempts; ++attempt) {
    HubPage page = client_->fetch_page(chain.next_url);
    const bool above = page.ids.readable == 0 || !floor || *floor < page.ids.first;
    if (page.ids.ascending && above) {
      // An early end looks like the real one; where there is reason to doubt it, a second look
      // tells.
      const bool doubtful =
          page.ids.rows == 0 ? chain.pages > 0 : page.next_url.empty() && page.ids.rows % 1000 == 0;
      if (!doubtful || !may_request()) return page;
      HubPage second = client_->fetch_page(chain.next_url);
      const bool second_above = second.ids.readable == 0 || !floor || *floor < second.ids.first;
      if (second.ids.ascending && second_above && second.ids.rows >= page.ids.rows) return second;
      return page;
    }
    trouble = page.ids.ascending ? "does not lie above the page before" : "is not in order of _id";
  }
  throw Error{ErrorKind::unavailable, "the page " + chain.next_url + " " + trouble + ", fetched " +
                                          std::to_string(kPageAttempts) + " times"};
}

std::int64_t Crawl::lookup_budget() const {
  std::int64_t budget = options_.max_lookups;
  // A crawl held to so many requests is to end within one window of the quota.
  const auto left = client_->limiter().remaining();
  if (options_.max_requests > 0 && left) budget = std::min(budget, *left);
  return budget;
}

bool Crawl::asked_before(const std::string& name) const {
  if (asked_.contains(fold_case(name))) return true;
  const auto known = store_.lookup(name);
  if (!known || run_.observed_at - known->asked_at >= kLookupValid) return false;
  if (known->result == Lookup::Result::absent) return true;
  // Whoever answered was stored with the pages of the run that asked: gone with them if that was
  // given up.
  if (known->asked_at == run_.observed_at && resumed_resolving_) return true;
  return published_at_.contains(known->asked_at);
}

void Crawl::ask_for(const std::string& name, ParentSurvey& survey) {
  asked_.insert(fold_case(name));
  ++names_asked_;
  const LookupAnswer answer = client_->lookup_model(name);
  Lookup lookup;
  lookup.asked_at = run_.observed_at;
  switch (answer.result) {
    case LookupAnswer::Result::unclear:
      break;
    case LookupAnswer::Result::absent:
      store_.put_lookup(name, lookup);
      break;
    case LookupAnswer::Result::found: {
      store_.put_page(run_.id, kLookupChain, static_cast<std::uint32_t>(lookups_.pages),
                      answer.body);
      survey.add(parser_.parse_page(answer.body, "lookup of " + name));
      ++lookups_.pages;
      ++run_.documents;
      lookup.target_id = answer.document.id;
      lookup.target = answer.document.name;
      // The canonical spelling of the same name is no other name.
      const bool renamed = !equal_folded(name, answer.document.name);
      lookup.result = renamed ? Lookup::Result::redirected : Lookup::Result::found;
      break;
    }
  }
  take_stats();
  ledger_.advance(lookups_, run_);
  // Last: killed before this, the name is asked for again and nothing is lost.
  if (answer.result == LookupAnswer::Result::found) store_.put_lookup(name, lookup);
  report("resolving");
}

void Crawl::resolve() {
  std::int64_t budget = lookup_budget();
  const std::int64_t requests_before = client_->stats().requests;
  const bool held = options_.max_requests > 0 && client_->limiter().remaining().has_value();
  for (const PublishedSnapshot& snapshot : store_.snapshots()) {
    published_at_.insert(snapshot.observed_at);
  }
  ParentSurvey survey = survey_pages(store_, run_.id);
  bool more = true;
  while (more) {
    more = false;
    std::vector<std::string> names;
    for (MissingParent& parent : survey.missing()) {
      if (!asked_before(parent.name)) names.push_back(std::move(parent.name));
    }
    names_left_ = static_cast<std::int64_t>(names.size());
    for (const std::string& name : names) {
      // Under a window's quota redirects cost too; otherwise names are what is counted.
      const std::int64_t spent = held ? client_->stats().requests - requests_before : names_asked_;
      if (spent >= budget || names_asked_ >= options_.max_lookups) {
        names_left_ = 0;
        enter("publishing");
        return;
      }
      ask_for(name, survey);
      --names_left_;
      more = true;
    }
  }
  enter("publishing");
}

PublishReport Crawl::publish() {
  const std::vector<std::string> fields = split_fields(run_.fields);
  const ProgressFn relay = [this](const Progress& now) {
    if (!progress_) return;
    CrawlProgress relayed;
    relayed.step = "publishing";
    relayed.pages = run_.pages;
    relayed.documents = static_cast<std::int64_t>(now.done);
    relayed.requests = run_.requests;
    relayed.retries = run_.retries;
    relayed.bytes = run_.bytes;
    progress_(relayed);
  };
  const std::string cut = run_.ended;
  PublishReport report = publish_pages(data_, store_, ledger_, run_, run_.scope.empty(),
                                       options_.accept_shrink, field_set(fields), relay);
  if (!cut.empty()) {
    run_.ended = cut + ", " + run_.ended;
    ledger_.update_run(run_);
  }
  return report;
}

}  // namespace

PublishReport crawl(const std::filesystem::path& data, const CrawlOptions& options,
                    HttpClient& http, const CrawlProgressFn& progress) {
  return Crawl{data, options, http, progress}.run();
}

}  // namespace stemma
