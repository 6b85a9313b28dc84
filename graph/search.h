#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/snapshot_sections.h"

namespace stemma {

/// How a name matched, best first: it is the text, owner included; it is so without its owner; each
/// word starts where a part of the name does; each word is in it; with a typo.
enum class MatchKind { whole, exact, prefix, substring, fuzzy };

struct SearchHit {
  NodeId node;
  MatchKind match;
};

/// How many live models descend from a node.
using DescendantCount = std::function<std::uint64_t(NodeId)>;

/// The names of a snapshot, prepared for searching: some 40 bytes a model, built in one pass over
/// the names. Immutable; const is thread-safe. The snapshot must outlive it.
class SearchIndex {
 public:
  explicit SearchIndex(const SnapshotView& snapshot);

  [[nodiscard]] const SnapshotView& snapshot() const noexcept { return snapshot_; }
  /// The name, folded and without `-`, `_` and `.`.
  [[nodiscard]] std::string_view text(NodeId node) const noexcept {
    return {bytes_.data() + begin_[node], begin_[node + 1] - begin_[node]};
  }
  /// Which letters are in the name: one bit each, letters that sound alike share one.
  [[nodiscard]] std::uint32_t letters(NodeId node) const noexcept { return letters_[node]; }
  /// Children and downloads, as the score of a match counts them.
  [[nodiscard]] int popularity(NodeId node) const noexcept { return popularity_[node]; }
  /// A few thousand nodes at most, more popular than all others, the most popular first.
  [[nodiscard]] const std::vector<NodeId>& popular() const noexcept { return popular_; }
  [[nodiscard]] bool is_popular(NodeId node) const noexcept {
    return popularity_[node] > unpopular_;
  }
  /// Calls `visit(node)` for every name whose text contains `needle`, in order.
  template <class Visit>
  void each_with(std::string_view needle, Visit&& visit) const;

 private:
  const SnapshotView& snapshot_;
  std::string
      bytes_;  ///< The texts one after another: one search over all of them skips far ahead.
  std::vector<std::uint32_t> begin_, letters_;
  std::vector<std::uint16_t> popularity_;
  std::vector<NodeId> popular_;
  std::uint16_t unpopular_ = 0;
};

/// The nodes whose names hold all words of `text`, what people are likely to mean first.
///
/// Blanks separate words; case, `-`, `_` and `.` make no difference (`llama3` is in `Llama-3-8B`).
/// A name's parts are what separators, slashes, a change from letters to digits and `aB` set apart.
/// The whole name, owner included, comes first. All others are ordered by one score: descendants
/// and downloads, each by their logarithm, less what the match lacks: a word that starts or ends
/// amid a part, that is only in the owner's name, parts that were not asked for, typos; the owner
/// being called so, too, and an exact base name add to it. Unknown downloads count less than none,
/// and those of gone models and ghosts as unknown. Ties: live models first, then more descendants,
/// more downloads, the name in byte order.
///
/// Typos are looked for when no well-known name was found without: one edit in a word of 4
/// characters, two from 8, or any that sound alike (ph and f, c and k, i and y, doubled letters). A
/// mistyped word starts where a part of the name does, and its digits are right.
///
/// The first hits are the same whatever the limit. Cost: linear in the names' bytes, plus
/// `descendants` of at most 128 nodes. Thread-safe if `descendants` is.
[[nodiscard]] std::vector<SearchHit> search_names(const SearchIndex& index, std::string_view text,
                                                  std::size_t limit,
                                                  const DescendantCount& descendants);
/// The same for a single search: prepares the names and counts descendants itself.
[[nodiscard]] std::vector<SearchHit> search_names(const SnapshotView& snapshot,
                                                  std::string_view text, std::size_t limit);

/// Whether people are likely to have meant this hit: all words start where parts of its name do,
/// and the model is popular.
[[nodiscard]] bool well_known(const SearchIndex& index, const SearchHit& hit) noexcept;

/// The words of a text: folded, each once, in their order.
[[nodiscard]] std::vector<std::string> search_words(std::string_view text);

/// How one name, of a family say, answers to `text` as a whole, without regard to case, separators
/// and blanks: exact, its beginning, a part of it, or with typos (one edit from 4 characters, two
/// from 8, or sounding alike) all of it. A name is not searched for a part that is nearly like
/// `text`: most short texts are, somewhere in it.
[[nodiscard]] std::optional<MatchKind> match_name(std::string_view name, std::string_view text);

}  // namespace stemma
