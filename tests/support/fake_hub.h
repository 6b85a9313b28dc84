#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace stemma::test {

struct FakeRequest {
  std::string path;    ///< Without the query.
  std::string target;  ///< With it, as it was sent.
  std::multimap<std::string, std::string> headers;
  std::multimap<std::string, std::string> params;
  [[nodiscard]] std::string header(const std::string& name) const;  ///< Exact case; empty if none.
  [[nodiscard]] std::string param(const std::string& name) const;
};

struct FakeAnswer {
  int status = 200;
  std::multimap<std::string, std::string> headers;
  std::string body;
  std::string type = "application/json; charset=utf-8";
  bool cut = false;    ///< Declares the whole body, sends half of it and closes.
  bool stall = false;  ///< Sends half of the body and then nothing until the hub ends.
};

struct FakeModel {
  std::string id;  ///< 24 hex digits; the listing is in their order.
  std::string name;
  std::string fields;  ///< Further members: `"tags":["gguf"],"likes":3`
};

/// A hub on a loopback port: a listing in pages, model info with redirects, rate headers.
/// Thread-safe.
class FakeHub {
 public:
  /// Answers first; nullopt lets the hub answer itself. Called on the server's threads.
  using Hook = std::function<std::optional<FakeAnswer>(const FakeRequest&)>;

  FakeHub(std::vector<FakeModel> models, std::size_t page_rows, Hook hook = {});
  ~FakeHub();
  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  void alias(const std::string& old_name, const std::string& name);
  /// Models that model info knows and no listing shows.
  void hide(const FakeModel& model);
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::vector<FakeRequest> requests() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma::test
