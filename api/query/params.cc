#include "api/query/params.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "graph/infer.h"
#include "graph/search.h"
#include "schema/relation.h"

namespace stemma {
namespace {

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::size_t kDateLength = 10;  // 2025-04-30

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

/// The word itself, out of those that there are; empty where it is none of them.
std::string_view one_of(std::span<const std::string_view> words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() ? std::string_view{} : *found;
}

}  // namespace

SortKey sort_key(std::string_view word) {
  if (word == "likes") return SortKey::likes;
  if (word == "created_at") return SortKey::created_at;
  if (word == "depth") return SortKey::depth;
  if (word == "id") return SortKey::id;
  return SortKey::downloads;
}

ParamError::ParamError(std::string parameter, std::string reason)
    : Error{ErrorKind::usage, parameter + ": " + reason},
      parameter_{std::move(parameter)},
      reason_{std::move(reason)} {}

bool ParamReader::is_none(std::size_t i) const {
  return params_[i].value.empty() && std::find(may_be_empty_.begin(), may_be_empty_.end(),
                                               params_[i].name) != may_be_empty_.end();
}

bool ParamReader::has(std::string_view name) const {
  return std::any_of(params_.begin(), params_.end(),
                     [&](const Param& param) { return param.name == name; });
}

std::optional<std::string> ParamReader::text(std::string_view name) {
  std::optional<std::string> value;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].name != name) continue;
    taken_[i] = true;
    if (is_none(i)) continue;
    if (value) throw ParamError{std::string{name}, "is given more than once"};
    if (params_[i].value.empty()) throw ParamError{std::string{name}, "is empty"};
    value = params_[i].value;
  }
  return value;
}

std::vector<std::string> ParamReader::list(std::string_view name) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].name != name) continue;
    taken_[i] = true;
    if (is_none(i)) continue;
    std::string_view rest = params_[i].value;
    while (true) {
      const auto comma = rest.find(',');
      const std::string_view value = rest.substr(0, comma);
      if (value.empty()) throw ParamError{std::string{name}, "has an empty value"};
      if (values.size() == kMaxAlternatives) {
        throw ParamError{std::string{name},
                         "has more than " + std::to_string(kMaxAlternatives) + " values"};
      }
      values.emplace_back(value);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return values;
}

std::optional<std::int64_t> ParamReader::number(std::string_view name, std::int64_t least,
                                                std::int64_t most) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_number<std::int64_t>(*given);
  if (!value || *value < least || *value > most) {
    const std::string range = most == std::numeric_limits<std::int64_t>::max()
                                  ? std::to_string(least) + " or more"
                                  : "from " + std::to_string(least) + " to " + std::to_string(most);
    throw ParamError{std::string{name}, "must be a whole number, " + range};
  }
  return value;
}

std::optional<bool> ParamReader::flag(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  if (*given == "true" || *given == "1") return true;
  if (*given == "false" || *given == "0") return false;
  throw ParamError{std::string{name}, "must be true or false"};
}

std::optional<UnixSeconds> ParamReader::time(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_utc(*given);
  if (!value)
    throw ParamError{std::string{name}, "must be a date or time such as 2024-07-11T00:00:00Z"};
  return value;
}

std::optional<UnixSeconds> ParamReader::last_second(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_utc(*given);
  if (!value)
    throw ParamError{std::string{name}, "must be a date or time such as 2024-07-11T00:00:00Z"};
  return given->size() == kDateLength ? *value + 24 * 60 * 60 - 1 : *value;
}

std::string_view ParamReader::choice(const ParamInfo& param) {
  return choice_or_none(param).value_or(param.words.front());
}

std::optional<std::string_view> ParamReader::choice_or_none(const ParamInfo& param) {
  const auto given = text(param.name);
  if (!given) return std::nullopt;
  const std::string_view word = one_of(param.words, *given);
  if (word.empty())
    throw ParamError{std::string{param.name}, "must be one of " + joined(param.words)};
  return word;
}

std::vector<std::string_view> ParamReader::choices(const ParamInfo& param) {
  std::vector<std::string_view> words;
  for (const std::string& given : list(param.name)) {
    words.push_back(one_of(param.words, given));
    if (words.back().empty())
      throw ParamError{std::string{param.name}, "must be one or more of " + joined(param.words)};
  }
  return words;
}

std::string ParamReader::search_text(std::string_view name, bool may_be_empty) {
  if (may_be_empty) {
    const auto named = [&](const Param& param) { return param.name == name; };
    const auto given = std::find_if(params_.begin(), params_.end(), named);
    if (given == params_.end()) return {};
    if (given->value.empty() && std::count_if(params_.begin(), params_.end(), named) == 1) {
      taken_[static_cast<std::size_t>(given - params_.begin())] = true;
      return {};
    }
  }
  const auto text = this->text(name);
  if (!text) throw ParamError{std::string{name}, "is missing: the text to search for"};
  if (text->size() > kMaxSearchBytes) {
    throw ParamError{std::string{name},
                     "is longer than " + std::to_string(kMaxSearchBytes) + " bytes"};
  }
  if (search_words(*text).size() > kMaxSearchWords) {
    throw ParamError{std::string{name},
                     "has more than " + std::to_string(kMaxSearchWords) + " words"};
  }
  return *text;
}

std::size_t ParamReader::limit() {
  const auto given = number(param::limit);
  return given ? static_cast<std::size_t>(*given) : kDefaultLimit;
}

std::size_t ParamReader::top() {
  return static_cast<std::size_t>(number(param::top).value_or(kDefaultLimit));
}

std::optional<AsOf> ParamReader::as_of() {
  const auto given = text("as_of");
  if (!given) return std::nullopt;
  AsOf as_of{.text = *given};
  if (const auto value = parse_number<std::int64_t>(*given)) {
    if (*value < 1 || *value > std::numeric_limits<SnapshotNumber>::max())
      throw ParamError{"as_of", "must be the number of a snapshot, from 1, or a date or time"};
    as_of.number = static_cast<SnapshotNumber>(*value);
  } else if (const auto when = parse_utc(*given)) {
    as_of.time = given->size() == kDateLength ? *when + 24 * 60 * 60 - 1 : *when;
  } else {
    throw ParamError{"as_of",
                     "must be the number of a snapshot, or a date or time such as 2025-04-30"};
  }
  return as_of;
}

std::optional<double> ParamReader::share(std::string_view name) {
  const auto given = text(name);
  if (!given) return std::nullopt;
  const auto value = parse_number<double>(*given);
  if (!value || !(*value >= 0 && *value <= 1)) {
    throw ParamError{std::string{name}, "must be a number from 0 to 1"};
  }
  return value;
}

EdgeChoice ParamReader::edges() {
  EdgeChoice choice{.inferred_from = {}, .curated = flag("curated").value_or(true)};
  const auto asked = flag("include_inferred");
  if (asked && !*asked) return choice;
  const auto least = ParamReader{params_}.share("min_confidence");
  if (least) {
    choice.inferred_from = static_cast<float>(*least);
  } else if (asked) {
    choice.inferred_from = kSureEnough;
  }
  return choice;
}

void ParamReader::finish() const {
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (!taken_[i]) throw ParamError{params_[i].name, "is not a parameter of this resource"};
  }
}

ListQuery read_list_query(ParamReader& reader, bool gone_by_default, bool with_depth) {
  ListQuery query;
  for (const std::string_view word : reader.choices(param::relation))
    query.filters.relations.push_back(*parse_relation(word));
  if (with_depth) {
    if (const auto depth = reader.number(param::depth))
      query.filters.max_depth = static_cast<std::uint32_t>(*depth);
  }
  query.filters.authors = reader.list(param::author.name);
  query.filters.licenses = reader.list(param::license.name);
  query.filters.pipeline_tags = reader.list(param::pipeline_tag.name);
  query.filters.libraries = reader.list(param::library.name);
  query.filters.name_part = reader.text_or_empty(param::name_part.name);
  query.filters.min_downloads = reader.number(param::min_downloads);
  query.filters.created_after = reader.time(param::created_after.name);
  query.filters.created_before = reader.time(param::created_before.name);
  query.filters.min_confidence = reader.share(param::min_confidence.name);
  query.filters.include_gone = reader.flag(param::include_gone.name).value_or(gone_by_default);
  query.sort = sort_key(reader.choice(param::sort));
  query.descending = reader.choice(param::order) == "desc";
  query.limit = reader.limit();
  return query;
}

}  // namespace stemma
