#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "api/endpoints/router.h"
#include "index/agreement.h"
#include "index/family_file.h"
#include "index/rollups.h"
#include "tests/api/json_support.h"
#include "tests/support/store_fixture.h"

namespace stemma {

/// An API over a data directory that nights are published and rolled up to, with the families that
/// ship.
class AdoptionFixture {
 public:
  void night(const std::vector<std::string>& documents, const std::string& day,
             bool complete = true) {
    store_.import(documents, day, complete);
    roll_up();
  }
  void roll_up() {
    const DataDir data = DataDir::open(store_.data());
    const WriteLock lock{data, "test"};
    ModelStore store = open_for_writing(data);
    update_rollups(data, store, families_, {});
  }

  Response get(std::string target, HeaderList headers = {}, std::string method = "GET") {
    if (!served_) served_ = std::make_unique<Served>(DataDir::open(store_.data()), families_);
    return handle({std::move(method), std::move(target), std::move(headers)}, served_->context);
  }
  rapidjson::Document json(const std::string& target) {
    const Response response = get(target);
    INFO(target << " " << response.body);
    REQUIRE(response.status == 200);
    return parse_json(response.body);
  }
  /// From now on there is one more family; nothing is rolled up with it.
  void define_families_otherwise() {
    const auto file = store_.data() / "more-families.toml";
    std::ofstream{file} << "[[family]]\nname = \"ann\"\nlabel = \"Ann\"\nowners = [\"ann\"]\n";
    served_.reset();
    families_ = FamilySet{load_families(file)};
  }
  /// After nights were added: what serves may look for new snapshots but ten times a second.
  void reopen() { served_.reset(); }
  [[nodiscard]] test::StoreFixture& store() { return store_; }

 private:
  struct Served {
    Served(const DataDir& data, const FamilySet& families)
        : snapshots{data}, adoption{data}, context{snapshots, families} {
      context.adoption = &adoption;
    }
    SnapshotSet snapshots;
    AdoptionSource adoption;
    ApiContext context;
  };
  test::StoreFixture store_;
  FamilySet families_{load_families({})};
  std::unique_ptr<Served> served_;
};

/// A small hub of two nights in which every route has something to tell.
inline void publish_small_hub(AdoptionFixture& api) {
  const auto document = [](int number, const std::string& name, const std::string& rest) {
    return test::doc(number, name, "\"createdAt\":\"2024-06-01T00:00:00Z\"," + rest);
  };
  const std::vector<std::string> documents{
      document(
          1, "Qwen/Qwen2-7B",
          R"("downloads":1000,"downloadsAllTime":9000,"likes":10,"tags":["license:apache-2.0"])"),
      document(
          2, "a/chat",
          R"("downloads":50,"downloadsAllTime":70,"tags":["license:mit","base_model:finetune:Qwen/Qwen2-7B"])"),
      document(3, "b/chat-gguf",
               R"("downloads":700,"downloadsAllTime":800,"tags":["base_model:quantized:a/chat"])"),
      document(4, "c/lora", R"("likes":3,"tags":["base_model:adapter:Qwen/Qwen2-7B"])"),
      document(5, "e/orphan", R"("tags":["base_model:finetune:x/lost"])"),
      document(6, "f/tiny", R"("tags":["base_model:finetune:gpt2"])"),
      document(7, "deepseek-ai/DeepSeek-V3", R"("downloads":5)")};
  api.night(documents, "2026-11-01");
  api.night(documents, "2026-11-02");
}

}  // namespace stemma
