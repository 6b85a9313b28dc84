#include "tools/command_crawl.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cmath>
#include <memory>

#include "api/render/text_table.h"
#include "crawler/crawl.h"
#include "crawler/curl_http_client.h"
#include "crawler/folder_source.h"
#include "crawler/http_environment.h"
#include "crawler/hub_client.h"
#include "schema/error.h"
#include "schema/utc_time.h"
#include "tools/config_file.h"
#include "tools/progress.h"
#include "tools/rollup_step.h"

namespace stemma {
namespace {

std::chrono::milliseconds seconds_of(double seconds) {
  return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, value));
}

/// Turns what a crawl tells into a line, with rates over this process's own time.
class CrawlLine {
 public:
  std::string text(const CrawlProgress& now) {
    if (now.step == "walking") return walking(now);
    std::string text;
    if (now.step == "resolving") {
      text = fmt::format("asking for parents that are missing: {} asked, {} to go", now.lookups,
                         now.lookups_left);
      if (now.quota_left) text += fmt::format(", quota left {}", *now.quota_left);
    } else {
      text = fmt::format("publishing: {} documents", grouped(unsigned_of(now.documents)));
    }
    return text;
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::string walking(const CrawlProgress& now) {
    const auto time = Clock::now();
    if (!begun_) begun_ = Mark{time, now.documents};
    std::string text;
    if (now.expected > 0) {
      const double share =
          std::min(1.0, static_cast<double>(now.documents) / static_cast<double>(now.expected));
      constexpr int kWidth = 20;
      const auto full = static_cast<std::size_t>(share * kWidth);
      text = fmt::format("[{}{}] {:.0f} %, ", std::string(full, '#'),
                         std::string(kWidth - full, '.'), share * 100);
    }
    text += fmt::format("{} pages, {} models, {}", grouped(unsigned_of(now.pages)),
                        grouped(unsigned_of(now.documents)), with_unit(unsigned_of(now.bytes)));
    const std::chrono::duration<double> taken = time - begun_->at;
    const auto done = static_cast<double>(now.documents - begun_->documents);
    if (taken.count() >= 1 && done > 0) {
      const double rate = done / taken.count();
      text += fmt::format(", {}/s", grouped(static_cast<std::uint64_t>(rate)));
      if (now.expected > now.documents) {
        const auto left =
            static_cast<std::int64_t>(static_cast<double>(now.expected - now.documents) / rate);
        text += fmt::format(", {}:{:02}:{:02} to go", left / 3600, left / 60 % 60, left % 60);
      }
    }
    if (now.retries > 0) text += fmt::format(", {} retries", now.retries);
    if (now.quota_left) {
      text += now.quota ? fmt::format(", quota {} of {}", *now.quota_left, *now.quota)
                        : fmt::format(", quota left {}", *now.quota_left);
    }
    return text;
  }

  struct Mark {
    Clock::time_point at;
    std::int64_t documents;
  };
  std::optional<Mark> begun_;
};

bool is_loopback(const Origin& origin) {
  return origin.host == "localhost" || origin.host == "[::1]" || origin.host.rfind("127.", 0) == 0;
}

/// A hub over HTTP, with what it needs.
struct OpenHub {
  OpenHub(CurlOptions curl, HubOptions hub) : http{std::move(curl)}, client{http, std::move(hub)} {}
  CurlHttpClient http;
  HubClient client;
};

}  // namespace

CrawlArguments::CrawlArguments() : hub{process_environment("HF_ENDPOINT")} {
  if (hub.empty()) hub = "https://huggingface.co";
}

UnixSeconds time_option(const std::string& text, const char* flag) {
  if (text.empty()) return kUnknownTime;
  const auto time = parse_utc(text);
  if (!time) {
    throw Error{ErrorKind::usage, std::string{flag} + " " + text +
                                      " is not a time such as 2026-11-23T02:00:00Z or 2026-11-23"};
  }
  return *time;
}

UnixSeconds observation_time(const std::string& text, bool accept_future) {
  const UnixSeconds time = time_option(text, "--observed-at");
  if (!accept_future) require_not_future(time, now_utc());
  return time;
}

void print_report(const PublishReport& report) {
  const SnapshotTotals& t = report.totals;
  fmt::print("snapshot {} of {}{}{}\n", report.snapshot, format_utc(t.observed_at),
             t.generated != 0 ? " (generated data)" : "",
             report.already ? " holds this already; nothing new was published" : "");
  fmt::print("  {:>12}  models ({} new, {} changed, {} gone)\n", grouped(t.models),
             grouped(report.added), grouped(report.changed), grouped(t.gone));
  fmt::print("  {:>12}  declare a parent, {} of them several\n", grouped(t.declaring),
             grouped(t.multi_parent));
  fmt::print("  {:>12}  edges, {} claims to {} ghosts\n", grouped(t.edges),
             grouped(t.claims_to_ghosts), grouped(t.ghosts));
  if (report.rejected > 0) {
    fmt::print("  {:>12}  documents rejected; `stemma stats` lists them\n",
               grouped(report.rejected));
  }
  if (!report.unread.empty()) {
    std::string fields;
    for (const auto& [field, documents] : report.unread) {
      fields +=
          fmt::format("{}{} {}", fields.empty() ? "" : ", ", printable(field), grouped(documents));
    }
    fmt::print("                could not be read, documents by field: {}\n", fields);
  }
  if (t.partial != 0) fmt::print("  partial: only what the scope of the crawl covers\n");
}

std::string token_for(const std::string& hub) {
  std::string token = process_environment("HF_TOKEN");
  const auto origin = origin_of(normal_hub(hub));
  if (token.empty() || origin->scheme != "http") return token;
  if (const std::string proxy = proxy_variable(*origin, process_environment); !proxy.empty()) {
    spdlog::warn(
        "{} is not encrypted, and {} names a proxy, which could read your token: it is left out",
        hub, proxy);
    return {};
  }
  if (!is_loopback(*origin))
    spdlog::warn("{} is not encrypted: whoever is in between can read your token", hub);
  return token;
}

PublishReport run_crawl(const CliGlobals& globals, const CrawlArguments& arguments) {
  CrawlOptions options;
  options.scope = arguments.scope;
  if (arguments.only_new) options.since = arguments.since;
  options.observed_at = observation_time(arguments.observed_at, arguments.accept_future);
  options.resolve = arguments.resolve;
  options.max_requests = arguments.max_requests;
  options.max_lookups = arguments.max_lookups;
  options.max_confirmations = arguments.max_confirmations;
  options.lookup_valid = std::llround(arguments.lookup_days * 24 * 60 * 60);
  options.shrink_limit = arguments.shrink_limit;
  options.accept_shrink = arguments.accept_shrink;
  options.restart = arguments.restart;

  CrawlLine words;
  ProgressLine line;
  const CrawlProgressFn progress = [&](const CrawlProgress& now) { line.show(words.text(now)); };
  if (const auto folder = FolderSource::folder_of(arguments.hub)) {
    FolderSource source{*folder, static_cast<std::size_t>(arguments.page_size)};
    return crawl(globals.data, options, source, progress);
  }
  HubOptions hub;
  hub.hub = arguments.hub;
  hub.token = token_for(hub.hub);
  hub.pace = arguments.pace;
  hub.page_rows = arguments.page_size;
  hub.retry.attempts = arguments.attempts;
  hub.retry.first_backoff = seconds_of(arguments.backoff);
  hub.retry.longest_backoff =
      std::chrono::seconds{std::max(1L, std::lround(arguments.longest_backoff))};
  hub.retry.budget = std::chrono::seconds{std::lround(arguments.retry_budget)};
  const auto origin = origin_of(normal_hub(hub.hub));
  CurlOptions curl;
  curl.ca_file = ca_file(arguments.ca_file, *origin, process_environment);
  curl.connect_timeout = seconds_of(arguments.connect_timeout);
  curl.first_byte_timeout = seconds_of(arguments.first_byte_timeout);
  curl.stall_timeout = std::chrono::seconds{std::max(1L, std::lround(arguments.stall_timeout))};
  OpenHub open{std::move(curl), std::move(hub)};
  return crawl(globals.data, options, open.client, progress);
}

CLI::Validator not_empty() {
  // A script's variable that is not set must not crawl everything.
  return {[](std::string& text) {
            return text.empty() ? std::string{"is empty; leave it out for the default"}
                                : std::string{};
          },
          "", "not_empty"};
}

void add_crawl_options(CLI::App& command, CrawlArguments& arguments) {
  const auto seconds = CLI::Range(0.001, 86400.0);
  command
      .add_option("--hub", arguments.hub,
                  "The hub, or a folder of documents; default $HF_ENDPOINT, else the Hugging Face "
                  "Hub")
      ->type_name("URL|DIR")
      ->check(not_empty());  // its default is not shown: $HF_ENDPOINT may hold a password
  command
      .add_option("--ca-file", arguments.ca_file,
                  "Certificates to trust (PEM) instead of the system's; default $CURL_CA_BUNDLE, "
                  "else $SSL_CERT_FILE")
      ->type_name("FILE")
      ->check(not_empty());
  command.add_option("--scope", arguments.scope, "all, or a part: search:TEXT,author:NAME,...")
      ->check(not_empty())
      ->capture_default_str();
  command
      .add_option("--observed-at", arguments.observed_at, "When the hub is observed; default now")
      ->type_name("TIME")
      ->check(not_empty());
  command
      .add_option("--max-requests", arguments.max_requests,
                  "Stop the listing after so many requests (0: no limit); the snapshot is then "
                  "partial")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--max-lookups", arguments.max_lookups, "Names of ghosts to ask for at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--max-confirmations", arguments.max_confirmations,
                  "Missing models to ask for at most")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--lookup-days", arguments.lookup_days,
                  "Ask again for a name that led nowhere after so many days")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--shrink-limit", arguments.shrink_limit,
                  "Share of the models that may be missing without being asked about")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_flag("--accept-future", arguments.accept_future,
                   "Take an --observed-at more than a day ahead of the clock");
  command.add_flag("--accept-shrink", arguments.accept_shrink,
                   "Publish although more models are missing than --shrink-limit allows");
  command.add_flag("--restart", arguments.restart,
                   "Give up an unfinished crawl instead of resuming it");
  const std::string pace = "Pace, retries and timeouts (seconds)";
  command.add_option("--pace", arguments.pace, "Share of the hub's quota to use")
      ->check(CLI::Range(0.01, 1.0))
      ->capture_default_str()
      ->group(pace);
  command.add_option("--page-size", arguments.page_size, "Models a page to ask for")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(pace);
  command.add_option("--attempts", arguments.attempts, "How often a request is sent at most")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(pace);
  command.add_option("--backoff", arguments.backoff, "First wait before a retry; it doubles")
      ->check(seconds)
      ->capture_default_str()
      ->group(pace);
  command.add_option("--longest-backoff", arguments.longest_backoff, "Longest wait before a retry")
      ->check(seconds)
      ->capture_default_str()
      ->group(pace);
  command
      .add_option("--retry-budget", arguments.retry_budget,
                  "Waiting between two good answers, in all, before the crawl stops")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str()
      ->group(pace);
  command.add_option("--connect-timeout", arguments.connect_timeout, "For a connection")
      ->check(seconds)
      ->capture_default_str()
      ->group(pace);
  command
      .add_option("--first-byte-timeout", arguments.first_byte_timeout, "For an answer to begin")
      ->check(seconds)
      ->capture_default_str()
      ->group(pace);
  command.add_option("--stall-timeout", arguments.stall_timeout, "For a body that trickles")
      ->check(CLI::Range(1.0, 86400.0))
      ->capture_default_str()
      ->group(pace);
}

void add_crawl_command(CLI::App& app, CliGlobals& globals) {
  auto arguments = std::make_shared<CrawlArguments>();
  CLI::App* command = app.add_subcommand("crawl", "Walk a hub's listing and publish a snapshot");
  add_crawl_options(*command, *arguments);
  CLI::Option* since = command->add_option(
      "--since", arguments->since, "Walk new models only: since the last complete walk, or a time");
  since->expected(0, 1)->type_name("[TIME]");
  command->add_flag("--resolve", arguments->resolve,
                    "Then ask for the names of ghosts, and for models that are missing");
  command->footer(
      "A token is read from $HF_TOKEN. An interrupted crawl goes on where it stopped. Every "
      "option\n"
      "may stand in stemma.toml, under [crawl], with _ for -.\n"
      "Example: stemma crawl --scope search:qwen,author:deepseek-ai");
  command->callback([arguments, since, command, &globals] {
    apply_config(*command, globals.config, globals.data);
    arguments->only_new = since->count() > 0;
    const PublishReport report = run_crawl(globals, *arguments);
    print_report(report);
    if (report.snapshot != 0) roll_up_published(globals, report.snapshot);
  });
}

}  // namespace stemma
