#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crawler/hub_url.h"
#include "crawler/page_scan.h"
#include "schema/error.h"

namespace stemma {

/// A page of a listing.
struct HubPage {
  std::string body;  ///< A whole JSON array.
  PageIds ids;
  std::string next;  ///< Address of the next page; empty on the last one.
};

/// What became of asking for one name.
struct LookupAnswer {
  enum class Result : std::uint8_t {
    found,
    absent,   ///< Deleted, private, or never there.
    unclear,  ///< Neither: the source refuses to tell, or leads in circles. `reason` says why.
  };
  Result result = Result::unclear;
  std::string body;         ///< found: the document.
  DocumentIds document;     ///< found: what it is.
  bool redirected = false;  ///< found: under another address than was asked for.
  std::string reason;
};

/// What a source has done since it was opened, and what it may still do.
struct SourceStats {
  std::int64_t requests = 0;  ///< All that were sent: retries and redirects too.
  std::int64_t retries = 0;
  std::int64_t bytes = 0;                  ///< As received, compressed.
  std::optional<std::int64_t> quota;       ///< Requests a window; nullopt where nothing limits.
  std::optional<std::int64_t> quota_left;  ///< In this window, by the last answer.
};

/// The source knows the address and refuses it: a cursor that expired, a field that it does not
/// have. Asking again cannot help; asking for another page may.
class PageRefused : public Error {
 public:
  using Error::Error;
};

/// Where a crawl gets its pages from: the one thing to write for another kind of hub. Addresses are
/// the source's own text; the crawl keeps them in its ledger and hands them back, in another
/// process too. A source that cannot answer throws Error{unavailable}, having tried as often as
/// makes sense: everything that was stored stays, and the next crawl goes on. One thread.
class PageSource {
 public:
  virtual ~PageSource() = default;

  /// How people and the ledger call it. A crawl is resumed only from a source of the same name.
  [[nodiscard]] virtual std::string name() const = 0;

  /// Fields of the documents to ask for, by the Hub's names. A resumed crawl goes on with those it
  /// had.
  virtual void use_fields(std::vector<std::string> fields) = 0;
  /// The same without those that the source refused.
  [[nodiscard]] virtual const std::vector<std::string>& fields() const noexcept = 0;

  /// Rows that a page holds at most, as far as the source has a say.
  [[nodiscard]] virtual std::size_t page_rows() const = 0;

  /// Address of the first page of a walk over `term`. Pages come in ascending order of `_id`, those
  /// of Kind::since in descending order.
  [[nodiscard]] virtual std::string first_page(const ScopeTerm& term) const = 0;
  /// Throws PageRefused for an address that the source does not take.
  [[nodiscard]] virtual HubPage fetch_page(const std::string& address) = 0;
  /// The highest `_id` within `term`; nullopt where there is none, or it cannot be told.
  [[nodiscard]] virtual std::optional<HubId> newest(const ScopeTerm& term) = 0;

  /// Asks for one model by name, under the name that it bears now.
  [[nodiscard]] virtual LookupAnswer lookup_model(std::string_view name) = 0;

  /// Proves that the source still answers us at all. Between two proofs an `absent` is about the
  /// model that was asked for; without, it may be about us (a revoked token, a closed door). Throws
  /// Error{unavailable} otherwise.
  virtual void prove_access() = 0;

  [[nodiscard]] virtual SourceStats stats() const = 0;
};

}  // namespace stemma
