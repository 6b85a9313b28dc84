#include "api/web/alarm_list.h"

#include <algorithm>

#include "api/query/links.h"
#include "api/web/chart_parts.h"

namespace stemma {

namespace {

/// The page that shows what is unusual, safe inside an attribute.
std::string page_of(const Alarm& alarm) {
  switch (alarm.kind) {
    case Alarm::Kind::outside_band:
      return family_link(alarm.subject) + "?by=role";
    case Alarm::Kind::burst:
      return "/changes?kind=model_added";
    case Alarm::Kind::model_gone:
      return page_link(alarm.subject);
    case Alarm::Kind::stall:
    case Alarm::Kind::rollback:
      break;
  }
  return "/quality";
}

}  // namespace

void add_alarms(Page& page, const std::vector<Alarm>& alarms) {
  constexpr std::size_t kShown = 10;
  if (alarms.empty()) return;
  page.add_from(kCharts, "unusual_begin");
  for (std::size_t i = 0; i < std::min(alarms.size(), kShown); ++i) {
    page.add_from(kCharts, "unusual", arg("link", page_of(alarms[i])),
                  arg("text", escape_html(alarms[i].text)),
                  arg("command", escape_html(alarms[i].command)));
  }
  page.add_from(kCharts, "unusual_end");
}

}  // namespace stemma
