#include "tools/genhub_document.h"

#include <algorithm>
#include <array>

#include "schema/model_name.h"
#include "schema/relation.h"
#include "schema/utc_time.h"
#include "tools/genhub_names.h"
#include "tools/genhub_random.h"

namespace stemma::genhub {
namespace {

constexpr UnixSeconds kMonth = 30 * kDay;

constexpr auto kLicenses = std::to_array<std::string_view>(
    {"apache-2.0", "mit", "apache-2.0", "cc-by-nc-4.0", "openrail", "other", "cc-by-4.0"});
constexpr auto kPipelines = std::to_array<std::string_view>(
    {"text-generation", "text-classification", "text-to-image", "feature-extraction",
     "reinforcement-learning", "automatic-speech-recognition", "image-classification"});

/// What a model's document shows, drawn from its own stream: each question has its own number, so
/// that an answer does not depend on which others were asked.
Random facet(const Lineage& lineage, Index index, std::uint32_t question) {
  return Random{lineage.seed + question, Purpose::document, index};
}
enum Question : std::uint32_t { kModified = 1, kSha, kLicense, kPipeline, kCard, kSize, kGated };

/// The Hub writes milliseconds.
std::string hub_time(UnixSeconds time) {
  std::string text = format_utc(time);
  text.insert(text.size() - 1, ".000");
  return text;
}

}  // namespace

Counts first_counts(const Lineage& lineage, Index index) {
  const bool official = lineage.nodes[index].trait == Trait::official;
  Random random{lineage.seed, Purpose::counts, index};
  const bool unused = !official && random.chance(350);
  const std::uint64_t downloads =
      unused ? 0 : random.heavy_tailed(official ? 40'000 : 12, official ? 30'000'000 : 4'000'000);
  const auto months = static_cast<std::uint32_t>(
      (lineage.first_listed(index) - lineage.created_at(index)) / kMonth);
  const std::uint64_t before =
      downloads * random.below(months + 1) + std::uint64_t{random.below(40)} * months;
  const std::uint64_t likes =
      downloads / 4000 + (random.chance(300) ? random.heavy_tailed(1, 5000) : 0);
  return {.downloads = downloads, .downloads_all_time = downloads + before, .likes = likes};
}

std::string_view DocumentWriter::write(Index index, const Counts& counts) {
  buffer_.Clear();
  json_.Reset(buffer_);
  name_.clear();
  append_current_name(index, name_);
  declare(index);

  json_.StartObject();
  write_identity(index);
  write_dates(index);
  write_tags(index);
  write_base_models(index);
  write_card(index);
  write_size(index);
  write_counts(counts);
  field("generated", kGenerator);
  json_.EndObject();
  return {buffer_.GetString(), buffer_.GetSize()};
}

void DocumentWriter::append_current_name(Index index, std::string& out) const {
  if (const auto found = renamed_.find(index); found != renamed_.end()) {
    out += found->second;
  } else {
    append_name(lineage_, index, out);
  }
}

/// Works out what the model says it comes from, in its own words.
void DocumentWriter::declare(Index index) {
  const Node& node = lineage_.nodes[index];
  declared_.clear();
  lineage_.parents_of(index, parents_);
  for (const Index parent : parents_) {
    Declared& stated = declared_.emplace_back();
    stated.model = parent;
    const Node& of = lineage_.nodes[parent];
    if (node.trait == Trait::old_name && of.trait == Trait::official &&
        !lineage_.catalog[of.owner].old_name.empty()) {
      stated.text = lineage_.catalog[of.owner].old_name;
      continue;
    }
    append_name(lineage_, parent, stated.text);
    if (node.trait == Trait::letter_case) stated.text = fold_case(stated.text);
  }
  if (node.trait == Trait::ghost) append_ghost_name(node.parent, declared_.emplace_back().text);
  if (node.trait == Trait::self_reference) declared_.push_back({.model = kNoParent, .text = name_});
  if (node.trait == Trait::no_name) {
    declared_.push_back(
        {.model = kNoParent, .text = "./output/checkpoint-" + std::to_string(index % 10000)});
  }
}

void DocumentWriter::write_identity(Index index) {
  field("_id", lineage_.hub_id(index).hex());
  field("id", name_);
  field("author", owner_of(name_));
  key("private");
  json_.Bool(false);
  key("disabled");
  json_.Bool(false);
  key("gated");
  const OfficialModel* official = top_official(index);
  const bool own = lineage_.nodes[index].trait == Trait::official;
  if (own && !official->gated.empty()) {
    text(official->gated);
  } else if (!own && facet(lineage_, index, kGated).chance(10)) {
    text("auto");
  } else {
    json_.Bool(false);
  }
}

void DocumentWriter::write_dates(Index index) {
  const UnixSeconds created = lineage_.created_at(index);
  Random random = facet(lineage_, index, kModified);
  // Most are left alone within the hour; the others are edited some time until now.
  const UnixSeconds left = lineage_.first_listed(index) - created;
  const UnixSeconds later =
      random.chance(650) ? random.below(3600) : random.below(static_cast<std::uint32_t>(left) + 1);
  field("lastModified", hub_time(created + std::min(left, later)));
  field("createdAt", hub_time(created));
  Random digits = facet(lineage_, index, kSha);
  scratch_.clear();
  while (scratch_.size() < 40) {
    std::uint64_t bits = digits.next();
    for (int i = 0; i < 8; ++i, bits >>= 8U) {
      scratch_ += "0123456789abcdef"[bits & 15U];
    }
  }
  field("sha", scratch_);
  if (const auto tag = pipeline_tag_of(index); !tag.empty()) field("pipeline_tag", tag);
  if (const auto library = library_of(index); !library.empty()) field("library_name", library);
}

void DocumentWriter::write_tags(Index index) {
  const Node& node = lineage_.nodes[index];
  key("tags");
  json_.StartArray();
  const auto library = library_of(index);
  if (!library.empty()) text(library);
  const bool quantized = node.relation == Relation::quantized;
  const std::string format =
      quantized ? fold_case(quantization_of(lineage_, index)) : "safetensors";
  if (format != library) text(format);
  if (node.relation == Relation::adapter) text("lora");
  if (node.relation == Relation::merge) text("mergekit");
  if (const auto tag = pipeline_tag_of(index); !tag.empty()) text(tag);
  text("en");
  const bool in_tags = node.trait != Trait::card_only && node.trait != Trait::no_name;
  for (const Declared& parent : declared_) {
    if (!in_tags) break;
    scratch_.assign("base_model:").append(parent.text);
    text(scratch_);
    if (node.trait == Trait::untyped_tag) continue;
    scratch_.assign("base_model:").append(relation_word(index)).append(":").append(parent.text);
    text(scratch_);
  }
  if (const auto license = license_of(index); !license.empty()) {
    scratch_.assign("license:").append(license);
    text(scratch_);
  }
  text("region:us");
  json_.EndArray();
}

/// The Hub's own field: only what it could resolve is in it.
void DocumentWriter::write_base_models(Index index) {
  const Trait trait = lineage_.nodes[index].trait;
  if (declared_.empty() || trait == Trait::letter_case || trait == Trait::untyped_tag ||
      trait == Trait::card_only) {
    return;
  }
  // The Hub knows some of the old names, but not all.
  if (trait == Trait::old_name && index % 2 == 0) return;
  if (declared_.front().model == kNoParent) return;
  key("baseModels");
  json_.StartObject();
  field("relation", relation_word(index));
  key("models");
  json_.StartArray();
  for (const Declared& parent : declared_) {
    json_.StartObject();
    field("_id", lineage_.hub_id(parent.model).hex());
    scratch_.clear();
    append_current_name(parent.model, scratch_);
    field("id", scratch_);
    json_.EndObject();
  }
  json_.EndArray();
  json_.EndObject();
}

void DocumentWriter::write_card(Index index) {
  const auto license = license_of(index);
  if (license.empty() && declared_.empty()) return;
  Random random = facet(lineage_, index, kCard);
  const Trait trait = lineage_.nodes[index].trait;
  key("cardData");
  json_.StartObject();
  if (!license.empty()) field("license", license);
  // An untyped tag without a card is what older cards have left behind.
  if (!declared_.empty() && trait != Trait::untyped_tag) {
    key("base_model");
    const bool list = declared_.size() > 1 || random.chance(500);
    if (list) json_.StartArray();
    for (const Declared& parent : declared_) text(parent.text);
    if (list) json_.EndArray();
    const bool typed = lineage_.nodes[index].relation != Relation::unspecified;
    if (typed && random.chance(120)) field("base_model_relation", relation_word(index));
  }
  if (random.chance(300)) {
    key("language");
    json_.StartArray();
    text("en");
    json_.EndArray();
  }
  json_.EndObject();
}

void DocumentWriter::write_size(Index index) {
  const Node& node = lineage_.nodes[index];
  Random random = facet(lineage_, index, kSize);
  if (node.relation == Relation::quantized && quantization_of(lineage_, index).ends_with("GGUF"))
    return;
  if (random.chance(250)) return;
  const OfficialModel* official = top_official(index);
  std::uint64_t millions = official != nullptr ? official->megaparameters
                                               : size_in_name(lineage_, root_of(lineage_, index));
  if (node.relation == Relation::adapter) millions = millions / 200 + 1;
  if (millions == 0) return;
  const std::uint64_t total = millions * 1'000'000 + random.below(900'000);
  key("safetensors");
  json_.StartObject();
  key("parameters");
  json_.StartObject();
  key(random.chance(800) ? "BF16" : "F32");
  json_.Uint64(total);
  json_.EndObject();
  key("total");
  json_.Uint64(total);
  json_.EndObject();
}

void DocumentWriter::write_counts(const Counts& counts) {
  key("downloads");
  json_.Uint64(counts.downloads);
  key("downloadsAllTime");
  json_.Uint64(counts.downloads_all_time);
  key("likes");
  json_.Uint64(counts.likes);
}

void DocumentWriter::key(std::string_view name) {
  json_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void DocumentWriter::text(std::string_view value) {
  json_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void DocumentWriter::field(std::string_view name, std::string_view value) {
  key(name);
  text(value);
}

/// The Hub always finds a relation: where nothing else fits, it is a fine-tune.
std::string_view DocumentWriter::relation_word(Index index) const {
  const Relation relation = lineage_.nodes[index].relation;
  return to_string(relation == Relation::unspecified ? Relation::finetune : relation);
}

const OfficialModel* DocumentWriter::top_official(Index index) const {
  const Node& root = lineage_.nodes[root_of(lineage_, index)];
  return root.trait == Trait::official ? &lineage_.catalog[root.owner] : nullptr;
}

std::string_view DocumentWriter::license_of(Index index) const {
  Random random = facet(lineage_, index, kLicense);
  const OfficialModel* official = top_official(index);
  if (lineage_.nodes[index].trait == Trait::official) return official->license;
  if (random.chance(300)) return {};
  if (official != nullptr && random.chance(800)) return official->license;
  return kLicenses[random.below(kLicenses.size())];
}

std::string_view DocumentWriter::pipeline_tag_of(Index index) const {
  Random random = facet(lineage_, index, kPipeline);
  const OfficialModel* official = top_official(index);
  if (official == nullptr) {
    return random.chance(500) ? kPipelines[random.below(kPipelines.size())] : std::string_view{};
  }
  const bool own = lineage_.nodes[index].trait == Trait::official;
  return own || random.chance(750) ? official->pipeline_tag : std::string_view{};
}

std::string_view DocumentWriter::library_of(Index index) const {
  const Node& node = lineage_.nodes[index];
  if (node.relation == Relation::adapter) return "peft";
  if (node.relation == Relation::quantized && quantization_of(lineage_, index).ends_with("GGUF")) {
    return node.owner % 2 == 0 ? "gguf" : "transformers";
  }
  const auto pipeline = pipeline_tag_of(index);
  if (pipeline == "text-to-image") return "diffusers";
  if (pipeline.empty() && node.parent == kNoParent) return {};
  return "transformers";
}

}  // namespace stemma::genhub
