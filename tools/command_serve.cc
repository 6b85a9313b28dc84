#include "tools/command_serve.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "api/endpoints/preparation.h"
#include "api/endpoints/router.h"
#include "api/http/server.h"
#include "graph/family.h"
#include "index/adoption_source.h"
#include "index/crawl_ledger.h"
#include "index/family_file.h"
#include "index/snapshot_set.h"
#include "tools/config_file.h"

namespace stemma {
namespace {

struct ServeOptions {
  std::string listen = "127.0.0.1:8080";
  std::string trust_proxy;
};

/// Takes up new snapshots for as long as it lives, each with what is costly to compute of it:
/// nobody who asks waits for that.
class SnapshotTaker {
 public:
  SnapshotTaker(SnapshotSet& snapshots, ApiContext& context)
      : thread_{[&](const std::stop_token& stop) {
          constexpr std::chrono::milliseconds kLookEvery{100};
          constexpr unsigned kRollupsEvery = 10;
          std::mutex mutex;
          std::condition_variable_any stopped;
          std::unique_lock lock{mutex};
          SnapshotHandle newest;
          bool rolled_up = false;
          for (unsigned round = 0; !stop.stop_requested(); ++round) {
            try {
              snapshots.take_up([&](const SnapshotHandle& snapshot) {
                prepare_snapshot(context, snapshot, stop);
                newest = snapshot;
                rolled_up = false;
              });
              // Curves follow a publish by some seconds.
              if (newest && !rolled_up && round % kRollupsEvery == 0)
                rolled_up = prepare_adoption(context, newest, stop);
            } catch (const std::exception& error) {
              spdlog::warn("preparing a new snapshot: {}", error.what());
              rolled_up = true;  // whoever asks is told; trying again and again helps nobody
            }
            stopped.wait_for(lock, stop, kLookEvery, [] { return false; });
          }
        }} {}

 private:
  std::jthread thread_;
};

void run_serve(const CliGlobals& globals, const ServeOptions& options) {
  const DataDir data = DataDir::open(globals.data);
  SnapshotSet snapshots{data, [](const std::string& message) { spdlog::warn("{}", message); }};
  const FamilySet families{load_families(globals.families)};
  AdoptionSource adoption{data};
  ApiContext context{snapshots, families};
  context.adoption = &adoption;
  // A connection a call: they are rare, and SQLite handles are not shared between threads.
  context.troubles = [path = data.path()](SnapshotNumber snapshot, std::size_t limit) {
    return CrawlLedger{path, CrawlLedger::Mode::read_only}.troubles(snapshot, limit);
  };
  context.history = [path = data.path()]() -> CrawlHistory {
    std::error_code error;
    if (!std::filesystem::exists(path / "ledger.sqlite", error)) return {};
    CrawlLedger ledger{path, CrawlLedger::Mode::read_only};
    constexpr std::size_t kRuns = 50;  // among them a crawl that ended well, if any lately did
    return {ledger.run_facts(kRuns), ledger.nights(1)};
  };
  context.log = [](const std::string& message) { spdlog::error("{}", message); };
  context.trusted_proxies = AddressSet::parse(options.trust_proxy);
  Server server{parse_listen_address(options.listen), handlers_of(context)};
  try {
    const SnapshotTotals totals = snapshots.current()->total();
    spdlog::info("snapshot {}: {} models, {} edges", totals.number, totals.models, totals.edges);
  } catch (const Error& error) {
    spdlog::warn("{}; serving goes on and takes it up when it is there", error.what());
  }
  // The URL is the command's result: scripts read it from the first line of standard output.
  fmt::print("{}\n", server.url());
  std::fflush(stdout);
  const SnapshotTaker taker{snapshots, context};
  server.run_until_signal();
}

}  // namespace

void add_serve_command(CLI::App& app, CliGlobals& globals) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serve =
      app.add_subcommand("serve", "Serve the HTTP API and the web pages; runs beside a crawl");
  serve->add_option("--listen", options->listen, "Address and port; port 0 takes any that is free")
      ->capture_default_str();
  serve
      ->add_option("--trust-proxy", options->trust_proxy,
                   "Believe X-Forwarded-Host and X-Forwarded-Proto from these addresses or "
                   "networks, separated by commas (default: from nobody)")
      ->type_name("ADDRESSES");
  serve->footer("Example: stemma serve --listen 0.0.0.0:8080");
  serve->callback([options, serve, &globals] {
    apply_config(*serve, globals.config, globals.data);
    run_serve(globals, *options);
  });
}

}  // namespace stemma
