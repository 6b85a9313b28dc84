#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/http_client.h"
#include "schema/model_record.h"

namespace stemma {

// The addresses of a hub's HTTP API: pure functions.

/// Scheme, host and port: what may see a token, and where links may lead.
struct Origin {
  std::string scheme;  ///< Lower case: "https" or "http".
  std::string host;    ///< Lower case.
  int port = 0;        ///< The scheme's own where the URL names none.

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// nullopt for anything but an absolute http or https URL with a host; a user part (`https://a@b/`)
/// is refused too.
[[nodiscard]] std::optional<Origin> origin_of(std::string_view url);

/// `https://Host/` -> `https://Host`: how a hub is called in the ledger. Throws Error{usage} when
/// it is no URL of a hub, or holds an `@`, and so perhaps a password. The message repeats neither
/// that nor a query.
[[nodiscard]] std::string normal_hub(std::string_view hub);

/// The absolute URL that `link` means on the page `base`; nullopt when that is on another origin
/// than `base`.
[[nodiscard]] std::optional<std::string> resolve_link(std::string_view base, std::string_view link);

/// The target of the Link header with relation `next`, as written; nullopt where there is none.
[[nodiscard]] std::optional<std::string> next_link(std::span<const HttpHeader> headers);

/// One part of the hub that a crawl walks. `since` is never written in a scope: it is what
/// `crawl --since` makes.
struct ScopeTerm {
  enum class Kind { all, search, author, since };
  Kind kind = Kind::all;
  std::string value;  ///< since: the `_id`, in hex, above which models are new.

  friend bool operator==(const ScopeTerm&, const ScopeTerm&) = default;
};

/// "all" (or nothing), or a comma-separated list of `search:TEXT` and `author:NAME`. Blanks around
/// terms do not count; the same term twice is one. Throws Error{usage} naming the term.
[[nodiscard]] std::vector<ScopeTerm> parse_scope(std::string_view scope);
/// How the ledger writes it: empty for everything.
[[nodiscard]] std::string scope_text(std::span<const ScopeTerm> terms);

/// The fields that a crawl asks for, as the hub's `expand` names them.
[[nodiscard]] std::vector<std::string> default_fields();
/// Names that no field stands for are skipped.
[[nodiscard]] FieldSet field_set(std::span<const std::string> fields);
[[nodiscard]] std::string join_fields(std::span<const std::string> fields);
[[nodiscard]] std::vector<std::string> split_fields(std::string_view fields);

/// The first page of a walk in the order of `_id`: ascending, and for Kind::since descending, as
/// the newest are what it is after.
enum class ListingOrder { of_term, descending };
[[nodiscard]] std::string listing_url(std::string_view hub, const ScopeTerm& term,
                                      std::span<const std::string> fields, int limit = 1000,
                                      ListingOrder order = ListingOrder::of_term);
/// A model's info. The slash stays as it is: the hub refuses an encoded one.
[[nodiscard]] std::string model_url(std::string_view hub, std::string_view name,
                                    std::span<const std::string> fields);
/// The repository name in a URL as model_url makes it; nullopt for any other path, sub-resources
/// included.
[[nodiscard]] std::optional<std::string> model_name_in(std::string_view hub, std::string_view url);

/// Which of the values of `expand` in `url` a 400 refuses: `... at expand[1]` is 1; else the first
/// that is not in the answer's `expected one of "a"|"b"`, else the one that it quotes; nullopt
/// where it names none.
[[nodiscard]] std::optional<std::size_t> refused_expand(const HttpResponse& response,
                                                        std::string_view url);

/// `url` without its `index`-th value of `expand` (or `expand[]`), and that value.
struct DroppedField {
  std::string url;
  std::string field;
};
[[nodiscard]] std::optional<DroppedField> drop_expand(std::string_view url, std::size_t index);

/// The text with the query of every address in it that is longer than 60 characters replaced by
/// `…`: the fields that a listing is asked for take some 400, and tell nobody anything.
[[nodiscard]] std::string with_short_urls(std::string_view text);

}  // namespace stemma
