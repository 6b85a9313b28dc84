#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "api/endpoints/router.h"
#include "schema/error.h"
#include "tests/support/lineage.h"

namespace stemma {

/// Snapshots in memory.
class MemorySource final : public SnapshotSource {
 public:
  void publish(SnapshotColumns columns) {
    const SnapshotNumber number = columns.totals.at(0).number;
    auto held = std::make_shared<Held>();
    held->columns = std::move(columns);
    held->view = view_of(held->columns);
    snapshots_[number] = SnapshotHandle{held, &held->view};
    newest_ = number;
  }
  void prune(SnapshotNumber number) { pruned_.insert(number); }

  SnapshotHandle current() override {
    if (newest_ == 0) throw Error{ErrorKind::unavailable, "nothing was published yet"};
    return snapshots_.at(newest_);
  }
  SnapshotHandle at(SnapshotNumber number) override {
    const auto found = snapshots_.find(number);
    if (found == snapshots_.end()) throw Error{ErrorKind::not_found, "never published"};
    return found->second;
  }
  bool pruned(SnapshotNumber number) override { return pruned_.contains(number); }

 private:
  struct Held {
    SnapshotColumns columns;
    SnapshotView view;
  };
  std::map<SnapshotNumber, SnapshotHandle> snapshots_;
  std::set<SnapshotNumber> pruned_;
  SnapshotNumber newest_ = 0;
};

inline std::vector<FamilyDefinition> test_families() {
  return {{"qwen", "Qwen", {"Qwen"}, "", ""},
          {"qwen2", "Qwen2", {"Qwen"}, "^Qwen2-", "qwen"},
          {"other-lab", "Other Lab", {"lab"}, "", ""}};
}

/// A small hub: one family with a series, a ghost, a gone model, an alias, a legacy name.
inline SnapshotColumns test_lineage() {
  return lineage_of(R"(
      Qwen/Qwen2-7B downloads=1000 likes=10 license=apache-2.0 created=2024-06-01 pipeline_tag=text-generation
      a/chat downloads=50 license=mit created=2024-06-10
      Qwen/Qwen2-7B -finetune-> a/chat
      b/chat-gguf downloads=700
      a/chat -quantized-> b/chat-gguf
      c/lora likes=3
      Qwen/Qwen2-7B -adapter-> c/lora
      !d/withdrawn -finetune-> e/orphan
      Qwen/Qwen2-7B -merge-> !d/withdrawn
      ?x/lost -finetune-> a/chat
      gpt2 -finetune-> f/tiny
      Qwen/Old-Name -alias-> Qwen/Qwen2-7B )");
}

/// An API over the small hub.
struct ApiFixture {
  ApiFixture() { source.publish(test_lineage()); }

  Response get(std::string target, HeaderList headers = {}, std::string method = "GET") {
    return handle({std::move(method), std::move(target), std::move(headers)}, context);
  }

  MemorySource source;
  FamilySet families{test_families()};
  ApiContext context{source, families};
};

}  // namespace stemma
