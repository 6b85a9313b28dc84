#include "graph/license_terms.h"

#include <set>

#include "tests/support/catch.h"
#include "tests/support/lineage.h"

namespace stemma {
namespace {

TEST_CASE("licences are compared by what they ask of derivatives", "[graph][licenses]") {
  struct Row {
    const char* own;
    const char* ancestor;
    LicenseVerdict verdict;
  };
  using V = LicenseVerdict;
  const Row rows[]{
      {"apache-2.0", "apache-2.0", V::agrees},
      {"Apache-2.0", "apache2", V::agrees},
      {"mit", "apache-2.0", V::agrees},
      {"cc-by-nc-4.0", "mit", V::agrees},
      {"llama3", "apache-2.0", V::agrees},
      {"apache-2.0", "llama2", V::relaxes},
      {"mit", "gemma", V::relaxes},
      {"mit", "qwen", V::relaxes},
      {"apache-2.0", "qwen-research", V::relaxes},
      {"apache-2.0", "cc-by-nc-4.0", V::relaxes},
      {"mit", "openrail", V::relaxes},
      {"mit", "deepseek", V::relaxes},
      {"openrail", "deepseek-license", V::agrees},
      {"creativeml-openrail-m", "openrail", V::agrees},
      {"cc-by-nc-sa-4.0", "cc-by-nc-4.0", V::agrees},
      {"cc-by-4.0", "cc-by-nc-4.0", V::relaxes},
      {"cc-by-nc-4.0", "cc-by-nc-sa-4.0", V::contradicts},
      {"llama3.1", "llama3", V::contradicts},
      {"gemma", "llama2", V::contradicts},
      {"cc-by-nc-4.0", "qwen", V::contradicts},
      {"tongyi-qianwen", "qwen", V::agrees},
      {"mit", "gpl-3.0", V::relaxes},
      {"agpl-3.0", "gpl-3.0", V::agrees},
      {"gpl-3.0", "agpl-3.0", V::contradicts},
      {"cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0", V::agrees},
      {"mit", "cc-by-nd-4.0", V::contradicts},
      {"", "mit", V::undeclared},
      {"", "", V::undeclared},
      {"mit", "", V::unknown},
      {"other", "other", V::unknown},
      {"unknown", "mit", V::unknown},
      {"house-rules", "house-rules", V::agrees},
      {"mit", "house-rules", V::unknown},
      {"house-rules", "llama2", V::unknown},
  };
  for (const Row& row : rows) {
    INFO(row.own << " under " << row.ancestor);
    const LicenseComparison found = compare_licenses(row.own, row.ancestor);
    CHECK(to_string(found.verdict) == to_string(row.verdict));
    CHECK_FALSE(found.reason.empty());
  }
}

TEST_CASE("every licence of the table is found by all its names, and by no two",
          "[graph][licenses]") {
  std::set<std::string> names;
  for (const LicenseTerms& terms : license_table()) {
    std::string words = std::string{terms.id} + " " + std::string{terms.aliases} + " ";
    for (std::size_t end = words.find(' '); end != std::string::npos; end = words.find(' ')) {
      const std::string name = words.substr(0, end);
      words.erase(0, end + 1);
      if (name.empty()) continue;
      CHECK(names.insert(name).second);
      CHECK(find_license(name) == &terms);
    }
    // What it points at exists.
    std::string under = std::string{terms.or_under} + " ";
    for (std::size_t end = under.find(' '); end != std::string::npos; end = under.find(' ')) {
      if (end > 0) CHECK(find_license(under.substr(0, end)) != nullptr);
      under.erase(0, end + 1);
    }
  }
}

TEST_CASE("licences above a model come with the path that proves them", "[graph][licenses]") {
  const SnapshotColumns columns = lineage_of(R"(
      meta/base license=llama2
      meta/base -finetune-> a/tuned
      a/tuned license=other license_name=llama2
      a/tuned -quantized-> b/copy
      b/copy license=apache-2.0
      ?c/lost -merge-> b/copy
  )");
  const SnapshotView view = view_of(columns);
  const auto found = licenses_above(view, node(view, "b/copy"));
  REQUIRE(found.size() == 3);
  CHECK(found[0].node == node(view, "a/tuned"));
  CHECK(found[0].comparison.verdict == LicenseVerdict::relaxes);
  CHECK(found[1].node == node(view, "c/lost"));
  CHECK(found[1].comparison.verdict == LicenseVerdict::unknown);
  CHECK(found[2].node == node(view, "meta/base"));
  CHECK(found[2].path ==
        std::vector<NodeId>{node(view, "meta/base"), node(view, "a/tuned"), node(view, "b/copy")});
  CHECK(gravest(found) == LicenseVerdict::relaxes);
  CHECK(gravest(licenses_above(view, node(view, "a/tuned"))) == LicenseVerdict::agrees);
  CHECK(licenses_above(view, node(view, "meta/base")).empty());
}

}  // namespace
}  // namespace stemma
