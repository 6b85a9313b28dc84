#include "api/export/schema_text.h"

#include "api/export/dump.h"
#include "api/fields/change_fields.h"
#include "api/fields/model_rows.h"
#include "api/render/markdown.h"

namespace stemma {

std::string dump_schema_text() {
  std::string text = "## Dumps\n\nSchema version " + std::to_string(kDumpSchemaVersion) +
                     ". In CSV, lists are joined by blanks and what is unknown is empty; in NDJSON "
                     "it is null. Times are\nUTC, RFC 3339.\n\n### models\n\nAll nodes: live "
                     "models, gone ones and ghosts, by name in byte order.\n\n";
  text += markdown_table(infos_of<NodeRow>(kModelFields));
  text += "\n### edges\n\nParent to child, by the child's name, then the parent's.\n\n";
  text += markdown_table(infos_of<EdgeRow>(kEdgeFields));
  text += "\n### changes\n\nLines of `stemma changes` and `/v1/changes`.\n\n";
  return text + markdown_table(infos_of(change_fields()));
}

}  // namespace stemma
