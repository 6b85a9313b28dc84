#include "api/fields/run_rows.h"

#include <algorithm>

#include "api/fields/answer_parts.h"
#include "schema/text.h"

namespace stemma {
namespace {

Value seconds_value(UnixSeconds from, UnixSeconds to) {
  if (from == kUnknownTime || to == kUnknownTime) return {};
  return Value{std::int64_t{std::max<UnixSeconds>(0, to - from)}};
}

template <auto member>
Value of_run(const RunFacts& r) {
  return Value{std::int64_t{r.run.*member}};
}
template <auto member>
Value of_lookups(const RunFacts& r) {
  return Value{std::int64_t{r.lookups.*member}};
}

constexpr Field<RunFacts> kRunFields[] = {
    {"run", FieldType::integer, Presence::always, "Its number, from 1.", &of_run<&Run::id>},
    {"kind", FieldType::text, Presence::always, "crawl or import.",
     [](const RunFacts& r) { return Value{std::string_view{r.run.kind}}; }},
    {"source", FieldType::text, Presence::always, "Address of the hub, or names of the files.",
     [](const RunFacts& r) { return Value{valid_utf8(r.run.source)}; }},
    {"scope", FieldType::text, Presence::always, "Which part of the hub; all for everything.",
     [](const RunFacts& r) {
       return Value{valid_utf8(r.run.scope.empty() ? "all" : r.run.scope)};
     }},
    {"state", FieldType::text, Presence::always,
     "walking, resolving, publishing, held, done, abandoned, stopped or failed.",
     [](const RunFacts& r) { return Value{std::string_view{r.run.state}}; }},
    {"ended", FieldType::text, Presence::or_null, "What ended it, in words; null while it goes on.",
     [](const RunFacts& r) { return owned_value(valid_utf8(r.run.ended)); }},
    {"snapshot", FieldType::integer, Presence::or_null, "The snapshot that it published.",
     [](const RunFacts& r) {
       return r.run.snapshot == 0 ? Value{} : number_value(r.run.snapshot);
     }},
    {"observed_at", FieldType::time, Presence::or_null, "The time that it observed the hub at.",
     [](const RunFacts& r) { return time_value(r.run.observed_at); }},
    {"started_at", FieldType::time, Presence::or_null, "When it began.",
     [](const RunFacts& r) { return time_value(r.run.started_at); }},
    {"finished_at", FieldType::time, Presence::or_null, "When it ended.",
     [](const RunFacts& r) { return time_value(r.run.finished_at); }},
    {"seconds", FieldType::integer, Presence::or_null, "How long it took.",
     [](const RunFacts& r) { return seconds_value(r.run.started_at, r.run.finished_at); }},
    {"pages", FieldType::integer, Presence::always, "Pages of the hub's listing.",
     &of_run<&Run::pages>},
    {"documents", FieldType::integer, Presence::always, "Documents that were read.",
     &of_run<&Run::documents>},
    {"rejected_documents", FieldType::integer, Presence::always,
     "Of these, those that could not be used.", &of_run<&Run::rejected>},
    {"requests", FieldType::integer, Presence::always, "Requests to the hub.",
     &of_run<&Run::requests>},
    {"retries", FieldType::integer, Presence::always, "Requests that were made again.",
     &of_run<&Run::retries>},
    {"bytes", FieldType::integer, Presence::always, "Bytes that the hub sent.",
     &of_run<&Run::bytes>},
    {"names_asked", FieldType::integer, Presence::always, "Names of ghosts that were asked for.",
     &of_lookups<&Lookups::asked>},
    {"absences_confirmed", FieldType::integer, Presence::always,
     "Models missing from the walk that the hub does not have.", &of_lookups<&Lookups::confirmed>},
    {"absences_refuted", FieldType::integer, Presence::always,
     "Models missing from the walk that the hub has.", &of_lookups<&Lookups::alive>},
    {"unread_fields", FieldType::counts, Presence::always,
     "Documents by the field of theirs that could not be read.", nullptr,
     [](ValueSink& sink, const RunFacts& r) { tell_counts(sink, r.unread); }},
};

constexpr Field<Step> kStepFields[] = {
    {"name", FieldType::text, Presence::always, "crawl, adoption, dumps or prune.",
     [](const Step& r) { return Value{std::string_view{r.name}}; }},
    {"state", FieldType::text, Presence::always, "running, done, skipped or failed.",
     [](const Step& r) { return Value{std::string_view{r.state}}; }},
    {"seconds", FieldType::integer, Presence::or_null, "How long it took.",
     [](const Step& r) { return seconds_value(r.started_at, r.finished_at); }},
    {"detail", FieldType::text, Presence::always, "What came of it, in words.",
     [](const Step& r) { return Value{valid_utf8(r.detail)}; }},
};

constexpr Field<Night> kNightFields[] = {
    {"night", FieldType::integer, Presence::always, "Its number, from 1.",
     [](const Night& r) { return Value{std::int64_t{r.id}}; }},
    {"state", FieldType::text, Presence::always, "running, done or failed.",
     [](const Night& r) { return Value{std::string_view{r.state}}; }},
    {"started_at", FieldType::time, Presence::or_null, "When it began.",
     [](const Night& r) { return time_value(r.started_at); }},
    {"finished_at", FieldType::time, Presence::or_null, "When it ended.",
     [](const Night& r) { return time_value(r.finished_at); }},
    {"steps", FieldType::objects, Presence::always, "Its steps in order, those begun so far.",
     [] { return infos_of<Step>(kStepFields); },
     [](ValueSink& sink, const Night& r) {
       tell_objects<Step>(sink, kStepFields, r.steps,
                          [](const Step& step) -> const Step& { return step; });
     }},
};

constexpr Field<RunsRow> kFields[] = {
    {"runs", FieldType::objects, Presence::always, "Crawls and imports, the newest first.",
     [] { return infos_of<RunFacts>(kRunFields); },
     [](ValueSink& sink, const RunsRow& r) {
       tell_objects<RunFacts>(sink, kRunFields, r.runs,
                              [](const RunFacts& run) -> const RunFacts& { return run; });
     }},
    {"nights", FieldType::objects, Presence::always, "Nights, the newest first.",
     [] { return infos_of<Night>(kNightFields); },
     [](ValueSink& sink, const RunsRow& r) {
       tell_objects<Night>(sink, kNightFields, r.nights,
                           [](const Night& night) -> const Night& { return night; });
     }},
};

}  // namespace

FieldList<RunsRow> runs_fields() { return kFields; }

}  // namespace stemma
