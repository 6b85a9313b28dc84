#include "crawler/document_parse.h"

#include <simdjson.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "crawler/document_reader.h"
#include "crawler/page_scan.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

namespace od = simdjson::ondemand;

/// Why a document is refused.
struct Refusal {
  std::string field;
  std::string reason;
};

std::string printable_excerpt(std::string_view text) {
  constexpr std::size_t kLength = 80;
  std::string excerpt;
  for (const char c : text.substr(0, kLength)) {
    const auto byte = static_cast<unsigned char>(c);
    excerpt += byte >= ' ' && byte < 0x7F ? c : '?';
  }
  if (text.size() > kLength) excerpt += "...";
  return excerpt;
}

/// Adds the claims of one source, each once, in their order. False where there are more than
/// kMaxClaims: the rest is left out.
bool add_distinct(const std::vector<Claim>& source, std::vector<Claim>& claims) {
  std::unordered_set<Claim, ClaimHash> seen;
  for (const Claim& claim : source) {
    if (source.size() > 1 && !seen.insert(claim).second) continue;
    if (seen.size() > kMaxClaims) return false;
    claims.push_back(claim);
  }
  return true;
}

bool is_null(od::value& value) {
  bool null = false;
  return value.is_null().get(null) == simdjson::SUCCESS && null;
}

}  // namespace

struct DocumentParser::Impl {
  od::parser parser;

  /// Reads one document of `batch.text` and adds what it came to.
  void read(std::string_view text, const std::string& where, ParsedBatch& batch);

 private:
  struct Draft {
    ParsedDocument out;
    bool has_id = false;
    bool has_name = false;
    std::vector<Claim> base_models, tags, card, peft;
  };

  void read_fields(std::string_view text, Draft& draft, ParsedBatch& batch);
  void read_field(std::string_view key, od::value value, Draft& draft, ParsedBatch& batch);
  static void read_tags(od::value value, Draft& draft, ParsedBatch& batch);
  static void read_card(od::value value, Draft& draft, ParsedBatch& batch);
  static void read_base_models(od::value value, Draft& draft, ParsedBatch& batch);
  static void read_config(od::value value, Draft& draft, ParsedBatch& batch);
  static void read_gguf(od::value value, Draft& draft, ParsedBatch& batch);

  /// A string that lives as long as the batch: in its text where nothing is escaped, which is
  /// nearly always.
  static bool get_text(od::value& value, std::string_view& out, ParsedBatch& batch);
  static std::string_view need_text(od::value& value, const char* field, ParsedBatch& batch);
  static std::int64_t need_count(od::value& value, const char* field);
  static UnixSeconds need_time(od::value& value, const char* field, ParsedBatch& batch);
};

bool DocumentParser::Impl::get_text(od::value& value, std::string_view& out, ParsedBatch& batch) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS || type != od::json_type::string) return false;
  std::string_view token = value.raw_json_token();
  if (token.find('\\') == std::string_view::npos) {
    const std::size_t end = token.rfind('"');
    if (end == 0 || end == std::string_view::npos) return false;
    out = token.substr(1, end - 1);
    return true;
  }
  std::string_view unescaped;
  if (value.get_string().get(unescaped) != simdjson::SUCCESS) return false;
  out = batch.unescaped.emplace_back(unescaped);
  return true;
}

std::string_view DocumentParser::Impl::need_text(od::value& value, const char* field,
                                                 ParsedBatch& batch) {
  std::string_view text;
  if (!get_text(value, text, batch)) throw Refusal{field, "is not a string"};
  return text;
}

std::int64_t DocumentParser::Impl::need_count(od::value& value, const char* field) {
  std::int64_t count = 0;
  if (value.get_int64().get(count) != simdjson::SUCCESS || count < 0)
    throw Refusal{field, "is not a whole number of 0 or more"};
  if (count > kMaxCount) throw Refusal{field, "is larger than any count of a hub (10^15)"};
  return count;
}

UnixSeconds DocumentParser::Impl::need_time(od::value& value, const char* field,
                                            ParsedBatch& batch) {
  const auto time = parse_utc(need_text(value, field, batch));
  if (!time) throw Refusal{field, "is not a date"};
  return *time;
}

void DocumentParser::Impl::read_tags(od::value value, Draft& draft, ParsedBatch& batch) {
  od::array tags;
  if (value.get_array().get(tags) != simdjson::SUCCESS) throw Refusal{"tags", "is not a list"};
  constexpr std::string_view kBaseModel = "base_model:";
  constexpr std::string_view kLicense = "license:";
  ModelRecord& record = draft.out.record;
  for (auto item : tags) {
    od::value tag_value;
    std::string_view tag;
    if (std::move(item).get(tag_value) != simdjson::SUCCESS) throw Refusal{"tags", "is damaged"};
    if (!get_text(tag_value, tag, batch))
      throw Refusal{"tags", "holds something that is not a string, or no text that can be decoded"};
    if (tag.substr(0, kLicense.size()) == kLicense) {
      if (record.license_tag.empty()) record.license_tag = tag.substr(kLicense.size());
    } else if (tag.substr(0, kBaseModel.size()) == kBaseModel) {
      // `base_model:X` or `base_model:RELATION:X`. A repository name holds no colon, so nothing is
      // mistaken for a relation.
      std::string_view rest = tag.substr(kBaseModel.size());
      Relation relation = Relation::unspecified;
      if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        if (const auto word = parse_relation(rest.substr(0, colon));
            word && *word != Relation::unspecified) {
          relation = *word;
          rest.remove_prefix(colon + 1);
        }
      }
      draft.tags.push_back(
          {.source = ClaimSource::tag, .relation = relation, .parent_id = {}, .text = rest});
    }
  }
  // The Hub writes every parent twice, with and without its relation: the untyped twin says nothing
  // of its own.
  std::unordered_set<std::string_view> typed;
  for (const Claim& claim : draft.tags) {
    if (claim.relation != Relation::unspecified) typed.insert(claim.text);
  }
  std::erase_if(draft.tags, [&](const Claim& claim) {
    return claim.relation == Relation::unspecified && typed.contains(claim.text);
  });
  record.known |= kTags;
}

void DocumentParser::Impl::read_card(od::value value, Draft& draft, ParsedBatch& batch) {
  od::object card;
  if (value.get_object().get(card) != simdjson::SUCCESS)
    return;  // authors' YAML: historically anything
  ModelRecord& record = draft.out.record;
  record.known |= kCardData;
  Relation relation = Relation::unspecified;
  const auto add = [&](od::value& item) {
    std::string_view text;
    if (!is_null(item) && get_text(item, text, batch)) {
      draft.card.push_back({.source = ClaimSource::card,
                            .relation = Relation::unspecified,
                            .parent_id = {},
                            .text = text});
    } else if (od::json_type type{};
               item.type().get(type) == simdjson::SUCCESS && type != od::json_type::null) {
      // Numbers, objects, nested lists: kept as they stand, in JSON, marked so that no repository
      // name can be read into them.
      std::string_view raw;
      if (simdjson::to_json_string(item).get(raw) == simdjson::SUCCESS) {
        draft.card.push_back({.source = ClaimSource::card,
                              .relation = Relation::unspecified,
                              .parent_id = {},
                              .text = batch.unescaped.emplace_back("json: " + std::string{raw})});
      }
    }
  };
  for (auto field : card) {
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return;
    // The key's bytes may be reused by the next unescaping: decide first, then read.
    const bool base = key == "base_model", how = key == "base_model_relation",
               license = key == "license", name = key == "license_name";
    if (!base && !how && !license && !name) continue;
    od::value item;
    if (field.value().get(item) != simdjson::SUCCESS) return;
    od::json_type type{};
    if (item.type().get(type) != simdjson::SUCCESS) return;
    std::string_view text;
    if (how) {
      if (get_text(item, text, batch))
        relation = parse_relation(text).value_or(Relation::unspecified);
    } else if (name) {
      if (get_text(item, text, batch)) record.license_name = text;
    } else if (type == od::json_type::array) {
      od::array list;
      if (item.get_array().get(list) != simdjson::SUCCESS) return;
      for (auto element : list) {
        od::value one;
        if (std::move(element).get(one) != simdjson::SUCCESS) return;
        if (base) {
          add(one);
        } else if (record.license_card.empty() && get_text(one, text, batch)) {
          record.license_card = text;
        }
      }
    } else if (base) {
      add(item);
    } else if (get_text(item, text, batch)) {
      record.license_card = text;
    }
  }
  for (Claim& claim : draft.card) claim.relation = relation;
}

void DocumentParser::Impl::read_base_models(od::value value, Draft& draft, ParsedBatch& batch) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return;
  Relation relation = Relation::unspecified;
  const auto read_list = [&](od::value list_value) {
    od::array list;
    if (list_value.get_array().get(list) != simdjson::SUCCESS) return;
    for (auto element : list) {
      od::value item;
      if (std::move(element).get(item) != simdjson::SUCCESS) return;
      Claim claim{.source = ClaimSource::base_models,
                  .relation = Relation::unspecified,
                  .parent_id = {},
                  .text = {}};
      if (!get_text(item, claim.text, batch)) {
        od::object model;
        // Half of a list says nothing of the other half: what was known of the field stays.
        if (item.get_object().get(model) != simdjson::SUCCESS) {
          draft.base_models.clear();
          return;
        }
        for (auto field : model) {
          std::string_view key;
          od::value inner;
          if (field.unescaped_key().get(key) != simdjson::SUCCESS) return;
          const bool id = key == "_id", name = key == "id";
          if (field.value().get(inner) != simdjson::SUCCESS) return;
          std::string_view text;
          if ((!id && !name) || !get_text(inner, text, batch)) continue;
          if (id) claim.parent_id = HubId::parse(text).value_or(HubId{});
          if (name) claim.text = text;
        }
      }
      if (!claim.text.empty() || !claim.parent_id.empty()) draft.base_models.push_back(claim);
    }
    draft.out.record.known |= kBaseModels;
  };
  if (type == od::json_type::array) {
    read_list(value);
  } else if (type == od::json_type::object) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return;
    for (auto field : object) {
      std::string_view key;
      od::value inner;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return;
      const bool how = key == "relation", models = key == "models";
      if (field.value().get(inner) != simdjson::SUCCESS) return;
      std::string_view text;
      if (how && get_text(inner, text, batch))
        relation = parse_relation(text).value_or(Relation::unspecified);
      if (models) read_list(inner);
    }
  }
  for (Claim& claim : draft.base_models) claim.relation = relation;
}

void DocumentParser::Impl::read_config(od::value value, Draft& draft, ParsedBatch& batch) {
  od::object config;
  if (value.get_object().get(config) != simdjson::SUCCESS) return;
  od::value type_value;
  std::string_view model_type;
  if (config.find_field_unordered("model_type").get(type_value) == simdjson::SUCCESS &&
      get_text(type_value, model_type, batch)) {
    draft.out.record.model_type = model_type;
  }
  od::value peft_value;
  if (config.find_field_unordered("peft").get(peft_value) != simdjson::SUCCESS ||
      is_null(peft_value)) {
    draft.out.record.known |= kConfig;
    return;
  }
  // A part that cannot be read leaves the field unknown: what was known of it stays.
  od::object peft;
  if (peft_value.get_object().get(peft) != simdjson::SUCCESS) return;
  od::value name;
  std::string_view text;
  if (peft.find_field_unordered("base_model_name_or_path").get(name) == simdjson::SUCCESS &&
      !is_null(name)) {
    if (!get_text(name, text, batch)) return;
    draft.peft.push_back({.source = ClaimSource::peft,
                          .relation = Relation::adapter,
                          .parent_id = {},
                          .text = text});
  }
  draft.out.record.known |= kConfig;
}

void DocumentParser::Impl::read_gguf(od::value value, Draft& draft, ParsedBatch& batch) {
  od::object gguf;
  if (value.get_object().get(gguf) != simdjson::SUCCESS) return;
  ModelRecord& record = draft.out.record;
  od::value item;
  std::int64_t total = kUnknownCount;
  if (gguf.find_field_unordered("total").get(item) == simdjson::SUCCESS &&
      item.get_int64().get(total) == simdjson::SUCCESS && total >= 0 && total <= kMaxCount) {
    record.parameters_gguf = total;
    record.known |= kGguf;
  }
  std::string_view architecture;
  if (gguf.find_field_unordered("architecture").get(item) == simdjson::SUCCESS &&
      get_text(item, architecture, batch)) {
    record.gguf_architecture = architecture;
    record.known |= kGguf;
  }
}

void DocumentParser::Impl::read_field(std::string_view key, od::value value, Draft& draft,
                                      ParsedBatch& batch) {
  ModelRecord& record = draft.out.record;
  const auto total_of = [](od::value& object_value) {
    std::int64_t total = kUnknownCount;
    od::object object;
    if (object_value.get_object().get(object) != simdjson::SUCCESS) return kUnknownCount;
    if (object.find_field_unordered("total").get_int64().get(total) != simdjson::SUCCESS ||
        total < 0 || total > kMaxCount)
      return kUnknownCount;
    return total;
  };
  if (key == "_id") {
    const auto id = HubId::parse(need_text(value, "_id", batch));
    if (!id || id->empty()) throw Refusal{"_id", "is not 24 hex digits"};
    record.id = *id;
    draft.has_id = true;
    return;
  }
  if (key == "id") {
    record.name = need_text(value, "id", batch);
    if (!valid_repository_id(record.name)) throw Refusal{"id", "is not a repository name"};
    draft.has_name = true;
    return;
  }
  if (is_null(value)) return;
  // What authors write freely costs the field at most; whoever watches sees how often.
  const auto read_freely = [&](FieldSet bit, auto&& read) {
    read();
    if ((record.known & bit) == 0) ++batch.unread[std::string{key}];
  };
  if (key == "tags") return read_tags(value, draft, batch);
  if (key == "downloads") {
    draft.out.counts.downloads = need_count(value, "downloads");
    record.known |= kDownloads;
  } else if (key == "downloadsAllTime") {
    draft.out.counts.downloads_all_time = need_count(value, "downloadsAllTime");
    record.known |= kDownloadsAllTime;
  } else if (key == "likes") {
    draft.out.counts.likes = need_count(value, "likes");
    record.known |= kLikes;
  } else if (key == "createdAt") {
    record.created_at = need_time(value, "createdAt", batch);
    record.known |= kCreatedAt;
  } else if (key == "lastModified") {
    record.last_modified = need_time(value, "lastModified", batch);
    record.known |= kLastModified;
  } else if (key == "pipeline_tag") {
    record.pipeline_tag = need_text(value, "pipeline_tag", batch);
    record.known |= kPipelineTag;
  } else if (key == "library_name") {
    record.library_name = need_text(value, "library_name", batch);
    record.known |= kLibraryName;
  } else if (key == "author") {
    record.author = need_text(value, "author", batch);
    record.known |= kAuthor;
  } else if (key == "sha") {
    record.sha = need_text(value, "sha", batch);
    record.known |= kSha;
  } else if (key == "private") {
    bool hidden = false;
    if (value.get_bool().get(hidden) != simdjson::SUCCESS)
      throw Refusal{"private", "is not true or false"};
    if (hidden) throw Refusal{"private", "private repositories are not indexed"};
  } else if (key == "disabled") {
    if (value.get_bool().get(record.disabled) != simdjson::SUCCESS)
      throw Refusal{"disabled", "is not true or false"};
    record.known |= kDisabled;
  } else if (key == "gated") {
    bool gated = false;
    std::string_view how;
    if (get_text(value, how, batch)) {
      // Tables that were made of documents have one type a column: `false` is text there.
      record.gated = how == "auto"                      ? Gated::automatic
                     : how == "manual"                  ? Gated::manual
                     : how == "false" || how == "False" ? Gated::no
                                                        : Gated::unknown;
    } else if (value.get_bool().get(gated) == simdjson::SUCCESS) {
      record.gated = gated ? Gated::unknown : Gated::no;
    }
    if (record.gated != Gated::unknown) {
      record.known |= kGated;
    } else {
      ++batch.unread["gated"];
    }
  } else if (key == "cardData") {
    read_freely(kCardData, [&] { read_card(value, draft, batch); });
  } else if (key == "baseModels") {
    read_freely(kBaseModels, [&] { read_base_models(value, draft, batch); });
  } else if (key == "config") {
    read_freely(kConfig, [&] { read_config(value, draft, batch); });
  } else if (key == "safetensors") {
    read_freely(kSafetensors, [&] {
      record.parameters_safetensors = total_of(value);
      if (record.parameters_safetensors != kUnknownCount) record.known |= kSafetensors;
    });
  } else if (key == "gguf") {
    read_freely(kGguf, [&] { read_gguf(value, draft, batch); });
  } else if (key == "generated") {
    std::string_view by;
    draft.out.generated = get_text(value, by, batch) && by == "stemma-genhub";
  }
}

void DocumentParser::Impl::read_fields(std::string_view text, Draft& draft, ParsedBatch& batch) {
  const auto unreadable = [](simdjson::error_code code) {
    return Refusal{"", simdjson::error_message(code)};
  };
  od::document document;
  // The batch's text is padded at its end, so reading on behind any document stays inside it.
  const std::size_t capacity =
      static_cast<std::size_t>(batch.text.data() + batch.text.capacity() - text.data());
  if (const auto code =
          parser.iterate(simdjson::padded_string_view{text.data(), text.size(), capacity})
              .get(document)) {
    throw unreadable(code);
  }
  od::object object;
  if (const auto code = document.get_object().get(object)) {
    throw code == simdjson::INCORRECT_TYPE ? Refusal{"", "is not a JSON object"} : unreadable(code);
  }
  const char* hashed_to = text.data();
  std::uint64_t hash = 0;
  for (auto field : object) {
    od::value value;
    std::string_view key;
    if (const auto code = field.error()) throw unreadable(code);
    const char* raw_key = field.key().value_unsafe().raw();
    key = {raw_key,
           static_cast<std::size_t>(std::find(raw_key, text.data() + text.size(), '"') - raw_key)};
    if (const auto code = field.value().get(value)) throw unreadable(code);
    // What moves every night does not make it another document.
    if (key == "downloads" || key == "downloadsAllTime" || key == "likes" ||
        key == "trendingScore") {
      const std::string_view token = value.raw_json_token();
      hash =
          XXH3_64bits_withSeed(hashed_to, static_cast<std::size_t>(token.data() - hashed_to), hash);
      hashed_to = token.data() + token.size();
    }
    read_field(key, value, draft, batch);
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    throw Refusal{"", "something follows the document"};
  draft.out.content_hash = XXH3_64bits_withSeed(
      hashed_to, static_cast<std::size_t>(text.data() + text.size() - hashed_to), hash);
  draft.out.text = text;
}

void DocumentParser::Impl::read(std::string_view text, const std::string& where,
                                ParsedBatch& batch) {
  Draft draft;
  const auto refuse = [&](std::string field, std::string reason) {
    ++batch.unread[field.empty() ? "document" : field];
    batch.rejected.push_back({.where = where,
                              .field = std::move(field),
                              .reason = std::move(reason),
                              .excerpt = printable_excerpt(text)});
    if (draft.has_id) batch.rejected_ids.push_back(draft.out.record.id);
  };
  try {
    read_fields(text, draft, batch);
  } catch (Refusal& refusal) {
    return refuse(std::move(refusal.field), std::move(refusal.reason));
  } catch (const simdjson::simdjson_error& error) {
    return refuse("", error.what());
  }
  if (!draft.has_id) return refuse("_id", "is missing");
  if (!draft.has_name) return refuse("id", "is missing");
  std::vector<Claim>& claims = draft.out.record.claims;
  for (const auto& [field, source] :
       {std::pair{"baseModels", &draft.base_models}, std::pair{"tags", &draft.tags},
        std::pair{"cardData", &draft.card}, std::pair{"config", &draft.peft}}) {
    if (!add_distinct(*source, claims)) ++batch.unread[field];
  }
  batch.documents.push_back(std::move(draft.out));
}

DocumentParser::DocumentParser() : impl_{std::make_unique<Impl>()} {}
DocumentParser::~DocumentParser() = default;
DocumentParser::DocumentParser(DocumentParser&&) noexcept = default;
DocumentParser& DocumentParser::operator=(DocumentParser&&) noexcept = default;

namespace {

/// Takes the text over with room for the parser to read past its end. The room also keeps it on the
/// heap, so that views into it survive a move of the batch.
ParsedBatch batch_of(std::string text) {
  ParsedBatch batch;
  batch.text = std::move(text);
  batch.text.reserve(batch.text.size() + simdjson::SIMDJSON_PADDING);
  return batch;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  return text;
}

}  // namespace

ParsedBatch DocumentParser::parse_lines(std::string text, const std::string& where,
                                        std::uint64_t first_line) {
  ParsedBatch batch = batch_of(std::move(text));
  const std::string_view all = batch.text;
  std::uint64_t line = first_line;
  for (std::size_t at = 0; at < all.size(); ++line) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view whole = all.substr(at, end - at);
    const std::string_view document = trimmed(whole);
    const auto place = [&] { return where + ":" + std::to_string(line); };
    if (!document.empty()) {
      impl_->read(document, place(), batch);
    } else if (whole.find_first_not_of(" \t\r") != std::string_view::npos) {
      // A file system may fill with NULs what it lost; whatever stood there is not a blank line.
      ++batch.unread["document"];
      batch.rejected.push_back({.where = place(),
                                .field = "",
                                .reason = "holds nothing but control characters",
                                .excerpt = printable_excerpt(whole)});
    }
    at = end + 1;
  }
  return batch;
}

ParsedBatch DocumentParser::parse_page(std::string text, const std::string& where) {
  ParsedBatch batch = batch_of(std::move(text));
  const std::string_view body = trimmed(batch.text);
  if (!body.empty() && body.front() != '[') {
    impl_->read(body, where, batch);
    return batch;
  }
  std::vector<std::string_view> elements;
  if (!split_array(body, elements)) {
    batch.rejected.push_back({.where = where,
                              .field = "",
                              .reason = "is not a whole JSON array",
                              .excerpt = printable_excerpt(body)});
    return batch;
  }
  for (std::size_t i = 0; i < elements.size(); ++i)
    impl_->read(elements[i], where + ", row " + std::to_string(i + 1), batch);
  return batch;
}

}  // namespace stemma
