#include <fmt/format.h>

#include <algorithm>

#include "api/web/night_rows.h"
#include "api/web/page.h"
#include "api/web/pages.h"

namespace stemma {
namespace {

constexpr std::string_view kChanges = "changes.html";

}  // namespace

std::string changes_page(const SnapshotFacts& facts, const ChangesParts& parts) {
  const SnapshotView& view = facts.snapshot();
  const NightFacts& night = *parts.night;
  const NightKind& kind = *parts.kind;
  Page page{"Changes – Stemma"};
  page.heading("What changed");
  page.add_marks(view);
  const SnapshotNumber number = view.total().number;
  if (night.before == nullptr) {
    add_night_summary(page, night);
    return page.finish(&view, fmt::format("/v1/changes?since={}", number - 1));
  }
  const SnapshotTotals& before = night.before->total();
  page.add_from(kChanges, "lead", arg("before", before.number),
                arg("before_date", format_utc(before.observed_at).substr(0, 10)),
                arg("after", number),
                arg("after_date", format_utc(view.total().observed_at).substr(0, 10)));
  std::string nights;
  if (before.number > 1) {
    fill_part(nights, kChanges, "night", arg("kind", kind.name), arg("number", before.number),
              arg("text", "← the night before"));
  }
  if (number < parts.newest) {
    fill_part(nights, kChanges, "night", arg("kind", kind.name), arg("number", number + 1),
              arg("text", "the night after →"));
  }
  if (!nights.empty()) page.add_from(kChanges, "nights", arg("links", nights));
  page.add_from(kChanges, "kinds_begin");
  for (const NightKind& one : night_kinds()) {
    page.add_from(kChanges, "kind", arg("kind", one.name),
                  arg("current", &one == &kind ? " aria-current=\"page\"" : ""),
                  arg("words", one.words), arg("count", grouped(one.count(night.changes))));
  }
  page.add_from(kChanges, "kinds_end");
  const std::size_t total = kind.count(night.changes);
  const std::size_t first = (parts.page - 1) * kMembersPerPage;
  if (first >= total) {
    page.soft(total == 0 ? "None of this kind in that night." : "There is no such page.");
  } else {
    add_night_rows(page, night, kind, first, kMembersPerPage);
    std::string turns;
    const auto turn = [&](std::size_t to, std::string_view text) {
      fill_part(turns, kChanges, "turn", arg("kind", kind.name), arg("page", to),
                arg("text", text));
    };
    if (parts.page > 1) turn(parts.page - 1, "← before");
    if (first + kMembersPerPage < total) turn(parts.page + 1, "next →");
    page.add_from(kChanges, "turns", arg("turns", turns), arg("first", grouped(first + 1)),
                  arg("last", grouped(std::min(total, first + kMembersPerPage))),
                  arg("total", grouped(total)));
  }
  return page.finish(&view, fmt::format("/v1/changes?since={}", before.number));
}

}  // namespace stemma
