#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/hub_id.h"

namespace stemma {

/// What the walk must know of a page before it is stored.
struct PageIds {
  std::uint64_t rows = 0;  ///< Elements, readable or not.
  std::uint64_t readable =
      0;  ///< Rows whose `_id` could be read; the rest of the page does not hang on the others.
  HubId first;  ///< Of the readable rows; empty when there is none.
  HubId last;
  bool ascending = true;   ///< Every readable `_id` is above the one before.
  bool descending = true;  ///< Every readable `_id` is below the one before.
  std::string error;       ///< Not empty: the body is no JSON array of objects, and why.

  [[nodiscard]] bool ok() const noexcept { return error.empty(); }
};

/// Reads the `_id`s of a listing page. Pure.
[[nodiscard]] PageIds scan_page_ids(std::string_view body);

/// What a model info says it is.
struct DocumentIds {
  HubId id;
  std::string name;
};

/// `_id` and `id` of a single document; nullopt when the body is no JSON object that has both.
[[nodiscard]] std::optional<DocumentIds> scan_document(std::string_view body);

/// Splits a JSON array into its top-level elements, by brackets and strings alone, so that an
/// element that no parser accepts does not take its neighbours with it. Elements are views into
/// `body`, blanks around them taken off. False when the array is not closed, something follows it,
/// or an element is empty; `elements` is then unspecified.
[[nodiscard]] bool split_array(std::string_view body, std::vector<std::string_view>& elements);

}  // namespace stemma
