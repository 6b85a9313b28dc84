#include "graph/nearest.h"

#include <algorithm>
#include <utility>

#include "schema/model_name.h"

namespace stemma {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Rows of the table of distances between beginnings; a swap looks two rows back.
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = fold_char(a[i - 1]) == fold_char(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && fold_char(a[i - 1]) == fold_char(b[j - 2]) &&
          fold_char(a[i - 2]) == fold_char(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> nearest_words(std::string_view typed,
                                       const std::vector<std::string>& words, std::size_t limit) {
  if (typed.empty()) return {};
  const std::size_t most = std::max<std::size_t>(1, typed.size() / 3);
  std::vector<std::pair<std::size_t, std::size_t>> found;  // distance, place
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].size() > typed.size() && equal_folded(words[i].substr(0, typed.size()), typed)) {
      found.emplace_back(0, i);
    } else if (const std::size_t distance = edit_distance(typed, words[i]); distance <= most) {
      found.emplace_back(distance, i);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> nearest;
  for (const auto& [distance, place] : found) {
    if (nearest.size() == limit) break;
    nearest.push_back(words[place]);
  }
  return nearest;
}

std::string either_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

}  // namespace stemma
