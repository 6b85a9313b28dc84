#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/param.h"
#include "api/query/parameters.h"
#include "graph/augment.h"
#include "graph/listing.h"
#include "schema/error.h"

namespace stemma {

/// A parameter that is not known here or whose value cannot be used: Error{usage} that says which.
class ParamError : public Error {
 public:
  ParamError(std::string parameter, std::string reason);
  [[nodiscard]] const std::string& parameter() const noexcept { return parameter_; }
  /// What is wrong, without the parameter's name.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  std::string parameter_;
  std::string reason_;
};

inline constexpr std::size_t kMaxAlternatives = 100;  ///< Of one filter.
inline constexpr std::size_t kMaxSearchBytes = 200;   ///< In bytes.
inline constexpr std::size_t kMaxSearchWords = 8;     ///< Different ones: each is looked for.

/// Which snapshot a question is about.
struct AsOf {
  SnapshotNumber number = 0;  ///< 0 where a time was given.
  UnixSeconds time = kUnknownTime;
  std::string text;  ///< As it was given.
};

/// Takes parameters out of a list, one kind of value after the other; `finish` refuses what nobody
/// took. Every member throws ParamError. The list must outlive the reader.
class ParamReader {
 public:
  explicit ParamReader(const ParamList& params) : params_{params}, taken_(params.size(), false) {}

  /// From here on an empty value of this parameter is none, as forms send every field.
  void allow_empty(std::string_view name) { may_be_empty_.push_back(name); }

  /// Whether it was given, if only empty.
  [[nodiscard]] bool has(std::string_view name) const;
  /// A parameter given at most once; an empty value is refused.
  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::string text_or_empty(std::string_view name) {
    return text(name).value_or(std::string{});
  }
  /// Alternatives: commas and repetition mean the same.
  [[nodiscard]] std::vector<std::string> list(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view name, std::int64_t least,
                                                   std::int64_t most);
  [[nodiscard]] std::optional<bool> flag(std::string_view name);     ///< true, false, 1 or 0
  [[nodiscard]] std::optional<double> share(std::string_view name);  ///< From 0 to 1.
  [[nodiscard]] std::optional<UnixSeconds> time(std::string_view name);
  /// The same where what is meant ends with it: a date is all of its day.
  [[nodiscard]] std::optional<UnixSeconds> last_second(std::string_view name);

  // The same by the row that describes the parameter.
  [[nodiscard]] std::optional<std::int64_t> number(const ParamInfo& param) {
    return number(param.name, param.least, param.most);
  }
  /// One of its words; the first of them when it is not given.
  [[nodiscard]] std::string_view choice(const ParamInfo& param);
  /// The same; nullopt when it is not given.
  [[nodiscard]] std::optional<std::string_view> choice_or_none(const ParamInfo& param);
  /// Each item one of its words.
  [[nodiscard]] std::vector<std::string_view> choices(const ParamInfo& param);

  /// The text to search for; with `may_be_empty`, that and a missing one are the empty text.
  [[nodiscard]] std::string search_text(std::string_view name, bool may_be_empty = false);
  [[nodiscard]] std::size_t limit();
  /// How many names a breakdown has; 100 where it is not said.
  [[nodiscard]] std::size_t top();
  /// A snapshot's number, or a time, which means the last snapshot at or before it; a date is all
  /// of its day.
  [[nodiscard]] std::optional<AsOf> as_of();
  /// Over which edges to answer. Inferred ones: from the confidence that `min_confidence` says, if
  /// it is given (it is not taken), else with `include_inferred` from where they are sure enough.
  /// Curated ones unless `curated` is false.
  [[nodiscard]] EdgeChoice edges();

  /// Refuses the first parameter that was not taken.
  void finish() const;

 private:
  [[nodiscard]] bool is_none(std::size_t i) const;

  const ParamList& params_;
  std::vector<bool> taken_;
  std::vector<std::string_view> may_be_empty_;
};

[[nodiscard]] SortKey sort_key(std::string_view word);
/// The filters and the order that lists of models understand, limit included. `include_gone` where
/// it is not given is `gone_by_default`; ghosts are not touched. `with_depth` is false where a
/// depth makes no sense and is refused.
[[nodiscard]] ListQuery read_list_query(ParamReader& reader, bool gone_by_default,
                                        bool with_depth = true);

}  // namespace stemma
