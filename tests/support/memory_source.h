#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "crawler/page_source.h"
#include "schema/model_name.h"

namespace stemma::test {

/// A hub in memory for tests of the crawl itself: no HTTP, no files.
class MemoryHub final : public PageSource {
 public:
  explicit MemoryHub(std::size_t page_rows = 3) : page_rows_{page_rows} {}

  /// Adds or replaces a model of the listing; `rest` is more JSON.
  void put(const std::string& id, const std::string& name, const std::string& rest = "") {
    models[id] = {name, R"({"_id":")" + id + R"(","id":")" + name + "\"" +
                            (rest.empty() ? "" : "," + rest) + "}"};
  }

  [[nodiscard]] std::string name() const override { return "memory:hub"; }
  void use_fields(std::vector<std::string> fields) override { fields_ = std::move(fields); }
  [[nodiscard]] const std::vector<std::string>& fields() const noexcept override { return fields_; }
  [[nodiscard]] std::size_t page_rows() const override { return page_rows_; }
  [[nodiscard]] std::string first_page(const ScopeTerm& term) const override {
    return term.kind == ScopeTerm::Kind::since ? "down " : "up ";
  }
  [[nodiscard]] HubPage fetch_page(const std::string& address) override {
    ++pages;
    const bool down = address.rfind("down ", 0) == 0;
    const std::string after = address.substr(address.find(' ') + 1);
    std::vector<std::string> ids;
    for (const auto& [id, model] : models) {
      if (!hidden.contains(id) && (after.empty() || (down ? id < after : id > after)))
        ids.push_back(id);
    }
    if (down) std::reverse(ids.begin(), ids.end());
    const bool more = ids.size() > page_rows_;
    if (more) ids.resize(page_rows_);
    std::string body = "[";
    for (const std::string& id : ids) body += (body.size() > 1 ? "," : "") + models[id].second;
    body += "]";
    PageIds scanned = scan_page_ids(body);
    return {std::move(body), std::move(scanned),
            more ? (down ? "down " : "up ") + ids.back() : std::string{}};
  }
  [[nodiscard]] std::optional<HubId> newest(const ScopeTerm& /*term*/) override {
    return models.empty() ? std::nullopt : HubId::parse(models.rbegin()->first);
  }
  [[nodiscard]] LookupAnswer lookup_model(std::string_view name) override {
    asked.emplace_back(name);
    LookupAnswer answer;
    answer.result = LookupAnswer::Result::absent;
    if (revoked) return answer;
    if (lies > 0) {
      --lies;
      return answer;
    }
    for (const auto& [id, model] : models) {
      if (!equal_folded(model.first, name)) continue;
      answer.result = LookupAnswer::Result::found;
      answer.body = model.second;
      answer.document = {*HubId::parse(id), model.first};
    }
    return answer;
  }
  void prove_access() override {
    if (revoked) throw Error{ErrorKind::unavailable, "the token was revoked"};
  }
  [[nodiscard]] SourceStats stats() const override { return {}; }

  std::map<std::string, std::pair<std::string, std::string>> models;  ///< By `_id`: name, document.
  std::map<std::string, bool> hidden;  ///< `_id`s that the listing does not show.
  std::vector<std::string> asked;      ///< Names that were looked up.
  int pages = 0;
  bool revoked = false;  ///< Everything is "absent", and no access.
  int lies = 0;          ///< So many lookups are answered wrongly with "absent".

 private:
  std::size_t page_rows_;
  std::vector<std::string> fields_ = default_fields();
};

}  // namespace stemma::test
