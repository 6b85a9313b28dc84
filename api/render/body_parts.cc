#include "api/render/body_parts.h"

#include "graph/infer.h"

namespace stemma {
namespace {

/// What an answer that counts inferred edges says of them.
void write_inferred(JsonWriter& json, const Inferred& added) {
  const InferenceQuality quality = inference_quality(added.min_confidence);
  json.key("inferred");
  json.begin_object();
  json.key("min_confidence");
  json.confidence(added.min_confidence);
  json.key("edges");
  json.number(added.edges);
  json.key("precision");
  json.share(quality.precision());
  json.key("recall");
  json.share(quality.recall());
  json.key("note");
  json.text(inference_origin());
  json.end_object();
}

}  // namespace

void write_marks(JsonWriter& json, const SnapshotView& view, bool partial_told) {
  const SnapshotTotals& total = view.total();
  if (total.partial != 0) {
    if (!partial_told) {
      json.key("partial");
      json.boolean(true);
    }
    json.key("scope");
    json.text(view.scope_text());
  }
  if (total.generated != 0) {
    json.key("generated");
    json.boolean(true);
  }
  if (view.without_curated) {
    json.key("curated");
    json.boolean(false);
  }
  if (view.added) write_inferred(json, *view.added);
}

void write_snapshot(JsonWriter& json, const SnapshotView& view) {
  json.key("snapshot");
  json.number(view.total().number);
}

void write_end_line(JsonWriter& json, const SnapshotView& view, std::size_t rows) {
  json.begin_object();
  json.key("end");
  json.boolean(true);
  json.key("rows");
  json.number(rows);
  write_marks(json, view);
  json.end_object();
  json.end_line();
}

}  // namespace stemma
