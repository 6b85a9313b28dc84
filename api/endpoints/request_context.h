#pragma once

#include <fmt/format.h>

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/chunk_source.h"
#include "api/endpoints/api_context.h"
#include "api/http/negotiation.h"
#include "api/http/request.h"
#include "api/query/adoption.h"
#include "api/query/cursor.h"
#include "api/query/leaderboards.h"
#include "api/query/params.h"
#include "api/query/queries.h"

namespace stemma {

/// Thrown by an endpoint where the resource is to be had under another path: 308.
struct MovedTo {
  std::string location;
};

/// One request that found its route, with the snapshot that it asks about. Endpoints use it once,
/// from one thread.
class RequestContext {
 public:
  RequestContext(const Request& request, const Target& target, std::string variable,
                 ApiContext& api);

  [[nodiscard]] ApiContext& api() noexcept { return api_; }
  [[nodiscard]] const Request& request() const noexcept { return request_; }
  [[nodiscard]] ParamReader& params() noexcept { return reader_; }
  /// What stands for the path's variable.
  [[nodiscard]] const std::string& variable() const noexcept { return variable_; }
  [[nodiscard]] const std::string& raw_path() const noexcept { return target_.raw_path; }
  /// All parameters, as given.
  [[nodiscard]] const ParamList& given_params() const noexcept { return target_.params; }

  // Snapshots. Each opens the one that is asked for, else the newest.

  void open_current();
  void open_as_of();
  /// Over the edges that are asked for.
  void open_edges();
  /// The same, or the one that the cursor is bound to.
  void open_page();
  /// The roll-ups as of the snapshot that is asked for, else of the newest, and the snapshot that
  /// they are of: it may be an older one for the seconds that rolling up takes.
  [[nodiscard]] AdoptionView open_adoption();
  /// What a leaderboard is asked for; `to` takes `adoption` and the snapshot back to then.
  [[nodiscard]] BoardQuery read_board_query(AdoptionView& adoption);
  /// The same where there is any; else nullopt, and the snapshot alone is opened.
  [[nodiscard]] std::optional<AdoptionView> open_adoption_if_any();
  /// The board of that name. Error{not_found} names the nearest.
  [[nodiscard]] const BoardInfo& board() const;
  [[nodiscard]] bool is_open() const noexcept { return facts_ != nullptr; }
  [[nodiscard]] SnapshotFacts& facts() const { return *facts_; }
  [[nodiscard]] const std::shared_ptr<SnapshotFacts>& shared_facts() const { return facts_; }
  [[nodiscard]] const SnapshotView& view() const { return facts_->snapshot(); }

  // Names. Error{not_found} names the nearest.

  [[nodiscard]] NodeId find_model(const std::string& name) const;
  /// The path's model. Throws MovedTo `path_of` its name + `suffix` for an alias or another case.
  [[nodiscard]] NodeId model(const std::function<std::string(std::string_view)>& path_of,
                             std::string_view suffix = {}) const;
  /// The path's family; its path is `prefix`, the name and `suffix`.
  [[nodiscard]] const FamilyDefinition& family(std::string_view prefix,
                                               std::string_view suffix = {}) const;
  /// The family that a leaderboard is asked of; nullptr for the whole hub.
  [[nodiscard]] const FamilyDefinition* board_family();
  /// The families in a list of names, at most ten.
  [[nodiscard]] std::vector<const FamilyDefinition*> families_of(std::string_view list) const;
  /// A family that a parameter names.
  [[nodiscard]] const FamilyDefinition& family_named(const std::string& name) const;

  // Answers. `path` is the canonical one.

  /// The head of a 200, or of a 304 where the client has it already.
  [[nodiscard]] Response begin(const std::string& path, std::string_view type);
  void fill(Response& response, std::string body) const;
  void fill(Response& response, ChunkSource chunks) const;

  /// `make_body` is not called where a 304 will do.
  template <class MakeBody>
  [[nodiscard]] Response whole(const std::string& path, std::string_view type,
                               MakeBody&& make_body) {
    Response response = begin(path, type);
    if (response.status == 200) fill(response, make_body());
    return response;
  }

  /// JSON, or the same as lines for those who want them. Both are made of one answer.
  template <class Ask, class Json, class Lines>
  [[nodiscard]] Response json_or_lines(const std::string& path, Ask&& ask, Json&& json,
                                       Lines&& lines) {
    const bool stream = wants_lines(request_.header("Accept"));
    Response response = begin(path, stream ? kNdjsonType : kJsonType);
    if (response.status != 200) return response;
    auto answer = ask();
    if (stream) {
      fill(response, drained(lines(std::move(answer))));
    } else {
      fill(response, json(answer));
    }
    return response;
  }

  /// One page of an answer of many items, or all of them as lines.
  struct Page {
    std::size_t shown = 0;
    std::uint64_t total = 0;
    std::function<std::string(std::string_view next)> body;
    std::function<ChunkSource()> lines;
  };
  /// `make_page(offset, limit)` is not called where a 304 will do.
  [[nodiscard]] Response paged(const std::string& path, std::size_t limit,
                               const std::function<Page(std::size_t, std::size_t)>& make_page);
  /// A list of models.
  [[nodiscard]] Response listed(const std::string& path, ListQuery query,
                                const std::function<ListAnswer(const ListQuery&)>& make_list);

 private:
  [[nodiscard]] std::optional<SnapshotNumber> asked_number();
  void open(const SnapshotHandle& snapshot) { facts_ = api_.facts.of(snapshot, edges_); }
  [[nodiscard]] bool forwarded() const { return api_.trusted_proxies.contains(request_.peer); }
  [[nodiscard]] std::string make_etag(std::string_view path, std::string_view type) const;
  [[nodiscard]] static std::string drained(const ChunkSource& chunks);

  const Request& request_;
  const Target& target_;
  const std::string variable_;
  ApiContext& api_;
  ParamReader reader_;
  std::shared_ptr<SnapshotFacts> facts_;
  std::optional<Cursor> cursor_;
  EdgeChoice edges_;
  bool gzip_ = false;
};

}  // namespace stemma
