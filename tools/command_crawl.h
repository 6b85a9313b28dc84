#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "index/publish.h"
#include "tools/command.h"

namespace stemma {

/// What `crawl` and `nightly` are told of a crawl.
struct CrawlArguments {
  CrawlArguments();  ///< The hub is that of the environment.

  std::string hub;
  std::string ca_file;  ///< Empty: that of the environment, else the system's certificates.
  std::string scope = "all";
  std::string since;
  bool only_new = false;  ///< --since was given, with a value or without.
  std::string observed_at;
  bool resolve = false;
  std::int64_t max_requests = 0;
  std::int64_t max_lookups = 1000;
  std::int64_t max_confirmations = 1000;
  double lookup_days = 30;
  double shrink_limit = kShrinkLimit;
  bool accept_shrink = false;
  bool accept_future = false;
  bool restart = false;
  double pace = 0.8;
  int page_size = 1000;
  int attempts = 8;
  double backoff = 1;
  double longest_backoff = 60;
  double retry_budget = 900;
  double connect_timeout = 20;
  double first_byte_timeout = 60;
  double stall_timeout = 60;
};

/// The options of a crawl, but for --resolve.
void add_crawl_options(CLI::App& command, CrawlArguments& arguments);

/// The token of the environment for requests to `hub`; empty, with a warning, where somebody in
/// between could read it.
[[nodiscard]] std::string token_for(const std::string& hub);

/// Crawls, showing how far it is on standard error.
PublishReport run_crawl(const CliGlobals& globals, const CrawlArguments& arguments);

/// What people want to know of a publish, on standard output: it is the command's result.
void print_report(const PublishReport& report);

/// A time on the command line; kUnknownTime for none. Throws Error{usage} naming the flag.
UnixSeconds time_option(const std::string& text, const char* flag);

/// What --observed-at says; kUnknownTime for nothing. Throws Error{usage} for what is no time, and
/// for one more than a day ahead of the clock unless `accept_future`.
UnixSeconds observation_time(const std::string& text, bool accept_future);

/// Refuses an option that is given without text.
[[nodiscard]] CLI::Validator not_empty();

/// Adds `crawl`.
void add_crawl_command(CLI::App& app, CliGlobals& globals);

}  // namespace stemma
