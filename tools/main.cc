#include <cstdio>
#include "crawler/ingest.h"
#include "schema/error.h"
int main(int argc, char** argv) {
  stemma::ImportOptions o;
  for (int i = 2; i < argc; ++i) o.files.push_back(argv[i]);
  o.complete = true;
  try {
    auto r = stemma::import_files(argv[1], o, {});
    std::printf("snapshot %u models %lu ghosts %lu edges %lu obs %lu kept %lu rej %lu self %lu selfref %lu toghost %lu multi %lu declaring %lu cycles %lu rejdoc %lu\n", r.snapshot, r.totals.models, r.totals.ghosts, r.totals.edges, r.totals.claims_observed, r.totals.claims_kept, r.totals.claims_rejected, r.totals.claims_self, r.totals.self_references, r.totals.claims_to_ghosts, r.totals.multi_parent, r.totals.declaring, r.totals.cycles, r.rejected);
  } catch (const stemma::Error& e) { std::fprintf(stderr, "stemma: %s\n", e.what()); return stemma::exit_code(e.kind()); }
}
