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
#include "index/agreement.h"
#include "index/crawl_ledger.h"
#include "index/data_dir.h"
#include "index/model_store.h"
#include "index/snapshot_set.h"
#include "schema/error.h"
#include "schema/model_name.h"
#include "schema/utc_time.h"

namespace stemma {
namespace {

/// The chain under which documents that were asked for by name are stored. Scopes have fewer terms.
constexpr std::uint32_t kLookupChain = 1'000'000;
/// How often a page that does not lie above the one before is fetched in all.
constexpr int kPageAttempts = 4;
constexpr std::string_view kCutScope = "all (first ";

/// A crawl of everything that was cut short has a scope that says so; it is still the crawl of
/// everything to resume.
std::string scope_asked(const Run& run) {
  return run.scope.substr(0, kCutScope.size()) == kCutScope ? "" : run.scope;
}

bool walks_new_models(const std::string& scope) { return scope.substr(0, 6) == "since:"; }

std::string scope_for_people(const std::string& scope) { return scope.empty() ? "all" : scope; }

class Crawl {
 public:
  Crawl(const std::filesystem::path& path, const CrawlOptions& options, PageSource& source,
        const CrawlProgressFn& progress)
      : options_{options},
        progress_{progress},
        source_{source},
        terms_{parse_scope(options.scope)},
        data_{DataDir::open_or_create(path)},
        lock_{data_, "crawl of " + source.name()},
        store_{open_for_writing(data_)},
        ledger_{path, CrawlLedger::Mode::read_write} {
    mend_published(data_, store_);
    for (const PublishedSnapshot& snapshot : store_.snapshots()) {
      published_at_.insert(snapshot.observed_at);
      if (snapshot.complete) expected_ = static_cast<std::int64_t>(snapshot.documents);
      if (snapshot.number > newest_) newest_ = snapshot.number;
    }
    if (options.since) terms_ = {new_models()};
    begin();
    source_.use_fields(split_fields(run_.fields));
  }

  PublishReport run() {
    try {
      if (run_.state == "walking") walk();
      if (run_.state == "resolving") resolve();
      return publish();
    } catch (const ShrinkRefused& refused) {
      run_.state = "held";
      run_.ended = refused.what();
      ledger_.update_run(run_);
      throw;
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
  [[nodiscard]] ScopeTerm new_models();
  void begin();
  void give_up(Run& unfinished, const std::string& why);
  void resume(Run unfinished);
  void open_chains();
  void check_observation_time() const;
  void walk();
  void step(Chain& chain);
  [[nodiscard]] const ScopeTerm& term_of(const Chain& chain) const {
    return terms_[static_cast<std::size_t>(chain.number)];
  }
  [[nodiscard]] bool goes_on(const Chain& chain, const HubPage& page) const;
  [[nodiscard]] HubPage fetch_next(Chain& chain);
  [[nodiscard]] std::optional<HubPage> fetch_following(const Chain& chain);
  [[nodiscard]] bool relink(Chain& chain);
  [[nodiscard]] bool doubtful_end(const Chain& chain, const HubPage& page);
  [[nodiscard]] bool cut_off(const Chain& chain, const HubPage& page);
  [[nodiscard]] const SnapshotView* last_published();
  void cut_short();
  void resolve();
  void ask_for_ghosts(ParentSurvey& survey);
  [[nodiscard]] std::int64_t lookup_budget() const;
  enum class Asked : std::uint8_t { never, expired, known };
  [[nodiscard]] Asked asked_before(const std::string& name) const;
  void ask_for(const std::string& name, ParentSurvey& survey);
  void store_answer(const LookupAnswer& answer, const std::string& name, ParentSurvey& survey);
  void settle_absent();
  void ask_for_missing(ParentSurvey& survey);
  PublishReport publish();
  void enter(const std::string& state);
  void take_stats();
  void report(const std::string& step) const;

  [[nodiscard]] bool may_request() const {
    return options_.max_requests == 0 ||
           base_.requests + source_.stats().requests < options_.max_requests;
  }

  const CrawlOptions& options_;
  const CrawlProgressFn& progress_;
  PageSource& source_;
  std::vector<ScopeTerm> terms_;
  DataDir data_;
  WriteLock lock_;
  ModelStore store_;
  CrawlLedger ledger_;
  Run run_;
  SourceStats base_;  ///< What the run had done before this process took it up.
  std::vector<Chain> chains_;
  std::set<std::int64_t> begun_again_;  ///< Chains that this process walks from their start again.
  bool refused_ = false;                ///< The source did not take an address of a page.
  std::uint64_t largest_page_ = 0;      ///< Rows, of those that this process fetched.
  Chain lookups_;
  DocumentParser parser_;
  std::set<std::string> asked_;         ///< Folded names, by this process.
  std::vector<std::string> absent_;     ///< Names told to be absent, until access is proved.
  std::set<UnixSeconds> published_at_;  ///< Observation times of the published snapshots.
  std::int64_t expected_ = 0;
  SnapshotNumber newest_ = 0;
  SnapshotHandle last_;  ///< The newest published snapshot, once it was needed.
  Lookups count_;
  std::int64_t names_left_ = 0;
  bool resumed_resolving_ = false;
};

/// What the last walk that left no gap knew: whatever is above is new. Exact where that was a walk
/// of everything, or of new models after one.
ScopeTerm Crawl::new_models() {
  ScopeTerm term{ScopeTerm::Kind::since, *options_.since};
  if (terms_ != std::vector{ScopeTerm{}}) {
    throw Error{ErrorKind::usage, "--since walks new models of the whole hub; leave --scope out"};
  }
  if (!term.value.empty()) {
    if (const auto id = HubId::parse(term.value)) {
      term.value = id->hex();
    } else if (const auto time = parse_utc(term.value); time && *time >= 0) {
      term.value = HubId::first_of(*time).hex();
    } else {
      throw Error{ErrorKind::usage,
                  "--since " + term.value + " is neither a time such as 2026-11-23 nor an _id"};
    }
    return term;
  }
  // An unfinished one goes on from where it began.
  if (const auto unfinished = ledger_.unfinished_crawl();
      unfinished && walks_new_models(unfinished->scope) && !options_.restart) {
    term.value = unfinished->scope.substr(6);
    return term;
  }
  SnapshotNumber whole = 0;
  for (const PublishedSnapshot& snapshot : store_.snapshots()) {
    const auto run = ledger_.run(snapshot.run);
    if (snapshot.complete || (whole > 0 && run && walks_new_models(run->scope))) {
      whole = snapshot.number;
    }
  }
  if (whole == 0) {
    throw Error{ErrorKind::usage,
                "--since goes on from a complete walk, and there was none yet: run `stemma crawl` "
                "first, or name a time such as --since 2026-11-23"};
  }
  HubId highest;
  const SnapshotView& view = *last_published();
  for (NodeId node = 0; node < view.node_count(); ++node) {
    if (view.first_seen[node] == 0 || view.first_seen[node] > whole) continue;
    if (highest < view.hub_id[node]) highest = view.hub_id[node];
  }
  term.value = highest.hex();
  return term;
}

const SnapshotView* Crawl::last_published() {
  if (!last_ && newest_ > 0) last_ = SnapshotSet{data_}.at(newest_);
  return last_.get();
}

void Crawl::give_up(Run& unfinished, const std::string& why) {
  unfinished.state = "abandoned";
  unfinished.ended = why;
  unfinished.finished_at = now_utc();
  ledger_.update_run(unfinished);
  store_.drop_pages(unfinished.id);
}

void Crawl::begin() {
  const std::string scope = scope_text(terms_);
  if (auto unfinished = ledger_.unfinished_crawl()) {
    const bool same = unfinished->source == source_.name() && scope_asked(*unfinished) == scope;
    if (options_.restart) {
      give_up(*unfinished, "given up for a new crawl (--restart)");
    } else if (unfinished->state == "held" && !(same && options_.accept_shrink)) {
      // Nobody vouched for it: look again rather than wait for ever.
      give_up(*unfinished, "given up for a new crawl, as " + unfinished->ended);
    } else if (same) {
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
  run_.source = source_.name();
  run_.scope = scope;
  run_.started_at = now_utc();
  run_.observed_at = options_.observed_at == kUnknownTime ? run_.started_at : options_.observed_at;
  run_.state = "walking";
  run_.fields = join_fields(source_.fields());
  check_observation_time();
  ledger_.add_run(run_);
  open_chains();
}

/// Also what is left to do where a process was killed between the run and its chains.
void Crawl::open_chains() {
  lookups_.run = run_.id;
  lookups_.number = kLookupChain;
  for (std::size_t i = chains_.size(); i < terms_.size(); ++i) {
    Chain chain;
    chain.run = run_.id;
    chain.number = static_cast<std::int64_t>(i);
    chain.next_url = source_.first_page(terms_[i]);
    ledger_.put_chain(chain);
    chains_.push_back(std::move(chain));
  }
}

void Crawl::resume(Run unfinished) {
  run_ = std::move(unfinished);
  run_.ended.clear();
  if (run_.state == "held") run_.state = "publishing";
  base_.requests = run_.requests;
  base_.retries = run_.retries;
  base_.bytes = run_.bytes;
  count_ = ledger_.lookups(run_.id);
  check_observation_time();
  source_.use_fields(split_fields(run_.fields));
  for (Chain& chain : ledger_.chains(run_.id)) {
    if (chain.number == kLookupChain) {
      lookups_ = std::move(chain);
    } else {
      chains_.push_back(std::move(chain));
    }
  }
  open_chains();
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
  const SourceStats stats = source_.stats();
  run_.requests = base_.requests + stats.requests;
  run_.retries = base_.retries + stats.retries;
  run_.bytes = base_.bytes + stats.bytes;
  run_.fields = join_fields(source_.fields());
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
  now.lookups = count_.asked + count_.confirmed + count_.alive;
  now.lookups_left = names_left_;
  if (run_.scope.empty()) now.expected = expected_;
  const SourceStats stats = source_.stats();
  now.quota_left = stats.quota_left;
  now.quota = stats.quota;
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
  HubPage page = fetch_next(chain);
  bool finished = page.ids.rows == 0 || page.next.empty();
  if (term_of(chain).kind == ScopeTerm::Kind::since && page.ids.readable > 0) {
    finished = finished || page.ids.last.hex() <= term_of(chain).value;
  }
  largest_page_ = std::max(largest_page_, page.ids.rows);
  if (page.ids.rows > 0) {
    store_.put_page(run_.id, static_cast<std::uint32_t>(chain.number),
                    static_cast<std::uint32_t>(chain.pages), page.body);
    ++chain.pages;
    ++run_.pages;
    run_.documents += static_cast<std::int64_t>(page.ids.rows);
    if (page.ids.readable > 0) chain.last_id = page.ids.last.hex();
  }
  chain.finished = finished;
  chain.page_url = chain.next_url;
  chain.next_url = chain.finished ? "" : page.next;
  take_stats();
  ledger_.advance(chain, run_);
  report("walking");
}

/// Whether the page is in order and lies where the chain has got to.
bool Crawl::goes_on(const Chain& chain, const HubPage& page) const {
  const auto reached = HubId::parse(chain.last_id);
  const bool comparable = page.ids.readable > 0 && reached;
  if (term_of(chain).kind == ScopeTerm::Kind::since) {
    return page.ids.descending && (!comparable || page.ids.first < *reached);
  }
  return page.ids.ascending && (!comparable || *reached < page.ids.first);
}

/// The page that the chain is at, as often as it is worth asking; nullopt when it is refused or
/// does not follow what was stored.
std::optional<HubPage> Crawl::fetch_following(const Chain& chain) {
  for (int attempt = 1; attempt <= kPageAttempts; ++attempt) {
    HubPage page;
    try {
      page = source_.fetch_page(chain.next_url);
    } catch (const PageRefused&) {
      if (chain.page_url.empty()) throw;  // not even the first page is to be had
      refused_ = true;
      return std::nullopt;
    }
    if (!goes_on(chain, page)) continue;
    const bool ends = page.ids.rows == 0 || page.next.empty();
    // An early end looks like the real one; where there is reason to doubt it, a second look tells.
    if (ends && attempt == 1 && may_request() && doubtful_end(chain, page)) continue;
    return page;
  }
  return std::nullopt;
}

HubPage Crawl::fetch_next(Chain& chain) {
  const auto unusable = [&] {
    return Error{ErrorKind::unavailable, "the page " + with_short_urls(chain.next_url) +
                                             " is refused, or not in order of _id, or does not "
                                             "follow the page before; `crawl` tries again, "
                                             "`crawl --restart` begins anew"};
  };
  auto page = fetch_following(chain);
  // The link to it may be what is broken.
  if (!page && relink(chain)) page = fetch_following(chain);
  if (!page) throw unusable();
  if ((page->ids.rows == 0 || page->next.empty()) && doubtful_end(chain, *page) &&
      cut_off(chain, *page)) {
    // An empty page behind a broken link, perhaps.
    if (page->ids.rows == 0 && relink(chain)) page = fetch_following(chain);
    if (!page) throw unusable();
    if ((page->ids.rows == 0 || page->next.empty()) && cut_off(chain, *page)) {
      throw Error{ErrorKind::unavailable,
                  "the listing ends at " + (chain.last_id.empty() ? "its start" : chain.last_id) +
                      ", and is not done when it is asked from its end: it was cut off"};
    }
  }
  return std::move(*page);
}

/// Gets a new link from the page before. Where that gives none and the old one is refused (an
/// expired cursor), the chain begins again, once: what was stored is observed twice then, which
/// hurts nobody.
bool Crawl::relink(Chain& chain) {
  if (chain.page_url.empty()) return false;
  std::string next;
  try {
    const HubPage before = source_.fetch_page(chain.page_url);
    if (before.ids.ascending || before.ids.descending) next = before.next;
  } catch (const PageRefused&) {
  }
  if (!next.empty() && next != chain.next_url && next != chain.page_url) {
    chain.next_url = next;
  } else if (refused_ && begun_again_.insert(chain.number).second) {
    chain.next_url = source_.first_page(term_of(chain));
    chain.last_id.clear();
  } else {
    return false;
  }
  chain.page_url.clear();
  ledger_.put_chain(chain);
  return true;
}

/// An end that is no proof of itself: an empty page, a full page without a link,
/// or models that we know of beyond it.
bool Crawl::doubtful_end(const Chain& chain, const HubPage& page) {
  if (term_of(chain).kind == ScopeTerm::Kind::since) return false;
  if (page.ids.rows == 0) return true;
  // Full as asked for, or as full as the source makes them.
  if (page.ids.rows >= source_.page_rows()) return true;
  if (chain.pages > 0 && page.ids.rows >= largest_page_) return true;
  const SnapshotView* view = run_.scope.empty() ? last_published() : nullptr;
  if (view == nullptr || page.ids.readable == 0) return false;
  for (NodeId node = 0; node < view->node_count(); ++node) {
    if (view->live(node) && page.ids.last < view->hub_id[node]) return true;
  }
  return false;
}

/// Whether the source has a model beyond the page that the listing must have shown: one that is not
/// newer than the walk.
bool Crawl::cut_off(const Chain& chain, const HubPage& page) {
  constexpr UnixSeconds kWhileWeWalked = 600;
  if (!may_request()) return false;
  std::optional<HubId> newest;
  for (int attempt = 1; attempt <= kPageAttempts && !newest; ++attempt) {
    newest = source_.newest(term_of(chain));
  }
  // Nothing at all is an answer only where there may be nothing: in a part of which nothing was
  // seen yet.
  if (!newest) return run_.scope.empty() || chain.pages > 0;
  if (newest->seconds() > now_utc() - kWhileWeWalked) return false;
  const HubId last =
      page.ids.readable > 0 ? page.ids.last : HubId::parse(chain.last_id).value_or(HubId{});
  return last < *newest;
}

std::int64_t Crawl::lookup_budget() const {
  std::int64_t budget = options_.max_lookups;
  // A crawl held to so many requests is to end within one window of the quota.
  const auto left = source_.stats().quota_left;
  if (options_.max_requests > 0 && left) budget = std::min(budget, *left - 1);  // one is for proof
  return budget;
}

Crawl::Asked Crawl::asked_before(const std::string& name) const {
  if (asked_.contains(fold_case(name))) return Asked::known;
  const auto known = store_.lookup(name);
  if (!known) return Asked::never;
  if (run_.observed_at - known->asked_at >= options_.lookup_valid) return Asked::expired;
  if (known->result == Lookup::Result::absent) return Asked::known;
  // Whoever answered was stored with the pages of the run that asked: gone with them if that was
  // given up.
  if (known->asked_at == run_.observed_at && resumed_resolving_) return Asked::known;
  return published_at_.contains(known->asked_at) ? Asked::known : Asked::never;
}

void Crawl::store_answer(const LookupAnswer& answer, const std::string& name,
                         ParentSurvey& survey) {
  store_.put_page(run_.id, kLookupChain, static_cast<std::uint32_t>(lookups_.pages), answer.body);
  survey.add(parser_.parse_page(answer.body, "lookup of " + name));
  ++lookups_.pages;
  ++run_.documents;
}

/// "Absent" is about a model only as long as we are let in at all: a token that was revoked, or a
/// hub that closed its doors, must not make ghosts of everything.
void Crawl::settle_absent() {
  if (absent_.empty()) return;
  source_.prove_access();
  Lookup lookup;
  lookup.asked_at = run_.observed_at;
  for (const std::string& name : absent_) store_.put_lookup(name, lookup);
  absent_.clear();
}

void Crawl::ask_for(const std::string& name, ParentSurvey& survey) {
  constexpr std::size_t kSettleEvery = 50;
  asked_.insert(fold_case(name));
  ++count_.asked;
  const LookupAnswer answer = source_.lookup_model(name);
  if (answer.result == LookupAnswer::Result::found) store_answer(answer, name, survey);
  if (answer.result == LookupAnswer::Result::absent) absent_.push_back(name);
  take_stats();
  ledger_.advance(lookups_, run_);
  ledger_.set_lookups(run_.id, count_);
  if (answer.result == LookupAnswer::Result::found) {
    Lookup lookup;
    lookup.asked_at = run_.observed_at;
    lookup.target_id = answer.document.id;
    lookup.target = answer.document.name;
    // The canonical spelling of the same name is no other name.
    const bool renamed = !equal_folded(name, answer.document.name);
    lookup.result = renamed ? Lookup::Result::redirected : Lookup::Result::found;
    // Last: killed before this, the name is asked for again and nothing is lost.
    store_.put_lookup(name, lookup);
  }
  if (absent_.size() >= kSettleEvery) settle_absent();
  report("resolving");
}

void Crawl::resolve() {
  ParentSurvey survey = survey_pages(store_, run_.id);
  if (run_.scope.empty()) ask_for_missing(survey);
  if (walks_new_models(run_.scope)) {
    // New models descend from old ones, which nobody has to ask for.
    const SnapshotView* view = last_published();
    for (NodeId node = 0; view != nullptr && node < view->node_count(); ++node) {
      if (view->live(node)) survey.know(view->hub_id[node], view->name(node));
    }
  }
  ask_for_ghosts(survey);
  settle_absent();
  enter("publishing");
}

/// Models that a walk of everything did not meet are gone once the hub says so of each; asked
/// twice, as one wrong answer must bury nobody. One that is there after all is stored as if it had
/// been met.
void Crawl::ask_for_missing(ParentSurvey& survey) {
  const SnapshotView* view = last_published();
  if (view == nullptr) return;
  std::vector<std::pair<std::uint32_t, NodeId>> missing;  // with the most children first
  for (NodeId node = 0; node < view->node_count(); ++node) {
    if (!view->live(node) || survey.saw(view->hub_id[node])) continue;
    const std::uint32_t children = view->child_begin[node + 1] - view->child_begin[node];
    missing.emplace_back(UINT32_MAX - children, node);
  }
  std::sort(missing.begin(), missing.end());
  const auto asked_in_this_run = [this](const std::string& name) {
    const auto known = store_.lookup(name);
    return known && known->asked_at == run_.observed_at && known->result == Lookup::Result::absent;
  };
  std::vector<std::string> absent;
  names_left_ =
      std::min<std::int64_t>(static_cast<std::int64_t>(missing.size()), options_.max_confirmations);
  for (const auto& [rank, node] : missing) {
    const std::string name{view->name(node)};
    if (count_.confirmed + count_.alive + static_cast<std::int64_t>(absent.size()) >=
        options_.max_confirmations) {
      break;
    }
    --names_left_;
    if (asked_in_this_run(name)) continue;
    const LookupAnswer answer = source_.lookup_model(name);
    if (answer.result == LookupAnswer::Result::absent) absent.push_back(name);
    // A name that another repository bears by now says nothing of the one that is missing.
    if (answer.result == LookupAnswer::Result::found && answer.document.id == view->hub_id[node]) {
      store_answer(answer, name, survey);
      ++count_.alive;
      take_stats();
      ledger_.advance(lookups_, run_);
      ledger_.set_lookups(run_.id, count_);
    }
    report("resolving");
  }
  if (absent.empty()) return;
  source_.prove_access();
  for (const std::string& name : absent) {
    if (source_.lookup_model(name).result == LookupAnswer::Result::absent) {
      absent_.push_back(name);
    }
    report("resolving");
  }
  const auto confirmed = static_cast<std::int64_t>(absent_.size());
  settle_absent();
  count_.confirmed += confirmed;
  take_stats();
  ledger_.update_run(run_);
  ledger_.set_lookups(run_.id, count_);
}

void Crawl::ask_for_ghosts(ParentSurvey& survey) {
  const std::int64_t budget = lookup_budget();
  const std::int64_t requests_before = source_.stats().requests;
  const bool held = options_.max_requests > 0 && source_.stats().quota_left.has_value();
  while (true) {
    // What was never asked for goes before what is asked for again.
    std::vector<std::string> names;
    std::vector<std::string> expired;
    for (MissingParent& parent : survey.missing()) {
      const Asked asked = asked_before(parent.name);
      if (asked == Asked::never) names.push_back(std::move(parent.name));
      if (asked == Asked::expired) expired.push_back(std::move(parent.name));
    }
    names.insert(names.end(), std::make_move_iterator(expired.begin()),
                 std::make_move_iterator(expired.end()));
    names_left_ = static_cast<std::int64_t>(names.size());
    if (names.empty()) return;
    for (const std::string& name : names) {
      // Under a window's quota redirects cost too; otherwise names are what is counted.
      const std::int64_t spent = held ? source_.stats().requests - requests_before : count_.asked;
      if (spent >= budget || count_.asked >= options_.max_lookups) {
        names_left_ = 0;
        return;
      }
      ask_for(name, survey);
      --names_left_;
    }
  }
}

PublishReport Crawl::publish() {
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
  PublishRequest request{.run = run_,
                         .complete = run_.scope.empty(),
                         .accept_shrink = options_.accept_shrink,
                         .shrink_limit = options_.shrink_limit,
                         .asked = field_set(split_fields(run_.fields)),
                         .adds = walks_new_models(run_.scope)};
  PublishReport report = publish_pages(data_, store_, ledger_, request, relay);
  run_ = request.run;
  if (!cut.empty()) {
    run_.ended = cut + ", " + run_.ended;
    ledger_.update_run(run_);
  }
  return report;
}

}  // namespace

PublishReport crawl(const std::filesystem::path& data, const CrawlOptions& options,
                    PageSource& source, const CrawlProgressFn& progress) {
  return Crawl{data, options, source, progress}.run();
}

}  // namespace stemma
