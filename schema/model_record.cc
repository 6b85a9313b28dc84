#include "schema/model_record.h"

#include <algorithm>

namespace stemma {

FieldSet field_of(ClaimSource source) noexcept {
  switch (source) {
    case ClaimSource::base_models:
      return kBaseModels;
    case ClaimSource::tag:
      return kTags;
    case ClaimSource::card:
      return kCardData;
    case ClaimSource::peft:
      return kConfig;
    case ClaimSource::alias:
    case ClaimSource::curated:
    case ClaimSource::inferred:
      break;
  }
  return 0;
}

ModelRecord carry_over(const ModelRecord& before, ModelRecord next, FieldSet asked) {
  const FieldSet told = next.known | asked;
  const auto keep = [&](FieldBit bit, auto ModelRecord::*member) {
    if ((told & bit) == 0) next.*member = before.*member;
  };
  keep(kAuthor, &ModelRecord::author);
  keep(kCreatedAt, &ModelRecord::created_at);
  keep(kLastModified, &ModelRecord::last_modified);
  keep(kTags, &ModelRecord::license_tag);
  keep(kCardData, &ModelRecord::license_card);
  keep(kCardData, &ModelRecord::license_name);
  keep(kPipelineTag, &ModelRecord::pipeline_tag);
  keep(kLibraryName, &ModelRecord::library_name);
  keep(kSha, &ModelRecord::sha);
  keep(kGated, &ModelRecord::gated);
  keep(kDisabled, &ModelRecord::disabled);
  keep(kSafetensors, &ModelRecord::parameters_safetensors);
  keep(kGguf, &ModelRecord::parameters_gguf);
  keep(kGguf, &ModelRecord::gguf_architecture);
  keep(kConfig, &ModelRecord::model_type);
  std::copy_if(before.claims.begin(), before.claims.end(), std::back_inserter(next.claims),
               [&](const Claim& claim) { return (told & field_of(claim.source)) == 0; });
  // Sources are told apart by field, so a stable order by source makes the claims independent of
  // what was carried.
  std::stable_sort(next.claims.begin(), next.claims.end(),
                   [](const Claim& a, const Claim& b) { return a.source < b.source; });
  next.known |= before.known | asked;
  return next;
}

}  // namespace stemma
