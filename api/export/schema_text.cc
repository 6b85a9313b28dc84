#include "api/export/schema_text.h"

#include <fmt/format.h>

#include "api/export/dump.h"
#include "api/export/tables.h"
#include "api/fields/change_fields.h"
#include "api/render/markdown.h"

namespace stemma {
namespace {

constexpr std::string_view kCsr = R"(
`graph.csr` holds the edges from parent to child as adjacency arrays, little-endian, without padding:

| bytes | what |
|---|---|
| 8 | `STEMCSR1` |
| 8 | n, nodes, unsigned |
| 8 | m, edges, unsigned |
| 8 (n + 1) | offsets, unsigned: children of node i are entries offsets[i] to offsets[i + 1] |
| 4 m | child of each entry, unsigned, ascending within a node |
| 4 m | confidence, float |
| m | relation: 0 unspecified, 1 finetune, 2 adapter, 3 merge, 4 quantized |
| n | state: 0 live, 1 gone, 2 ghost |

Line i, from 0, of `graph.ids.tsv` is node i: its name and its `hub_id`, parted by a tab.
`tools/read_csr.py` of Stemma reads both into numpy.
)";

}  // namespace

std::string dump_schema_text() {
  std::string text = fmt::format(
      "## Dumps\n\nSchema version {}. In CSV, lists are joined by blanks and what is unknown is "
      "empty; in NDJSON it is null. Times are\nUTC: RFC 3339 in text, milliseconds in Parquet. "
      "Formats:\n\n| format | what it is |\n|---|---|\n",
      kDumpSchemaVersion);
  for (const DumpFormat& format : dump_formats())
    text += fmt::format("| `{}` | {} |\n", format.name, format.meaning);
  text += "\n`csv` and `ndjson` hold the first two tables, `parquet` and `sqlite` all of them.\n";
  for (const DumpTable& table : dump_tables()) {
    text += fmt::format("\n### {}\n\n{}\n\n{}", table.name, table.meaning,
                        markdown_table(table.columns()));
  }
  text += "\n### csr\n";
  text += kCsr;
  text += "\n### changes\n\nLines of `stemma changes` and `/v1/changes`.\n\n";
  return text + markdown_table(infos_of(change_fields()));
}

}  // namespace stemma
