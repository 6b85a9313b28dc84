#include "api/query/links.h"

#include "schema/model_name.h"
#include "schema/percent.h"

namespace stemma {

bool is_subresource(std::string_view segment) noexcept {
  return segment == "children" || segment == "parents" || segment == "ancestors" ||
         segment == "descendants" || segment == "adoption" || segment == "dominators" ||
         segment == "history" || segment == "impact" || segment == "licenses";
}

std::string model_path(std::string_view name) {
  return "/v1/models/" + percent_encode(name, !is_subresource(base_name_of(name)));
}

}  // namespace stemma
