#include "schema/relation.h"

namespace stemma {
namespace {

int strength(Relation relation) noexcept {
  switch (relation) {
    case Relation::merge:
      return 4;
    case Relation::quantized:
      return 3;
    case Relation::adapter:
      return 2;
    case Relation::finetune:
      return 1;
    case Relation::unspecified:
      break;
  }
  return 0;
}

}  // namespace

std::string_view to_string(Relation relation) noexcept {
  switch (relation) {
    case Relation::finetune:
      return "finetune";
    case Relation::adapter:
      return "adapter";
    case Relation::merge:
      return "merge";
    case Relation::quantized:
      return "quantized";
    case Relation::unspecified:
      break;
  }
  return "unspecified";
}

std::optional<Relation> parse_relation(std::string_view word) noexcept {
  for (const Relation relation : kRelations) {
    if (to_string(relation) == word) return relation;
  }
  return std::nullopt;
}

Relation stronger(Relation a, Relation b) noexcept { return strength(a) >= strength(b) ? a : b; }

}  // namespace stemma
