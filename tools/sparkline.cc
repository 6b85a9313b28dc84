#include "tools/sparkline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace stemma {

std::string sparkline(std::span<const std::optional<double>> values, std::size_t width) {
  constexpr std::array<const char*, 8> kHeights{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<std::optional<double>> drawn;
  const std::size_t columns = std::min(width, values.size());
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = i * values.size() / columns;
    const std::size_t end = (i + 1) * values.size() / columns;
    std::optional<double> last;
    for (std::size_t k = begin; k < end; ++k) {
      if (values[k]) last = values[k];
    }
    drawn.push_back(last);
  }
  std::optional<double> least, largest;
  for (const auto& value : drawn) {
    if (!value) continue;
    least = least ? std::min(*least, *value) : *value;
    largest = largest ? std::max(*largest, *value) : *value;
  }
  std::string text;
  for (const auto& value : drawn) {
    if (!value) {
      text += ' ';
      continue;
    }
    const double span = *largest - *least;
    const double height = span > 0 ? (*value - *least) / span * 7 : 0;
    text += kHeights[static_cast<std::size_t>(std::lround(height))];
  }
  return text;
}

}  // namespace stemma
