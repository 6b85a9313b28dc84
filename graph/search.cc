#include "graph/search.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <tuple>

#include "graph/walk.h"
#include "schema/model_name.h"

namespace stemma {
namespace {

/// Longer words are found exactly or not at all: the bits of one machine word stand for a pattern's
/// characters.
constexpr std::size_t kLongestFuzzy = 64;

// A name's score is its popularity less what its match costs. kPoint is worth twice the downloads,
// or 1.4 times the descendants. The figures were chosen by tests/tools/search_cases.tsv.
constexpr int kPoint = 16;
/// What a match costs, by how it lies in the name.
constexpr int kInsideLetters = 10 * kPoint;  ///< It starts amid letters: `bert` in `distilbert`.
constexpr int kInsideShort = 16 * kPoint;    ///< The same of up to three characters: noise.
constexpr int kInsideNumber = 16 * kPoint;   ///< It starts amid digits: `7b` in `57b`.
constexpr int kOpenNumber = 10 * kPoint;     ///< It ends amid digits: `llama3` in `llama-30b`.
constexpr std::array<int, 4> kOpenLetters = {8 * kPoint, 8 * kPoint, 8 * kPoint, 6 * kPoint};
constexpr int kOpenLettersLong = 2 * kPoint;  ///< It ends amid letters: `mistral` in `mistralai`.
constexpr int kOwnerOnly = 5 * kPoint;        ///< It lies in the owner's name.
constexpr int kFirstTypo = 14 * kPoint;
constexpr int kShortTypo = 6 * kPoint;  ///< More for that in four characters: bark is not bart.
constexpr int kNextTypo = 4 * kPoint;
/// What the name as a whole costs or gains.
constexpr int kNotAtStart = 3 * kPoint;  ///< The base name begins with something else.
constexpr int kScattered = 3 * kPoint;   ///< The words do not stand side by side in their order.
constexpr int kMoreParts = kPoint;       ///< Each part of the base name that was not asked for.
constexpr std::size_t kMostParts = 8;
constexpr int kOwnerGain = 4 * kPoint;  ///< The owner is called by one of the words, too.
constexpr int kExactGain = 4 * kPoint;  ///< Nothing but the words is in the base name.
constexpr int kMostGained = kOwnerGain + kExactGain;
/// Popularity from which a match at the start of a word settles that no typo was made.
constexpr int kWellKnown = 15 * kPoint;
/// So many of the most popular names are looked at first.
constexpr std::size_t kPopular = 4096;
/// So many of the best are ranked by all their descendants, the others by their children.
constexpr std::size_t kRefined = 128;

int allowed_edits(std::size_t length) noexcept {
  if (length < 4 || length > kLongestFuzzy) return 0;
  return length < 8 ? 1 : 2;
}

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// For each byte, what it is folded to.
constexpr std::array<char, 256> kFolded = [] {
  std::array<char, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<char>(i >= 'A' && i <= 'Z' ? i - 'A' + 'a' : i);
  }
  return table;
}();

/// For each byte, whether it takes part in a comparison: 0 for separators.
constexpr std::array<unsigned char, 256> kCounts = [] {
  std::array<unsigned char, 256> table{};
  table.fill(1);
  for (const unsigned char c : {'-', '_', '.'}) table[c] = 0;
  return table;
}();

/// How a letter sounds: what is mistaken for one another is alike.
constexpr char sound_of(char folded) noexcept {
  return folded == 'y' ? 'i' : folded == 'c' ? 'k' : folded;
}

/// The set of letters of a text, by their sound; some that are not letters share a bit.
using Letters = std::uint32_t;

constexpr Letters letter_bit(char folded) noexcept {
  const char sound = sound_of(folded);
  if (sound >= 'a' && sound <= 'z') return Letters{1} << static_cast<unsigned>(sound - 'a');
  if (is_digit(sound)) return Letters{1} << (26U + static_cast<unsigned>(sound - '0') % 5U);
  return Letters{1} << 31U;
}
/// For each byte of a name, the letters of words that it can stand for.
constexpr std::array<Letters, 256> kLetters = [] {
  std::array<Letters, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = letter_bit(kFolded[i]);
  for (const char f : {'f', 'F'})
    table[static_cast<unsigned char>(f)] |= letter_bit('p') | letter_bit('h');
  for (const char p : {'p', 'P'}) table[static_cast<unsigned char>(p)] |= letter_bit('f');
  return table;
}();

Letters letters_of(std::string_view text) noexcept {
  Letters letters = 0;
  for (const char c : text) letters |= kLetters[static_cast<unsigned char>(c)];
  return letters;
}

/// Reads a folded text sound by sound: ph is f, y is i, c is k, and a doubled letter is one.
class Sounds {
 public:
  explicit Sounds(std::string_view text) noexcept : text_{text} {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  /// How many characters were read.
  [[nodiscard]] std::size_t read() const noexcept { return at_; }

  char next() noexcept {
    char sound = take();
    if (is_digit(sound)) return sound;
    while (!at_end()) {
      const std::size_t here = at_;
      if (take() != sound) {
        at_ = here;
        break;
      }
    }
    return sound;
  }

 private:
  char take() noexcept {
    const char c = text_[at_++];
    if (c == 'p' && !at_end() && text_[at_] == 'h') {
      ++at_;
      return 'f';
    }
    return sound_of(c);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// The beginning of `text` that sounds like `word`: its length; nullopt where none does.
std::optional<std::size_t> sounds_alike(std::string_view word, std::string_view text) noexcept {
  Sounds wanted{word}, own{text};
  while (!wanted.at_end()) {
    if (own.at_end() || wanted.next() != own.next()) return std::nullopt;
  }
  return own.read();
}

/// Writes `text` folded and without separators to `out`, which has room for all of it, and adds its
/// letters to `letters`; returns the end of what was written.
char* squeeze(std::string_view text, char* out, Letters& letters) noexcept {
  Letters seen = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    *out = kFolded[byte];
    out += kCounts[byte];
    seen |= kLetters[byte];
  }
  letters |= seen;
  return out;
}

std::string squeezed(std::string_view text) {
  std::string result(text.size(), '\0');
  Letters letters = 0;
  result.resize(static_cast<std::size_t>(squeeze(text, result.data(), letters) - result.data()));
  return result;
}

/// log2(1 + x) in sixteenths, rounded down: whole numbers are the same on every machine.
int log2_of(std::uint64_t x) noexcept {
  if (x == ~std::uint64_t{0}) return 64 * 16;
  const std::uint64_t value = x + 1;
  const int bits = static_cast<int>(std::bit_width(value)) - 1;
  const std::uint64_t fraction = bits >= 4 ? value >> (bits - 4) : value << (4 - bits);
  return bits * 16 + static_cast<int>(fraction & 15U);
}

/// A name as words are looked for in it: folded, without separators, with the places where one part
/// of it ends and the next begins.
class NameShape {
 public:
  void assign(std::string_view name) {
    if (border_.size() <= name.size()) {
      border_.resize(name.size() + 1);
      text_.resize(name.size() + 1);
    }
    base_ = 0;
    char* const text = text_.data();
    unsigned char* const borders = border_.data();
    std::size_t size = 0;
    unsigned char border = kWide;  // what lies before the next character
    unsigned char before = kSlash;
    // Without a branch for separators: their places are no pattern that a processor could learn.
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      const unsigned char kind = kKinds[byte];
      text[size] = kFolded[byte];
      borders[size] = border | kBorders[before][kind];
      const bool counts = kind != kSeparator;
      size += counts ? 1 : 0;
      border = counts ? kNone : kWide;
      before = counts ? kind : before;
      if (kind == kSlash && base_ == 0) base_ = size;
    }
    borders[size] = kWide;
    size_ = size;
  }

  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }
  /// Where the base name begins.
  [[nodiscard]] std::size_t base() const noexcept { return base_; }
  /// Whether a part begins at `at` or ends before it.
  [[nodiscard]] bool border(std::size_t at) const noexcept { return border_[at] != kNone; }
  /// Whether a separator, a slash or an end of the name is there.
  [[nodiscard]] bool wide_border(std::size_t at) const noexcept {
    return (border_[at] & kWide) != 0;
  }
  [[nodiscard]] bool inside_number(std::size_t at) const noexcept {
    return border_[at] == kNone && is_digit(text_[at - 1]) && is_digit(text_[at]);
  }

 private:
  enum Kind : unsigned char { kOther, kUpper, kDigit, kSeparator, kSlash, kKindCount };
  static constexpr std::array<unsigned char, 256> kKinds = [] {
    std::array<unsigned char, 256> table{};  // lower case and all that is rare are kOther
    for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = kUpper;
    for (unsigned char c = '0'; c <= '9'; ++c) table[c] = kDigit;
    for (const unsigned char c : {'-', '_', '.'}) table[c] = kSeparator;
    table['/'] = kSlash;
    return table;
  }();
  /// What kind of border is there; a set of bits.
  enum Border : unsigned char { kNone = 0, kNarrow = 1, kWide = 2 };
  /// Whether a part ends between two characters: letters and digits, and the `lB` of `DistilBERT`.
  static constexpr unsigned char kBorders[kKindCount][kKindCount] = {
      {kNone, kNarrow, kNarrow, kNone, kWide},
      {kNone, kNone, kNarrow, kNone, kWide},
      {kNarrow, kNarrow, kNone, kNone, kWide},
      {},
      {kWide, kWide, kWide, kWide, kWide}};

  // Larger than what they hold: they serve name after name.
  std::vector<char> text_;
  std::vector<unsigned char> border_;  ///< Of what lies before each character, and of the end.
  std::size_t size_ = 0;
  std::size_t base_ = 0;
};

/// Where a word was found in a name, and at what cost.
struct Found {
  std::size_t begin;
  std::size_t end;
  int cost;
  bool at_start;  ///< Of a part of the name.
  bool typo;
};

Found found_at(const NameShape& name, std::size_t begin, std::size_t end) noexcept {
  Found found{begin, end, 0, name.border(begin), false};
  const std::size_t length = end - begin;
  if (!found.at_start) {
    found.cost += name.inside_number(begin) ? kInsideNumber
                  : length <= 3             ? kInsideShort
                                            : kInsideLetters;
  }
  if (!name.border(end)) {
    found.cost += name.inside_number(end)        ? kOpenNumber
                  : length < kOpenLetters.size() ? kOpenLetters[length]
                                                 : kOpenLettersLong;
  }
  if (begin + 1 < name.base()) found.cost += kOwnerOnly;
  return found;
}

/// The cheapest place of `text` in the name.
std::optional<Found> find_exactly(const NameShape& name, std::string_view text) {
  std::optional<Found> best;
  for (std::size_t at = name.text().find(text); at != std::string_view::npos;
       at = name.text().find(text, at + 1)) {
    const Found found = found_at(name, at, at + text.size());
    if (!best || found.cost < best->cost) best = found;
  }
  return best;
}

/// A word of the query, folded and without separators, ready for both kinds of search.
class Word {
 public:
  explicit Word(std::string text) : text_{std::move(text)}, edits_{allowed_edits(text_.size())} {
    if (edits_ == 0) return;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      positions_[static_cast<unsigned char>(text_[i])] |= std::uint64_t{1} << i;
      letters_ |= letter_bit(text_[i]);
      if (is_digit(text_[i])) digits_ += text_[i];
    }
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool tolerant() const noexcept { return edits_ > 0; }

  /// A match with typos has at most twice the word's characters: sounds may be doubled.
  [[nodiscard]] std::size_t longest() const noexcept { return text_.size() * 2; }

  /// Whether a text with these letters can contain the word with typos: cheap, and false for nearly
  /// all. An edit takes at most one letter of the word away; swapping two, or what sounds alike,
  /// none.
  [[nodiscard]] bool possible(Letters letters) const noexcept {
    Letters missing = letters_ & ~letters;
    for (int edit = 0; edit < edits_; ++edit) missing &= missing - 1;
    return missing == 0;
  }

  /// The cheapest place without a typo.
  [[nodiscard]] std::optional<Found> find(const NameShape& name) const {
    return find_exactly(name, text_);
  }

  /// The cheapest place with one: it starts where a part of the name does, and has the word's
  /// digits (llama4 does not mean llama3).
  [[nodiscard]] std::optional<Found> find_with_typos(const NameShape& name) const {
    std::optional<Found> best;
    const auto offer = [&](Found found, int edits) {
      found.cost += kFirstTypo + (edits - 1) * kNextTypo;
      if (text_.size() == 4) found.cost += kShortTypo;
      found.typo = true;
      if (!best || found.cost < best->cost) best = found;
    };
    for (std::size_t begin = 0; begin < name.text().size(); ++begin) {
      if (!name.border(begin) || !possible(letters_of(name.text().substr(begin, longest()))))
        continue;
      each_near_end(name.text().substr(begin), [&](std::size_t length, int edits) {
        if (edits == 0) return;  // told by find()
        offer(found_at(name, begin, begin + length), edits);
      });
      const auto alike = sounds_alike(text_, name.text().substr(begin));
      if (alike && name.border(begin + *alike)) offer(found_at(name, begin, begin + *alike), 1);
    }
    return best;
  }

 private:
  /// Calls `visit(length, edits)` for each beginning of `text` that is within the allowed edits of
  /// the word: insertions, deletions, replacements and swaps of neighbours. Myers' bit-parallel
  /// columns of the edit distance, with Hyyrö's extension for swaps; bit i of a column stands for
  /// the word's first i + 1 characters.
  template <class Visit>
  void each_near_end(std::string_view text, Visit&& visit) const {
    const std::uint64_t last = std::uint64_t{1} << (text_.size() - 1);
    std::uint64_t up = ~std::uint64_t{0}, down = 0;  // vertical differences of +1 and -1
    std::uint64_t diagonal = 0, before = 0;          // diagonal differences of 0; the last letter
    int distance = static_cast<int>(text_.size());
    std::size_t digits = 0;
    const std::size_t most = std::min(text.size(), text_.size() + static_cast<std::size_t>(edits_));
    for (std::size_t i = 0; i < most; ++i) {
      const char c = text[i];
      if (is_digit(c) && (digits == digits_.size() || digits_[digits++] != c)) return;
      const std::uint64_t here = positions_[static_cast<unsigned char>(c)];
      const std::uint64_t swapped = ((~diagonal & here) << 1U) & before;
      diagonal = (((here & up) + up) ^ up) | here | down | swapped;
      std::uint64_t right_up = down | ~(diagonal | up);
      std::uint64_t right_down = diagonal & up;
      if ((right_up & last) != 0) ++distance;
      if ((right_down & last) != 0) --distance;
      // The match begins where the text does: each character of the text before it is an edit.
      right_up = (right_up << 1U) | 1U;
      right_down <<= 1U;
      up = right_down | ~(diagonal | right_up);
      down = right_up & diagonal;
      before = here;
      if (distance <= edits_ && digits == digits_.size()) visit(i + 1, distance);
    }
  }

  std::string text_;
  std::string digits_;
  int edits_;
  std::array<std::uint64_t, 256>
      positions_{};  ///< For each byte, the bits of its places in the word.
  Letters letters_ = 0;
};

/// What was asked for.
struct Query {
  explicit Query(std::string_view text) {
    for (const std::string& word : search_words(text)) {
      std::string bare = squeezed(word);
      if (bare.empty()) continue;
      phrase += bare;
      words.emplace_back(std::move(bare));
      folded += folded.empty() ? word : ' ' + word;
    }
    // The longest word is the rarest: it is the one to look for first.
    std::stable_sort(words.begin(), words.end(), [](const Word& a, const Word& b) {
      return a.text().size() > b.text().size();
    });
    whole = folded.find('/') != std::string::npos && folded.find(' ') == std::string::npos;
  }

  /// Whether this is the name that was asked for, owner and all.
  [[nodiscard]] bool names(std::string_view name) const noexcept {
    return whole && name.size() == folded.size() && equal_folded(name, folded);
  }

  std::vector<Word> words;  ///< The longest first.
  std::string folded;       ///< As it was typed, with one blank between words.
  std::string phrase;       ///< The words one after another.
  bool whole = false;       ///< It has an owner.
};

/// What decides the order of two hits: the members in their order, larger first.
struct Ranked {
  bool whole;  ///< The text is the whole name.
  int score;
  bool live;
  std::uint64_t descendants;  ///< Children, until it is among the best.
  std::int64_t downloads;
  NodeId node;  ///< The smaller first.
  MatchKind match;

  [[nodiscard]] auto key() const noexcept {
    return std::tuple{!whole, -score, !live, ~descendants, -downloads, node};
  }
  static bool better(const Ranked& a, const Ranked& b) noexcept { return a.key() < b.key(); }
};

/// Popularity without descendants: downloads that are unknown are less than none. What is gone is
/// not downloaded any more.
int download_points(const SnapshotView& snapshot, NodeId node) noexcept {
  const std::int64_t downloads = snapshot.downloads[node];
  if (downloads == kUnknownCount || !snapshot.live(node)) return 0;
  return kPoint + log2_of(static_cast<std::uint64_t>(std::max<std::int64_t>(downloads, 0)));
}
int descendant_points(std::uint64_t descendants) noexcept { return 2 * log2_of(descendants); }

std::uint64_t children_of(const SnapshotView& snapshot, NodeId node) noexcept {
  return snapshot.child_begin[node + 1] - snapshot.child_begin[node];
}

/// Scores names, and keeps the best.
class Ranking {
 public:
  Ranking(const SearchIndex& index, const Query& query, std::size_t kept)
      : index_{index}, snapshot_{index.snapshot()}, query_{query}, kept_{kept} {}

  /// Whether a name that matches at such a cost could still be among the best: cheap.
  [[nodiscard]] bool could_enter(NodeId node, int cost) const noexcept {
    if (best_.size() < kept_ || query_.names(snapshot_.name(node))) return true;
    return index_.popularity(node) + kMostGained - cost >= best_.front().score;
  }

  /// Takes `node` in when its name has all words; with `typos`, when it has all of them and at
  /// least one with a typo.
  void offer(NodeId node, bool typos) {
    shape_.assign(snapshot_.name(node));
    found_.clear();
    bool mistyped = false;
    for (const Word& word : query_.words) {
      auto found = word.find(shape_);
      if (!found && typos && word.tolerant()) found = word.find_with_typos(shape_);
      if (!found) return;
      mistyped = mistyped || found->typo;
      found_.push_back(*found);
    }
    if (mistyped != typos) return;  // was offered before
    int cost = 0;
    for (const Found& found : found_) cost += found.cost;
    if (found_.size() > 1) {
      // Side by side they are one word: `control net` is in `ControlNet`, amid letters or not.
      const auto phrase = mistyped ? std::nullopt : find_exactly(shape_, query_.phrase);
      if (phrase && phrase->cost <= cost + kScattered) {
        found_.assign(1, *phrase);
        cost = phrase->cost;
      } else {
        cost += kScattered;
      }
    }
    if (!could_enter(node, cost)) return;
    const std::string_view name = snapshot_.name(node);
    const auto [gain, match] = judge(cost, mistyped);
    const int known = index_.popularity(node);
    const Ranked hit{query_.names(name),
                     known + gain,
                     snapshot_.live(node),
                     children_of(snapshot_, node),
                     snapshot_.downloads[node],
                     node,
                     match};
    if (best_.size() == kept_) {
      if (!Ranked::better(hit, best_.front())) return;
      std::pop_heap(best_.begin(), best_.end(), Ranked::better);
      best_.pop_back();
    }
    best_.push_back(hit);
    std::push_heap(best_.begin(), best_.end(), Ranked::better);
  }

  /// Whether people are likely to mean one of the best. Of as many whatever is kept: an answer does
  /// not depend on its limit.
  [[nodiscard]] bool settled() {
    std::sort(best_.begin(), best_.end(), Ranked::better);
    const auto last = best_.begin() + static_cast<std::ptrdiff_t>(std::min(kRefined, best_.size()));
    const bool found = std::any_of(best_.begin(), last, [this](const Ranked& hit) {
      return hit.whole || well_known(index_, {hit.node, hit.match});
    });
    std::make_heap(best_.begin(), best_.end(), Ranked::better);
    return found;
  }

  /// The best, in order; those that matter by all that descends from them.
  [[nodiscard]] std::vector<Ranked> finish(const DescendantCount& descendants) && {
    std::sort_heap(best_.begin(), best_.end(), Ranked::better);
    const auto refined =
        best_.begin() + static_cast<std::ptrdiff_t>(std::min(kRefined, best_.size()));
    for (auto hit = best_.begin(); hit != refined; ++hit) {
      hit->score -= descendant_points(hit->descendants);
      if (hit->descendants > 0) hit->descendants = descendants(hit->node);
      hit->score += descendant_points(hit->descendants);
    }
    std::sort(best_.begin(), refined, Ranked::better);
    return std::move(best_);
  }

 private:
  /// What the places of the words in the name at hand are worth.
  [[nodiscard]] std::pair<int, MatchKind> judge(int cost, bool mistyped) {
    const std::string_view text = shape_.text();
    const std::size_t base = shape_.base();
    int gain = -cost;
    bool at_start = false, starts = true, owner = false;
    covered_.assign(text.size(), 0);
    for (const Found& found : found_) {
      starts = starts && found.at_start;
      at_start = at_start || (found.begin <= base && found.end > base);
      std::fill(covered_.begin() + static_cast<std::ptrdiff_t>(found.begin),
                covered_.begin() + static_cast<std::ptrdiff_t>(found.end), 1);
      owner = owner || owner_has(text.substr(found.begin, found.end - found.begin));
    }
    if (!at_start) gain -= kNotAtStart;
    if (owner) gain += kOwnerGain;
    std::size_t more = 0;
    bool part_covered = true;
    for (std::size_t i = base; i < text.size(); ++i) {
      if (covered_[i] == 0) part_covered = false;
      if (shape_.wide_border(i + 1)) {
        more += part_covered ? 0 : 1;
        part_covered = true;
      }
    }
    gain -= kMoreParts * static_cast<int>(std::min(more, kMostParts));
    const bool exact = !mistyped && (text.substr(base) == query_.phrase || text == query_.phrase);
    if (exact) gain += kExactGain;
    if (mistyped) return {gain, MatchKind::fuzzy};
    if (exact) return {gain, MatchKind::exact};
    return {gain, starts ? MatchKind::prefix : MatchKind::substring};
  }

  /// Whether a part of the owner's name begins with the word, up to its digits (`llama3`). A short
  /// word must be the whole part.
  [[nodiscard]] bool owner_has(std::string_view word) const noexcept {
    word = word.substr(0, word.find_first_of("0123456789/"));
    if (shape_.base() == 0 || word.empty()) return false;
    const std::string_view owner = shape_.text().substr(0, shape_.base() - 1);
    for (std::size_t at = owner.find(word); at != std::string_view::npos;
         at = owner.find(word, at + 1)) {
      if (shape_.border(at) && (word.size() > 3 || shape_.border(at + word.size()))) return true;
    }
    return false;
  }

  const SearchIndex& index_;
  const SnapshotView& snapshot_;
  const Query& query_;
  const std::size_t kept_;
  std::vector<Ranked> best_;  ///< A heap, the worst on top.
  // Reused from name to name.
  NameShape shape_;
  std::vector<Found> found_;
  std::vector<unsigned char> covered_;
};

/// Offers every name that has the words; the most popular ones first, as they set the mark that
/// nearly all others miss.
void find_without_typos(const SearchIndex& index, const Query& query, Ranking& ranking) {
  const std::string& needle = query.words.front().text();
  const auto visit = [&](NodeId node) {
    const int missing = index.text(node).ends_with(query.phrase) ? 0 : kExactGain;
    if (ranking.could_enter(node, missing)) ranking.offer(node, false);
  };
  for (const NodeId node : index.popular()) {
    if (index.text(node).find(needle) != std::string_view::npos) visit(node);
  }
  index.each_with(needle, [&](NodeId node) {
    if (!index.is_popular(node)) visit(node);
  });
}

void find_with_typos(const SearchIndex& index, const Query& query, Ranking& ranking) {
  const auto visit = [&](NodeId node) {
    const bool possible =
        std::all_of(query.words.begin(), query.words.end(),
                    [&](const Word& word) { return word.possible(index.letters(node)); });
    if (possible && ranking.could_enter(node, kFirstTypo + kExactGain)) ranking.offer(node, true);
  };
  for (const NodeId node : index.popular()) visit(node);
  for (NodeId node = 0; node < index.snapshot().node_count(); ++node) {
    if (!index.is_popular(node)) visit(node);
  }
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

SearchIndex::SearchIndex(const SnapshotView& snapshot) : snapshot_{snapshot} {
  const NodeId nodes = snapshot.node_count();
  bytes_.resize(snapshot.names.bytes.size());
  begin_.resize(std::size_t{nodes} + 1);
  letters_.resize(nodes);
  popularity_.resize(nodes);
  char* out = bytes_.data();
  for (NodeId node = 0; node < nodes; ++node) {
    begin_[node] = static_cast<std::uint32_t>(out - bytes_.data());
    out = squeeze(snapshot.name(node), out, letters_[node]);
    popularity_[node] = static_cast<std::uint16_t>(descendant_points(children_of(snapshot, node)) +
                                                   download_points(snapshot, node));
  }
  bytes_.resize(static_cast<std::size_t>(out - bytes_.data()));
  begin_[nodes] = static_cast<std::uint32_t>(bytes_.size());

  // How many have each popularity tells above which one there are few enough.
  std::vector<std::uint32_t> having(std::size_t{1} << 16U);
  for (const std::uint16_t popularity : popularity_) ++having[popularity];
  std::size_t above = 0;
  unpopular_ = static_cast<std::uint16_t>(having.size() - 1);
  while (unpopular_ > 0 && above + having[unpopular_] <= kPopular) above += having[unpopular_--];
  for (NodeId node = 0; node < nodes; ++node) {
    if (is_popular(node)) popular_.push_back(node);
  }
  std::stable_sort(popular_.begin(), popular_.end(),
                   [this](NodeId a, NodeId b) { return popularity_[a] > popularity_[b]; });
}

template <class Visit>
void SearchIndex::each_with(std::string_view needle, Visit&& visit) const {
  NodeId node = 0;
  for (std::size_t from = 0; from < bytes_.size();) {
    const void* found =
        memmem(bytes_.data() + from, bytes_.size() - from, needle.data(), needle.size());
    if (found == nullptr) return;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes_.data());
    while (begin_[node + 1] <= at) ++node;
    if (at + needle.size() > begin_[node + 1]) {  // runs from one name into the next
      from = at + 1;
      continue;
    }
    visit(node);
    from = begin_[node + 1];
  }
}

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
  const std::string own = squeezed(name);
  std::string wanted;
  for (const std::string& word : search_words(text)) wanted += squeezed(word);
  if (wanted.empty()) return std::nullopt;
  if (own == wanted) return MatchKind::exact;
  if (own.starts_with(wanted)) return MatchKind::prefix;
  if (own.find(wanted) != std::string::npos) return MatchKind::substring;
  const int edits = allowed_edits(wanted.size());
  if (edits == 0) return std::nullopt;
  if (within_edits(own, wanted, static_cast<std::size_t>(edits)) ||
      sounds_alike(wanted, own) == own.size()) {
    return MatchKind::fuzzy;
  }
  return std::nullopt;
}

bool well_known(const SearchIndex& index, const SearchHit& hit) noexcept {
  return hit.match <= MatchKind::prefix && index.popularity(hit.node) >= kWellKnown;
}

std::vector<SearchHit> search_names(const SearchIndex& index, std::string_view text,
                                    std::size_t limit, const DescendantCount& descendants) {
  const Query query{text};
  if (query.words.empty() || limit == 0) return {};
  Ranking ranking{index, query, std::max(limit, kRefined)};
  find_without_typos(index, query, ranking);
  const bool tolerant = std::any_of(query.words.begin(), query.words.end(),
                                    [](const Word& word) { return word.tolerant(); });
  if (tolerant && !ranking.settled()) find_with_typos(index, query, ranking);

  std::vector<SearchHit> hits;
  for (const Ranked& ranked : std::move(ranking).finish(descendants)) {
    if (hits.size() == limit) break;
    hits.push_back({ranked.node, ranked.whole ? MatchKind::whole : ranked.match});
  }
  return hits;
}

std::vector<SearchHit> search_names(const SnapshotView& snapshot, std::string_view text,
                                    std::size_t limit) {
  return search_names(SearchIndex{snapshot}, text, limit, [&snapshot](NodeId node) {
    std::uint64_t live = 0;
    for (const Reached& row : descendants_of(snapshot, std::span{&node, 1})) {
      live += snapshot.live(row.node) ? 1 : 0;
    }
    return live;
  });
}

}  // namespace stemma
