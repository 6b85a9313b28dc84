#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stemma {

/// ASCII lower case. Names compare case-insensitively; repository names are ASCII, so folding is
/// ASCII only.
[[nodiscard]] std::string fold_case(std::string_view text);
[[nodiscard]] char fold_char(char c) noexcept;
[[nodiscard]] bool equal_folded(std::string_view a, std::string_view b) noexcept;

/// `owner/name` -> `owner`; a legacy name without owner has none (empty).
[[nodiscard]] std::string_view owner_of(std::string_view name) noexcept;
/// `owner/name` -> `name`; a legacy name is its own base name.
[[nodiscard]] std::string_view base_name_of(std::string_view name) noexcept;

/// The repository name that a claim's text means, as a view into `text`: blanks around it and the
/// Hub's own URL prefix are taken off. nullopt for what cannot be a repository name: empty, a local
/// path (`./x`, `/x`, `~/x`, `C:\x`), two slashes, blanks or control characters inside, or a word
/// for "none" (`None`, `null`, `nil`, `N/A`, `-`, in any case). Deliberately lenient beyond that: a
/// wrong but possible name
/// (`runwayml/x.`) is a ghost that can be seen, not a claim that vanishes.
[[nodiscard]] std::optional<std::string_view> repository_name(std::string_view text) noexcept;

/// `owner/name` of a model's address on the Hub (`https://huggingface.co/owner/name/tree/main`,
/// `hf.co/owner/name`); other texts unchanged. A view into `text`.
[[nodiscard]] std::string_view model_of_address(std::string_view text) noexcept;

/// Whether the Hub could bear `name` as a repository id: what a document must satisfy. Letters,
/// digits, `_`, `-`, `.`, at most one slash, neither part empty, no more than 96 characters a part.
[[nodiscard]] bool valid_repository_id(std::string_view name) noexcept;

}  // namespace stemma
