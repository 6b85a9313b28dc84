#include "api/web/embed_page.h"

#include <fmt/format.h>

#include "api/web/assets.h"
#include "api/web/html.h"
#include "api/web/template.h"
#include "schema/utc_time.h"

namespace stemma {

std::string embed_page(const SnapshotView& view, const Chart& chart, std::string_view link) {
  std::string html;
  const SnapshotTotals& total = view.total();
  fill_part(html, "embed.html", "page", arg("title", escape_html(chart.title)),
            arg("style", asset_path("style.css")), arg("chart", line_chart(chart)),
            arg("phone", line_chart(chart, ChartPlace::phone)), arg("link", link),
            arg("number", total.number), arg("date", format_utc(total.observed_at).substr(0, 10)),
            arg("mark", total.generated != 0 ? "Generated demo data. " : ""));
  return html;
}

}  // namespace stemma
