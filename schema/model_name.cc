#include "schema/model_name.h"

#include <algorithm>

namespace stemma {
namespace {

bool blank(char c) noexcept { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

bool consume_folded(std::string_view& text, std::string_view lower_prefix) noexcept {
  if (text.size() < lower_prefix.size() ||
      !equal_folded(text.substr(0, lower_prefix.size()), lower_prefix))
    return false;
  text.remove_prefix(lower_prefix.size());
  return true;
}

}  // namespace

char fold_char(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string fold_case(std::string_view text) {
  std::string folded{text};
  std::transform(folded.begin(), folded.end(), folded.begin(), fold_char);
  return folded;
}

bool equal_folded(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return fold_char(x) == fold_char(y); });
}

std::string_view owner_of(std::string_view name) noexcept {
  const auto slash = name.find('/');
  return slash == std::string_view::npos ? std::string_view{} : name.substr(0, slash);
}

std::string_view base_name_of(std::string_view name) noexcept {
  const auto slash = name.find('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string_view model_of_address(std::string_view text) noexcept {
  std::string_view rest = text;
  const bool scheme = consume_folded(rest, "https://") || consume_folded(rest, "http://");
  consume_folded(rest, "www.");
  if (!consume_folded(rest, "huggingface.co/") && !consume_folded(rest, "hf.co/")) return text;
  consume_folded(rest, "models/");
  (void)scheme;  // people paste it with and without
  rest = rest.substr(0, rest.find_first_of("?#"));
  for (const std::string_view page :
       {"/tree/", "/blob/", "/resolve/", "/raw/", "/discussions", "/commit/", "/commits/"}) {
    rest = rest.substr(0, rest.find(page));
  }
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  return rest;
}

std::optional<std::string_view> repository_name(std::string_view text) noexcept {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  text = model_of_address(text);
  if (text.empty() || std::any_of(text.begin(), text.end(), blank)) return std::nullopt;
  if (text.find_first_of("\\:") != std::string_view::npos)
    return std::nullopt;  // Windows paths, other URLs
  // What people write where there is no parent.
  for (const std::string_view none : {"none", "null", "nil", "n/a", "-"}) {
    if (equal_folded(text, none)) return std::nullopt;
  }
  if (text.front() == '.' || text.front() == '/' || text.front() == '~') return std::nullopt;
  if (std::count(text.begin(), text.end(), '/') > 1 || text.back() == '/') return std::nullopt;
  return text;
}

bool valid_repository_id(std::string_view name) noexcept {
  const auto part_is_valid = [](std::string_view part) {
    // The two that paths read as something else.
    if (part == "." || part == "..") return false;
    return !part.empty() && part.size() <= 96 && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-' || c == '.';
    });
  };
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) return part_is_valid(name);
  return part_is_valid(name.substr(0, slash)) && part_is_valid(name.substr(slash + 1));
}

}  // namespace stemma
