#include "api/web/line_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "api/render/text_table.h"
#include "api/web/html.h"

namespace stemma {
namespace {

constexpr UnixSeconds kDaySeconds = 24 * 60 * 60;

constexpr double kLeft = 56, kTop = 12, kBottom = 28;
constexpr double kLabelHeight = 14;
constexpr double kTicks = 5;

/// 1, 2 or 5 times a power of ten.
double nice_step(double span, double ticks) {
  const double rough = span / ticks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= rough) return times * power;
  }
  return 10 * power;
}

std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
  return text;
}

class Drawing {
 public:
  Drawing(const Chart& chart, ChartPlace place)
      : chart_{chart}, place_{place}, shown_(chart.curves.size()) {
    if (place == ChartPlace::phone) {
      width_ = 400;
      height_ = 290;
      right_ = 96;
      label_length_ = 13;
      most_dates_ = 4;
    }
    for (std::size_t c = 0; c < chart.curves.size(); ++c) {
      for (std::size_t i = 0; i < chart.dates.size(); ++i) shown_[c].push_back(value_at(c, i));
    }
    for (const auto& values : shown_) {
      for (const auto& value : values) {
        if (!value) continue;
        most_ = most_ ? std::max(*most_, *value) : *value;
        least_ = least_ ? std::min(*least_, *value) : *value;
      }
    }
  }

  std::string draw() {
    const bool standalone = place_ == ChartPlace::file;
    out_ = fmt::format(R"(<svg class="chart{}" viewBox="0 0 {} {}" role="img" aria-label="{}"{}>)",
                       place_ == ChartPlace::phone ? " phone" : "", width_, height_,
                       escape_html(chart_.title),
                       standalone ? R"( xmlns="http://www.w3.org/2000/svg")" : "");
    if (standalone) {
      out_ +=
          "<style>text{font:12px system-ui,sans-serif;fill:#5b6770}.grid{stroke:#d9dee2}"
          ".curve{fill:none;stroke-width:2}.flagged{fill:#fff2dc}.area{stroke:none;fill-opacity:."
          "75}"
          ".c0{stroke:#0072b2;fill:#0072b2}.c1{stroke:#b35900;fill:#b35900}.c2{stroke:#00795a;fill:"
          "#00795a}.c3{stroke:#a8457c;fill:#a8457c}.c4{stroke:#5d6bb0;fill:#5d6bb0}.c5{stroke:"
          "#7a6a00;fill:#7a6a00}.c6{stroke:#008299;fill:#008299}.c7{stroke:#a33a3a;fill:#a33a3a}"
          ".c8{stroke:#4d4d4d;fill:#4d4d4d}.c9{stroke:#767676;fill:#767676}"
          ".curve{fill:none}.area{stroke:none}</style>";
    }
    out_ += fmt::format("<title>{}</title>", escape_html(chart_.title));
    if (!most_) {
      out_ +=
          fmt::format(R"(<text x="{}" y="{}" class="middle">No values in this range</text></svg>)",
                      width_ / 2, height_ / 2);
      return std::move(out_);
    }
    scale();
    add_marked();
    add_grid();
    add_dates();
    for (std::size_t c = 0; c < chart_.curves.size(); ++c)
      chart_.stacked ? add_area(c) : add_curve(c);
    add_labels();
    return std::move(out_ += "</svg>");
  }

 private:
  /// What is drawn: in stacks the sum of the curves up to this one, and 0 for what is unknown.
  [[nodiscard]] std::optional<double> value_at(std::size_t curve, std::size_t i) const {
    if (!chart_.stacked) {
      const auto value = chart_.curves[curve].values[i];
      return chart_.log && value && *value <= 0 ? std::nullopt : value;
    }
    bool known = false;
    double sum = 0;
    for (std::size_t c = 0; c < chart_.curves.size(); ++c) {
      const auto value = chart_.curves[c].values[i];
      known = known || value.has_value();
      if (c <= curve) sum += value.value_or(0);
    }
    return known ? std::optional{sum} : std::nullopt;
  }

  void scale() {
    if (chart_.log) {
      low_ = std::floor(std::log10(*least_));
      high_ = std::max(std::ceil(std::log10(*most_)), low_ + 1);
      return;
    }
    low_ = std::min(0.0, *least_);
    const double step = nice_step(std::max(*most_ - low_, 1.0), kTicks);
    high_ = std::max(std::ceil(*most_ / step) * step, low_ + step);
  }
  [[nodiscard]] double x_of(UnixSeconds time) const {
    const auto span = static_cast<double>(chart_.dates.back() - chart_.dates.front());
    const double share = span <= 0 ? 0.5 : static_cast<double>(time - chart_.dates.front()) / span;
    return kLeft + share * (width_ - kLeft - right_);
  }
  [[nodiscard]] double y_of(double value) const {
    const double at = chart_.log ? std::log10(value) : value;
    return height_ - kBottom - (at - low_) / (high_ - low_) * (height_ - kTop - kBottom);
  }

  void add_marked() {
    for (const std::size_t i : chart_.marked) {
      const double middle = x_of(chart_.dates[i]);
      const double from = i == 0 ? middle : (x_of(chart_.dates[i - 1]) + middle) / 2;
      const double to =
          i + 1 == chart_.dates.size() ? middle : (x_of(chart_.dates[i + 1]) + middle) / 2;
      out_ += fmt::format(R"(<rect class="flagged" x="{}" y="{}" width="{}" height="{}"/>)",
                          number(from), kTop, number(std::max(to - from, 2.0)),
                          height_ - kTop - kBottom);
    }
  }

  void add_grid() {
    const auto line = [&](double value) {
      const std::string y = number(y_of(value));
      out_ += fmt::format(
          R"(<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"/><text class="end" x="{}" y="{}">{}</text>)",
          kLeft, y, width_ - right_, y, kLeft - 6, number(y_of(value) + 4), compact(value));
    };
    if (chart_.log) {
      for (double power = low_; power <= high_; ++power) line(std::pow(10, power));
      return;
    }
    const double step = nice_step(high_ - low_, kTicks);
    for (double value = std::ceil(low_ / step) * step; value <= high_ + step / 1000; value += step)
      line(std::abs(value) < step / 1000 ? 0 : value);
  }

  /// Days since a beginning, in whole steps of 1, 2 or 5 times a power of ten.
  void add_days(std::int64_t first, std::int64_t last) {
    std::int64_t step = 1;
    for (int i = 0; (last - first) / step > static_cast<std::int64_t>(most_dates_); ++i)
      step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    for (std::int64_t day = (first + step - 1) / step * step; day <= last; day += step) {
      out_ += fmt::format(R"(<text class="middle" x="{}" y="{}">day {}</text>)",
                          number(x_of(day * kDaySeconds)), height_ - 8, day);
    }
  }

  /// Years, quarters, months, or days: as many as there is room for.
  void add_dates() {
    const UnixSeconds first = chart_.dates.front(), last = chart_.dates.back();
    if (chart_.days) return add_days(first / kDaySeconds, last / kDaySeconds);
    const double days = static_cast<double>(last - first) / 86'400;
    const auto label = [&](UnixSeconds time, const std::string& text) {
      out_ += fmt::format(R"(<text class="middle" x="{}" y="{}">{}</text>)", number(x_of(time)),
                          height_ - 8, text);
    };
    if (days < 62) {
      const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(days / most_dates_)));
      const UnixSeconds begin = (first + 86'399) / 86'400 * 86'400;
      std::size_t day = 0;
      for (UnixSeconds time = begin; time <= last; time += 86'400, ++day) {
        if (day % every == 0) label(time, format_utc(time).substr(5, 5));
      }
      if (day == 0) label(first, format_utc(first).substr(5, 5));
      return;
    }
    const double months = days / 30 / most_dates_;
    const int every = months <= 1 ? 1 : months <= 2 ? 2 : months <= 3 ? 3 : months <= 6 ? 6 : 12;
    int year = std::stoi(format_utc(first).substr(0, 4));
    int month = 1;
    while (true) {
      const auto time = parse_utc(fmt::format("{:04}-{:02}-01", year, month));
      if (!time || *time > last) return;
      if (*time >= first)
        label(*time, month == 1 ? std::to_string(year) : fmt::format("{:04}-{:02}", year, month));
      month += every;
      if (month > 12) {
        month -= 12;
        ++year;
      }
    }
  }

  void add_curve(std::size_t c) {
    std::string path;
    bool open = false;
    for (std::size_t i = 0; i < shown_[c].size(); ++i) {
      const auto value = shown_[c][i];
      const bool lonely = value && !open && (i + 1 == shown_[c].size() || !shown_[c][i + 1]);
      if (lonely) {
        out_ +=
            fmt::format(R"(<circle class="dot {}" cx="{}" cy="{}" r="3"/>)", chart_.curves[c].style,
                        number(x_of(chart_.dates[i])), number(y_of(*value)));
      } else if (value) {
        path += fmt::format("{}{} {}", open ? "L" : "M", number(x_of(chart_.dates[i])),
                            number(y_of(*value)));
      }
      open = value.has_value() && !lonely;
    }
    if (!path.empty())
      out_ += fmt::format(R"(<path class="curve {}" d="{}"/>)", chart_.curves[c].style, path);
  }

  void add_area(std::size_t c) {
    // Each stretch without a gap is an area of its own.
    for (std::size_t i = 0; i < shown_[c].size();) {
      if (!shown_[c][i]) {
        ++i;
        continue;
      }
      std::size_t end = i;
      while (end < shown_[c].size() && shown_[c][end]) ++end;
      std::string path;
      for (std::size_t k = i; k < end; ++k) {
        path += fmt::format("{}{} {}", k == i ? "M" : "L", number(x_of(chart_.dates[k])),
                            number(y_of(*shown_[c][k])));
      }
      for (std::size_t k = end; k-- > i;) {
        const double below = c == 0 ? 0 : *shown_[c - 1][k];
        path += fmt::format("L{} {}", number(x_of(chart_.dates[k])), number(y_of(below)));
      }
      out_ += fmt::format(R"(<path class="area {}" d="{}Z"/>)", chart_.curves[c].style, path);
      i = end;
    }
  }

  /// Names at the curves' ends, moved apart where they would lie upon each other.
  void add_labels() {
    struct Label {
      double y;
      std::size_t curve;
    };
    std::vector<Label> labels;
    for (std::size_t c = 0; c < shown_.size(); ++c) {
      const auto last = std::find_if(shown_[c].rbegin(), shown_[c].rend(),
                                     [](const auto& value) { return value.has_value(); });
      if (last == shown_[c].rend()) continue;
      double at = **last;
      if (chart_.stacked && c > 0) {
        // In the middle of its area.
        const auto place = static_cast<std::size_t>(shown_[c].rend() - last - 1);
        at = (at + *shown_[c - 1][place]) / 2;
      } else if (chart_.stacked) {
        at /= 2;
      }
      labels.push_back({y_of(at), c});
    }
    std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) {
      return a.y != b.y ? a.y < b.y : a.curve < b.curve;
    });
    for (std::size_t i = 1; i < labels.size(); ++i)
      labels[i].y = std::max(labels[i].y, labels[i - 1].y + kLabelHeight);
    double bottom = height_ - kBottom;
    for (std::size_t i = labels.size(); i-- > 0;) {
      labels[i].y = std::min(labels[i].y, bottom);
      bottom = labels[i].y - kLabelHeight;
    }
    for (const Label& label : labels) {
      const ChartCurve& curve = chart_.curves[label.curve];
      std::string name = curve.name;
      if (name.size() > label_length_) {
        std::size_t cut = label_length_ - 1;
        while (cut > 0 && (static_cast<unsigned char>(name[cut]) & 0xC0U) == 0x80U) --cut;
        name = name.substr(0, cut) + "…";
      }
      out_ += fmt::format(R"(<text class="label {}" x="{}" y="{}">{}</text>)", curve.style,
                          width_ - right_ + 8, number(label.y + 4), escape_html(name));
    }
  }

  const Chart& chart_;
  const ChartPlace place_;
  double width_ = 720, height_ = 300, right_ = 132;
  std::size_t label_length_ = 18;
  double most_dates_ = 6;
  std::vector<std::vector<std::optional<double>>> shown_;
  std::optional<double> most_, least_;
  double low_ = 0, high_ = 1;
  std::string out_;
};

}  // namespace

std::string compact(double value) {
  const double size = std::abs(value);
  constexpr std::array<std::pair<double, const char*>, 3> kUnits{
      {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  if (size < 10'000) {
    if (value == std::round(value))
      return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::abs(value)));
    return fmt::format("{:.2f}", value);
  }
  for (const auto& [unit, letter] : kUnits) {
    if (size < unit) continue;
    const double of = value / unit;
    std::string text = fmt::format("{:.1f}", of);
    if (text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
    return text + " " + letter;
  }
  return {};
}

std::string line_chart(const Chart& chart, ChartPlace place) {
  return Drawing{chart, place}.draw();
}

std::string spark_line(const std::vector<std::optional<double>>& values, std::string_view title) {
  constexpr double kSparkWidth = 120, kSparkHeight = 28, kEdge = 2;
  std::optional<double> least, most;
  for (const auto& value : values) {
    if (!value) continue;
    least = least ? std::min(*least, *value) : *value;
    most = most ? std::max(*most, *value) : *value;
  }
  std::string path;
  bool open = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i]) {
      const double x = values.size() < 2 ? kSparkWidth / 2
                                         : kEdge + static_cast<double>(i) /
                                                       static_cast<double>(values.size() - 1) *
                                                       (kSparkWidth - 2 * kEdge);
      const double share = *most > *least ? (*values[i] - *least) / (*most - *least) : 0;
      path += fmt::format("{}{} {}", open ? "L" : "M", number(x),
                          number(kSparkHeight - kEdge - share * (kSparkHeight - 2 * kEdge)));
    }
    open = values[i].has_value();
  }
  return fmt::format(
      R"(<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><path class="curve" d="{}"/></svg>)",
      kSparkWidth, kSparkHeight, escape_html(title), path);
}

}  // namespace stemma
