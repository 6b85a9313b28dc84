#include "api/endpoints/request_context.h"

#include "api/gzip.h"
#include "api/query/page_link.h"
#include "api/render/answers.h"
#include "graph/lookup.h"
#include "graph/nearest.h"
#include "graph/search.h"
#include "index/rollups.h"
#include "schema/percent.h"
#include "schema/text.h"

namespace stemma {
namespace {

std::string did_you_mean(const std::vector<std::string>& names) {
  return names.empty() ? "" : "; did you mean " + either_of(names) + "?";
}

std::vector<std::string> nearest_models(SnapshotFacts& facts, const std::string& name) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> names;
  if (name.size() > kMaxSearchBytes) return names;
  const auto descendants = [&facts](NodeId node) { return facts.live_descendants(node); };
  for (const SearchHit& hit : search_names(facts.search_index(), name, kShown, descendants))
    names.emplace_back(facts.snapshot().name(hit.node));
  return names;
}

}  // namespace

RequestContext::RequestContext(const Request& request, const Target& target, std::string variable,
                               ApiContext& api)
    : request_{request},
      target_{target},
      variable_{std::move(variable)},
      api_{api},
      reader_{target.params} {}

void RequestContext::open_current() { open(api_.snapshots.current()); }

std::optional<SnapshotNumber> RequestContext::asked_number() {
  const auto as_of = reader_.as_of();
  if (!as_of) return std::nullopt;
  return number_as_of(api_.snapshots, *as_of);
}

void RequestContext::open_as_of() {
  if (const auto as_of = asked_number()) return open(api_.snapshots.at(*as_of));
  open_current();
}

void RequestContext::open_edges() {
  edges_ = reader_.edges();
  static_cast<void>(
      reader_.share(param::min_confidence.name));  // Taken, whatever else is done with it.
  open_as_of();
}

void RequestContext::open_page() {
  edges_ = reader_.edges();
  static_cast<void>(reader_.share(param::min_confidence.name));
  const auto as_of = asked_number();
  const auto text = reader_.text(param::cursor.name);
  if (!text) return as_of ? open(api_.snapshots.at(*as_of)) : open_current();
  cursor_ = decode_cursor(*text);
  if (!cursor_ || (as_of && *as_of != cursor_->snapshot))
    throw ParamError{"cursor", "is not one that was handed out for this query"};
  // Who asked for that snapshot by number can have it, page after page.
  if (!as_of && api_.snapshots.pruned(cursor_->snapshot)) {
    throw Error{ErrorKind::pruned,
                fmt::format("snapshot {}, which the cursor belongs to, was pruned: begin again "
                            "without it, or with as_of={}",
                            cursor_->snapshot, cursor_->snapshot)};
  }
  try {
    open(api_.snapshots.at(cursor_->snapshot));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw ParamError{"cursor", "is of a snapshot that was never published here"};
  }
}

NodeId RequestContext::find_model(const std::string& name) const {
  if (const auto node = find_name(view(), name)) return *node;
  throw Error{ErrorKind::not_found,
              fmt::format("no model or ghost is called '{}' in snapshot {}{}", name,
                          facts_->number(), did_you_mean(nearest_models(*facts_, name)))};
}

NodeId RequestContext::model(const std::function<std::string(std::string_view)>& path_of,
                             std::string_view suffix) const {
  const NodeId node = find_model(variable_);
  const std::string_view canonical = view().name(node);
  if (canonical != variable_) throw MovedTo{path_of(canonical) + std::string{suffix}};
  return node;
}

const FamilyDefinition& RequestContext::family_named(const std::string& name) const {
  if (const FamilyDefinition* family = facts_->families().find(name)) return *family;
  std::vector<std::string> names;
  for (const FamilyDefinition& one : facts_->families().definitions()) names.push_back(one.name);
  throw Error{ErrorKind::not_found, fmt::format("no family or series is called '{}'{}", name,
                                                did_you_mean(nearest_words(name, names)))};
}

std::vector<const FamilyDefinition*> RequestContext::families_of(std::string_view list) const {
  constexpr std::size_t kMost = 10;
  std::vector<const FamilyDefinition*> families;
  for_each_part(list, ',', [&](std::string_view name) {
    if (!name.empty()) families.push_back(&family_named(std::string{name}));
  });
  if (families.size() > kMost) throw ParamError{"families", "has more than 10 names"};
  return families;
}

const FamilyDefinition* RequestContext::board_family() {
  const auto name = reader_.text(param::board_family.name);
  return name ? &family_named(*name) : nullptr;
}

const FamilyDefinition& RequestContext::family(std::string_view prefix,
                                               std::string_view suffix) const {
  const FamilyDefinition& family = family_named(variable_);
  if (family.name != variable_)
    throw MovedTo{fmt::format("{}{}{}", prefix, percent_encode(family.name), suffix)};
  return family;
}

const BoardInfo& RequestContext::board() const {
  if (const BoardInfo* board = find_board(variable_)) return *board;
  std::vector<std::string> names;
  for (const BoardInfo& one : boards()) names.emplace_back(one.name);
  const auto nearest = nearest_words(variable_, names);
  throw Error{ErrorKind::not_found,
              fmt::format("there is no board '{}'{}", variable_,
                          nearest.empty() ? "; /v1/leaderboards lists them"
                                          : "; did you mean " + either_of(nearest) + "?")};
}

std::optional<AdoptionView> RequestContext::open_adoption_if_any() {
  if (api_.adoption != nullptr) {
    try {
      return open_adoption();
    } catch (const Error& error) {
      // Nothing is rolled up yet: the page shows what it can without.
      if (error.kind() != ErrorKind::unavailable) throw;
    }
  }
  open_as_of();
  return std::nullopt;
}

AdoptionView RequestContext::open_adoption() {
  const auto as_of = asked_number();
  if (api_.adoption == nullptr)
    throw Error{ErrorKind::unavailable,
                "adoption is not to be had here: there is no data directory"};
  if (as_of) static_cast<void>(api_.snapshots.at(*as_of));  // unknown ones are told before all else
  AdoptionView adoption{*api_.adoption, as_of ? *as_of : api_.snapshots.current()->total().number};
  require_same_families(adoption.rollups(), api_.families);
  open(api_.snapshots.at(adoption.number()));
  return adoption;
}

BoardQuery RequestContext::read_board_query(AdoptionView& adoption) {
  BoardQuery query = stemma::read_board_query(reader_);
  if (query.range.to) {
    adoption.go_back_to(*query.range.to);
    open(api_.snapshots.at(adoption.number()));
  }
  return query;
}

std::string RequestContext::make_etag(std::string_view path, std::string_view type) const {
  // Names this answer among all that this and any other version ever gave; the coding makes the
  // bytes differ.
  const SnapshotTotals& total = view().total();
  const std::string all =
      fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", STEMMA_VERSION, total.observed_at, total.models,
                  total.edges, total.claims_observed, api_.families_hash, type,
                  base_url(request_, forwarded()), path, canonical_query(target_.params, true));
  return fmt::format("\"{}-{:016x}{}\"", total.number, hash_text(all), gzip_ ? "-gzip" : "");
}

Response RequestContext::begin(const std::string& path, std::string_view type) {
  gzip_ = accepts_gzip(request_.header("Accept-Encoding"));
  Response response;
  const std::string etag = make_etag(path, type);
  response.headers = {
      {"ETag", etag},
      {"Vary", forwarded() ? "Accept, Accept-Encoding, X-Forwarded-Host, X-Forwarded-Proto"
                           : "Accept, Accept-Encoding"},
      {"Cache-Control", "no-cache"}};
  if (matches_etag(request_.header("If-None-Match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("Content-Type", type);
  if (gzip_) response.headers.emplace_back("Content-Encoding", "gzip");
  return response;
}

void RequestContext::fill(Response& response, std::string body) const {
  response.body = gzip_ ? gzip(body) : std::move(body);
}

void RequestContext::fill(Response& response, ChunkSource chunks) const {
  response.chunks = gzip_ ? gzip_chunks(std::move(chunks)) : std::move(chunks);
}

std::string RequestContext::drained(const ChunkSource& chunks) {
  std::string text;
  while (chunks(text)) {
  }
  return text;
}

Response RequestContext::paged(const std::string& path, std::size_t limit,
                               const std::function<Page(std::size_t, std::size_t)>& make_page) {
  const bool stream = wants_lines(request_.header("Accept"));
  if (stream) {
    for (const Param& param : target_.params) {
      if (param.name == param::cursor.name)
        throw ParamError{param.name, "makes no sense in a stream, which is the whole answer"};
    }
    limit = std::numeric_limits<NodeId>::max();  // whatever `limit` says: no pages here
  }
  const std::uint64_t hash = query_hash(path, target_.params, api_.families_hash);
  std::size_t offset = 0;
  if (cursor_) {
    if (cursor_->query != hash) throw ParamError{"cursor", "belongs to another query"};
    offset = static_cast<std::size_t>(cursor_->offset);
  }
  Response response = begin(path, stream ? kNdjsonType : kJsonType);
  if (response.status != 200) return response;
  const Page page = make_page(offset, limit);
  if (stream) {
    fill(response, page.lines());
    return response;
  }
  std::string next;
  const std::size_t end = offset + page.shown;
  if (page.shown > 0 && end < page.total) {
    next = base_url(request_, forwarded()) +
           next_page(path, target_.params, {facts_->number(), end, hash});
    response.headers.emplace_back("Link", "<" + next + ">; rel=\"next\"");
  }
  fill(response, page.body(next));
  return response;
}

Response RequestContext::listed(const std::string& path, ListQuery query,
                                const std::function<ListAnswer(const ListQuery&)>& make_list) {
  reader_.finish();
  return paged(path, query.limit, [&](std::size_t offset, std::size_t limit) {
    query.offset = offset;
    query.limit = limit;
    const auto answer = std::make_shared<ListAnswer>(make_list(query));
    return Page{.shown = answer->listing.items.size(),
                .total = answer->listing.total,
                .body = [this, answer](auto next) { return list_json(view(), *answer, next); },
                .lines = [this, answer] { return list_lines(facts_->handle(), *answer); }};
  });
}

}  // namespace stemma
