#include "graph/search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>

#include "schema/model_name.h"

namespace stemma {
namespace {

/// Longer words are found exactly or not at all: the bits of one machine word stand for a pattern's
/// characters.
constexpr std::size_t kLongestFuzzy = 64;

int allowed_edits(std::size_t length) noexcept {
  if (length < 4 || length > kLongestFuzzy) return 0;
  return length < 8 ? 1 : 2;
}

/// A word of the query, folded, ready for both kinds of search.
class Word {
 public:
  explicit Word(std::string text) : text_{std::move(text)}, edits_{allowed_edits(text_.size())} {
    if (edits_ == 0) return;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      positions_[static_cast<unsigned char>(text_[i])] |= std::uint64_t{1} << i;
      letters_ |= letter(text_[i]);
    }
    // An edit takes at most one letter of the word away; swapping two takes none.
    letters_needed_ = std::popcount(letters_) - edits_;
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool tolerant() const noexcept { return edits_ > 0; }

  [[nodiscard]] static std::uint64_t letter(char c) noexcept {
    return std::uint64_t{1} << (static_cast<unsigned char>(c) & 63U);
  }

  /// Whether a name with these letters can contain the word with typos: cheap, and false for nearly
  /// all.
  [[nodiscard]] bool possible(std::uint64_t letters_of_name) const noexcept {
    return std::popcount(letters_ & letters_of_name) >= letters_needed_;
  }

  /// How the word matches a folded name without a typo.
  [[nodiscard]] std::optional<MatchKind> match(std::string_view name) const noexcept {
    const std::string_view base = base_name_of(name);
    if (name == text_ || base == text_) return MatchKind::exact;
    if (name.starts_with(text_) || base.starts_with(text_)) return MatchKind::prefix;
    if (name.find(text_) != std::string_view::npos) return MatchKind::substring;
    return std::nullopt;
  }

  /// Whether some part of a folded name is within the allowed edits of the word: insertions,
  /// deletions, replacements and swaps of neighbours. Myers' bit-parallel columns of the edit
  /// distance, with Hyyrö's extension for swaps; bit i of a column stands for the word's first i +
  /// 1 characters.
  [[nodiscard]] bool match_with_typos(std::string_view name) const noexcept {
    const std::uint64_t last = std::uint64_t{1} << (text_.size() - 1);
    std::uint64_t up = ~std::uint64_t{0}, down = 0;  // vertical differences of +1 and -1
    std::uint64_t diagonal = 0, before = 0;          // diagonal differences of 0; the last letter
    int distance = static_cast<int>(text_.size());
    for (const char c : name) {
      const std::uint64_t here = positions_[static_cast<unsigned char>(c)];
      const std::uint64_t swapped = ((~diagonal & here) << 1U) & before;
      diagonal = (((here & up) + up) ^ up) | here | down | swapped;
      std::uint64_t right_up = down | ~(diagonal | up);
      std::uint64_t right_down = diagonal & up;
      if ((right_up & last) != 0) ++distance;
      if ((right_down & last) != 0) --distance;
      if (distance <= edits_) return true;
      // No bit is shifted in: a match may begin anywhere in the name, at no cost.
      right_up <<= 1U;
      right_down <<= 1U;
      up = right_down | ~(diagonal | right_up);
      down = right_up & diagonal;
      before = here;
    }
    return false;
  }

 private:
  std::string text_;
  int edits_;
  std::array<std::uint64_t, 256>
      positions_{};  ///< For each byte, the bits of its places in the word.
  std::uint64_t letters_ = 0;
  int letters_needed_ = 0;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (std::string& word : search_words(text)) words.emplace_back(std::move(word));
  // The longest word is the rarest: it is the one to look for first.
  std::stable_sort(words.begin(), words.end(),
                   [](const Word& a, const Word& b) { return a.text().size() > b.text().size(); });
  return words;
}

/// fold_char where the compiler can see it and do many bytes at once: each query folds every name.
constexpr char lower(char c) noexcept {
  return static_cast<char>(c + ((c >= 'A' && c <= 'Z') ? 'a' - 'A' : 0));
}

/// Hands out the folded names in blocks that stay in the cache: one pass folds, the next searches.
/// `visit(first, last, bytes)` gets nodes [first, last) and their folded names one after another.
template <class Visit>
void each_block(const SnapshotView& snapshot, Visit&& visit) {
  constexpr std::uint32_t kBlock = 1U << 16U;
  std::string folded;
  const auto& begin = snapshot.names.begin;
  for (NodeId first = 0; first < snapshot.node_count();) {
    NodeId last = first + 1;
    while (last < snapshot.node_count() && begin[last + 1] - begin[first] <= kBlock) ++last;
    folded.resize(begin[last] - begin[first]);
    std::transform(snapshot.names.bytes.begin() + begin[first],
                   snapshot.names.bytes.begin() + begin[last], folded.begin(),
                   [](char c) { return lower(c); });
    visit(first, last, std::string_view{folded});
    first = last;
  }
}

/// The worst of the words' matches; nullopt when one is not found.
std::optional<MatchKind> match_all(const std::vector<Word>& words, std::string_view name) {
  MatchKind worst = MatchKind::exact;
  for (const Word& word : words) {
    const auto kind = word.match(name);
    if (!kind) return std::nullopt;
    worst = std::max(worst, *kind);
  }
  return worst;
}

std::vector<SearchHit> find_exactly(const SnapshotView& snapshot, const std::vector<Word>& words) {
  std::vector<SearchHit> hits;
  const std::string& needle = words.front().text();
  each_block(snapshot, [&](NodeId first, NodeId last, std::string_view bytes) {
    const auto start = [&, origin = snapshot.names.begin[first]](NodeId node) {
      return std::size_t{snapshot.names.begin[node]} - origin;
    };
    NodeId node = first;
    // One search over all of the block's bytes skips far ahead where one search a name cannot.
    for (std::size_t from = 0; from < bytes.size();) {
      const void* found =
          memmem(bytes.data() + from, bytes.size() - from, needle.data(), needle.size());
      if (found == nullptr) break;
      const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
      while (node + 1 < last && start(node + 1) <= at) ++node;
      if (at + needle.size() > start(node + 1)) {  // runs from one name into the next
        from = at + 1;
        continue;
      }
      const std::string_view name = bytes.substr(start(node), start(node + 1) - start(node));
      if (const auto kind = match_all(words, name)) hits.push_back({node, *kind});
      from = start(node + 1);
    }
  });
  return hits;
}

bool matches_with_typos(const std::vector<Word>& words, std::string_view name,
                        std::uint64_t letters) {
  return std::all_of(words.begin(), words.end(), [&](const Word& word) {
    if (!word.tolerant()) return name.find(word.text()) != std::string_view::npos;
    return word.possible(letters) && word.match_with_typos(name);
  });
}

/// Everything within the allowed edits that is not among the hits already (which are ascending).
void add_fuzzy(const SnapshotView& snapshot, const std::vector<Word>& words,
               std::vector<SearchHit>& hits) {
  const std::size_t exact = hits.size();
  std::size_t next = 0;
  each_block(snapshot, [&](NodeId first, NodeId last, std::string_view bytes) {
    const char* at = bytes.data();
    for (NodeId node = first; node < last; ++node) {
      const std::size_t size = snapshot.names.begin[node + 1] - snapshot.names.begin[node];
      const std::string_view name{at, size};
      at += size;
      if (next < exact && hits[next].node == node) {
        ++next;
        continue;
      }
      std::uint64_t letters = 0;
      for (const char c : name) letters |= Word::letter(c);
      if (matches_with_typos(words, name, letters)) hits.push_back({node, MatchKind::fuzzy});
    }
  });
}

/// Whether one folded text becomes the other by that many insertions, deletions, replacements and
/// swaps of neighbours. For names, not for texts of any length: quadratic.
bool within_edits(std::string_view a, std::string_view b, std::size_t edits) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > edits) return false;
  std::vector<std::size_t> before, last, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::move(last);
    last = std::move(row);
    row.assign(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back() <= edits;
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
    word.clear();
  };
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') {
      finish();
    } else {
      word += fold_char(c);
    }
  }
  finish();
  return words;
}

std::optional<MatchKind> match_name(std::string_view name, std::string_view text) {
  const std::string folded = fold_case(name);
  const std::string wanted = fold_case(text);
  if (wanted.empty()) return std::nullopt;
  if (folded == wanted) return MatchKind::exact;
  if (folded.starts_with(wanted)) return MatchKind::prefix;
  if (folded.find(wanted) != std::string::npos) return MatchKind::substring;
  const int edits = allowed_edits(wanted.size());
  if (edits == 0 || !within_edits(folded, wanted, static_cast<std::size_t>(edits))) {
    return std::nullopt;
  }
  return MatchKind::fuzzy;
}

std::vector<SearchHit> search_names(const SnapshotView& snapshot, std::string_view text,
                                    std::size_t limit) {
  const std::vector<Word> words = words_of(text);
  if (words.empty() || limit == 0) return {};
  std::vector<SearchHit> hits = find_exactly(snapshot, words);
  const bool tolerant =
      std::any_of(words.begin(), words.end(), [](const Word& word) { return word.tolerant(); });
  if (hits.size() < limit && tolerant) add_fuzzy(snapshot, words, hits);

  const auto rank = [&snapshot](const SearchHit& hit) {
    return std::tuple{hit.match, !snapshot.live(hit.node), -snapshot.downloads[hit.node], hit.node};
  };
  const std::size_t kept = std::min(limit, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(kept), hits.end(),
                    [&](const SearchHit& a, const SearchHit& b) { return rank(a) < rank(b); });
  hits.resize(kept);
  return hits;
}

}  // namespace stemma
