#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "schema/utc_time.h"
#include "tools/genhub_document.h"
#include "tools/genhub_lineage.h"
#include "tools/genhub_names.h"
#include "tools/genhub_nights.h"

namespace {

using namespace stemma;
using namespace stemma::genhub;

constexpr std::size_t kBlock = std::size_t{1} << 20U;

/// A hub has had its first month by then, and an `_id` has four bytes for its second.
constexpr std::string_view kEarliest = "2022-04-01";
constexpr std::string_view kLatest = "2100-01-01";

struct EventOption {
  EventKind kind;
  const char* flag;
  const char* description;
};
constexpr auto kEventOptions = std::to_array<EventOption>({
    {EventKind::stall, "--stall",
     "On night K nearly all downloads stand still; the night after has them"},
    {EventKind::rollback, "--rollback", "Night K shows the downloads of three nights before"},
    {EventKind::recount, "--recount",
     "On night K a large model's downloads of all time fall by 40 % for good"},
    {EventKind::spike, "--spike", "On night K a middling model gets 500,000 downloads in one day"},
    {EventKind::rename, "--rename", "On night K a model that others name gets another name"},
    {EventKind::partial, "--partial", "The file of night K holds only a third of the listing"},
});

struct Options {
  std::uint32_t models = 2000;
  std::uint64_t seed = 1;
  std::string out;
  std::uint32_t nights = 0;  ///< 0: one listing, to one file.
  std::string start;
  std::array<std::vector<Night>, kEventOptions.size()> events;  ///< In the order of kEventOptions.
};

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Every function that writes returns false, with errno set, when not everything could be written.
class LineWriter {
 public:
  explicit LineWriter(std::FILE* out) : out_{out} {}

  bool add(std::string_view line) {
    block_.append(line).append("\n");
    return block_.size() < kBlock || write_block();
  }
  bool finish() { return write_block() && std::fflush(out_) == 0; }

 private:
  bool write_block() {
    if (std::fwrite(block_.data(), 1, block_.size(), out_) != block_.size()) return false;
    block_.clear();
    return true;
  }

  std::FILE* out_;
  std::string block_;
};

bool write_hub(const Options& options, std::FILE* out) {
  const Lineage lineage = grow_lineage(Calendar{.models = options.models}, options.seed);
  DocumentWriter writer{lineage};
  LineWriter lines{out};
  for (Index i = 0; i < lineage.size(); ++i) {
    if (!lines.add(writer.write(i))) return false;
  }
  return lines.finish();
}

/// Writes beside the file and renames: whoever sees the file sees all of it.
template <class Fill>
bool write_file(const std::string& path, Fill fill) {
  const std::string part = path + ".part";
  File file{std::fopen(part.c_str(), "wb")};
  if (file == nullptr) return false;
  LineWriter lines{file.get()};
  bool good = fill(lines) && lines.finish();
  // Closing writes the rest: a full disk may show only here.
  if (good) good = std::fclose(file.release()) == 0;
  if (good && std::rename(part.c_str(), path.c_str()) == 0) return true;
  const int reason = errno;
  file.reset();
  std::remove(part.c_str());
  errno = reason;
  return false;
}

int report(const std::string& where) {
  const std::string reason = std::error_code{errno, std::generic_category()}.message();
  std::fprintf(stderr, "stemma-genhub: cannot write %s: %s\n", where.c_str(), reason.c_str());
  return 1;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "stemma-genhub: %s\n", why.c_str());
  return 2;
}

int write_single(const Options& options) {
  if (options.out.empty()) return write_hub(options, stdout) ? 0 : report("to stdout");
  File file{std::fopen(options.out.c_str(), "wb")};
  if (file == nullptr || !write_hub(options, file.get())) return report(options.out);
  // Closing writes the rest: a full disk may show only here.
  return std::fclose(file.release()) == 0 ? 0 : report(options.out);
}

std::string date_of(UnixSeconds time) { return format_utc(time).substr(0, 10); }

/// Fills in the calendar. Returns why that cannot be, or an empty string.
std::string plan_calendar(const Options& options, Calendar& calendar) {
  calendar = {.models = options.models,
              .arrivals = arrivals_a_night(options.models),
              .nights = options.nights,
              .first_night = kLastSecond - kDay * (UnixSeconds{options.nights} - 1)};
  if (!options.start.empty()) {
    const auto start = parse_utc(options.start);
    if (!start || options.start.size() != kEarliest.size()) {
      return "--start wants a date like 2026-11-01, not " + options.start;
    }
    calendar.first_night = *start;
  }
  if (calendar.first_night < parse_utc(kEarliest) || calendar.first_night > parse_utc(kLatest)) {
    return std::string{"the first night must be from "}.append(kEarliest).append(" to ").append(
        kLatest);
  }
  return {};
}

/// The events as they were asked for, each once. Returns why they cannot be, or an empty string.
std::string plan_events(const Options& options, std::vector<Event>& events) {
  for (std::size_t i = 0; i < kEventOptions.size(); ++i) {
    const auto& [kind, flag, description] = kEventOptions[i];
    for (const Night night : options.events[i]) {
      const std::string asked = std::string{flag} + " " + std::to_string(night);
      if (night < 1 || night > options.nights) {
        return asked + ": there are only the nights 1 to " + std::to_string(options.nights);
      }
      if (night < first_night_of(kind)) return asked + ": no night comes before it";
      events.push_back({.night = night, .kind = kind});
    }
  }
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
  for (std::size_t i = 1; i < events.size(); ++i) {
    if (events[i].night == events[i - 1].night && events[i].kind == EventKind::rollback &&
        events[i - 1].kind == EventKind::stall) {
      return "night " + std::to_string(events[i].night) + " cannot stall and roll back at once";
    }
  }
  return {};
}

std::string event_line(const Event& event, const Lineage& lineage, const DocumentWriter& writer) {
  std::string line =
      std::to_string(event.night) + "\t" + date_of(lineage.calendar.time_of(event.night)) + "\t";
  line.append(to_string(event.kind)).append("\t");
  if (!befalls_one(event.kind)) return line.append("-\t-");
  line.append(lineage.hub_id(event.model).hex()).append("\t");
  writer.append_current_name(event.model, line);
  return line;
}

std::string new_name_of(const Lineage& lineage, const Event& event) {
  std::string name;
  append_name(lineage, event.model, name);
  // No name is made to end like this: the new one is free.
  return name.append("-renamed-").append(std::to_string(event.night));
}

bool write_night(const Options& options, const Lineage& lineage, const NightlyHub& hub,
                 DocumentWriter& writer) {
  const std::string date = date_of(lineage.calendar.time_of(hub.night()));
  return write_file(options.out + "/" + date + ".ndjson", [&](LineWriter& lines) {
    for (Index i = 0; i < lineage.calendar.made_by(hub.night()); ++i) {
      if (hub.lists(i) && !lines.add(writer.write(i, hub.counts(i)))) return false;
    }
    return true;
  });
}

void tell(const Options& options, const NightlyHub& hub) {
  std::fprintf(stderr, "stemma-genhub: %u nights, from %u models", options.nights, options.models);
  if (hub.compared() > 0) {
    const std::uint64_t permille = (hub.moved() * 1000 + hub.compared() / 2) / hub.compared();
    std::fprintf(stderr, "; the counts of %u.%u %% moved in an ordinary night",
                 static_cast<unsigned>(permille / 10), static_cast<unsigned>(permille % 10));
  }
  std::fprintf(stderr, "\n");
}

int write_nights(const Options& options) {
  Calendar calendar;
  std::vector<Event> events;
  if (options.out.empty()) return refuse("--nights wants a directory to write to: --out DIR");
  if (const auto why = plan_calendar(options, calendar); !why.empty()) return refuse(why);
  if (const auto why = plan_events(options, events); !why.empty()) return refuse(why);

  const Lineage lineage = grow_lineage(calendar, options.seed);
  GoneNights gone = choose_gone(lineage);
  for (Event& event : events) {
    if (!befalls_one(event.kind)) continue;
    const auto model = choose_model(lineage, gone, event);
    if (!model) {
      return refuse(std::string{"--"}
                        .append(to_string(event.kind))
                        .append(": no model of so small a hub is fit for it"));
    }
    event.model = *model;
  }

  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error) {
    errno = error.value();
    return report(options.out);
  }
  NightlyHub hub{lineage, std::move(gone), events};
  DocumentWriter writer{lineage};
  std::vector<std::string> told;
  for (Night night = 1; night <= options.nights; ++night) {
    if (night > 1) hub.advance();
    for (const Event& event : events) {
      if (event.night != night) continue;
      std::string line = event_line(event, lineage, writer);
      if (event.kind == EventKind::rename) {
        std::string name = new_name_of(lineage, event);
        line.append("\t").append(name);
        writer.rename(event.model, std::move(name));
      }
      told.push_back(std::move(line));
    }
    if (!write_night(options, lineage, hub, writer)) return report("to " + options.out);
  }
  // Last: where it is, all nights are.
  const bool good = write_file(options.out + "/events.tsv", [&](LineWriter& lines) {
    return std::all_of(told.begin(), told.end(), [&](const auto& line) { return lines.add(line); });
  });
  if (!good) return report("to " + options.out);
  tell(options, hub);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{
      "Writes the model documents of a made-up hub, one a line, in the shape of the Hub's "
      "listing.\n"
      "The same options give the same bytes. Every document carries "
      "\"generated\":\"stemma-genhub\"."};
  app.footer(
      "Example: stemma-genhub --models 20000 | stemma --data ./stemma-data-demo import - "
      "--complete\n"
      "Example: stemma-genhub --models 20000 --nights 10 --spike 6 --out ./hub-nights\n"
      "A night's file is called by its date: that night at 00:00 UTC is when it was observed. "
      "events.tsv says what happened to which model.");
  app.add_option("--models", options.models, "How many models, on the first night")
      ->check(CLI::Range(1U, 16'000'000U))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Another seed gives another hub")->capture_default_str();
  app.add_option("--out", options.out,
                 "Write to this file instead of stdout; with --nights, to this directory");
  CLI::Option* nights = app.add_option("--nights", options.nights,
                                       "Write one complete listing a night, for so many nights")
                            ->check(CLI::Range(1U, 1000U));
  app.add_option("--start", options.start,
                 "The date of the first night; without it, the last is 2026-11-22")
      ->needs(nights);
  for (std::size_t i = 0; i < kEventOptions.size(); ++i) {
    app.add_option(kEventOptions[i].flag, options.events[i], kEventOptions[i].description)
        ->type_name("K")
        ->allow_extra_args(false)
        ->group("Events of a night, by its number from 1; each may be given again")
        ->needs(nights);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return options.nights == 0 ? write_single(options) : write_nights(options);
}
