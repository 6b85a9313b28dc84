#include "tests/support/fake_hub.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

namespace stemma::test {

std::string FakeRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string FakeRequest::param(const std::string& name) const {
  const auto found = params.find(name);
  return found == params.end() ? "" : found->second;
}

struct FakeHub::Impl {
  httplib::Server server;
  std::thread thread;
  int port = 0;
  std::atomic<bool> ending = false;
  std::vector<FakeModel> models;
  std::size_t page_rows = 0;
  Hook hook;
  mutable std::mutex mutex;
  std::vector<FakeModel> hidden;  // guarded by mutex, as all below
  std::map<std::string, std::string> aliases;
  std::vector<FakeRequest> log;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }
  static std::string document(const FakeModel& model) {
    return R"({"_id":")" + model.id + R"(","id":")" + model.name + "\"" +
           (model.fields.empty() ? "" : "," + model.fields) + "}";
  }

  FakeAnswer listing(const FakeRequest& request) const {
    FakeAnswer answer;
    const std::string after = request.param("cursor");
    const std::string search = request.param("search");
    const std::string author = request.param("author");
    std::size_t rows = 0;
    std::string last;
    bool more = false;
    for (const FakeModel& model : models) {
      if (!after.empty() && model.id <= after) continue;
      if (model.name.find(search) == std::string::npos) continue;
      if (!author.empty() && model.name.rfind(author + "/", 0) != 0) continue;
      if (rows == page_rows) {
        more = true;
        break;
      }
      answer.body += (rows++ == 0 ? "[" : ",") + document(model);
      last = model.id;
    }
    answer.body += rows == 0 ? "[]" : "]";
    if (!more) return answer;
    std::string query = request.target.substr(request.target.find('?'));
    query = query.substr(0, query.find("&cursor="));
    answer.headers.emplace(
        "Link", "<" + url() + request.path + query + "&cursor=" + last + ">; rel=\"next\"");
    return answer;
  }

  FakeAnswer info(const FakeRequest& request) const {
    const std::string name = request.path.substr(std::string{"/api/models/"}.size());
    const std::lock_guard lock{mutex};
    FakeAnswer answer;
    if (const auto alias = aliases.find(name); alias != aliases.end()) {
      answer.status = 307;
      answer.headers.emplace("Location", "/api/models/" + alias->second);
      return answer;
    }
    for (const auto* list : {&models, &hidden}) {
      for (const FakeModel& model : *list) {
        if (model.name != name) continue;
        answer.body = document(model);
        return answer;
      }
    }
    answer.status = request.header("Authorization").empty() ? 401 : 404;
    answer.body = R"({"error":"Invalid username or password."})";
    return answer;
  }

  void handle(const httplib::Request& raw, httplib::Response& out) {
    FakeRequest request{raw.path, raw.target, {}, {}};
    request.headers.insert(raw.headers.begin(), raw.headers.end());
    request.params.insert(raw.params.begin(), raw.params.end());
    {
      const std::lock_guard lock{mutex};
      log.push_back(request);
    }
    std::optional<FakeAnswer> answer;
    if (hook) answer = hook(request);
    if (!answer && request.path == "/api/models") answer = listing(request);
    if (!answer) answer = info(request);
    out.status = answer->status;
    for (const auto& [name, value] : answer->headers) out.set_header(name, value);
    if (!answer->cut && !answer->stall) {
      out.set_content(answer->body, answer->type);
      return;
    }
    const std::string half = answer->body.substr(0, answer->body.size() / 2);
    out.set_content_provider(
        answer->body.size(), answer->type,
        [this, half, stall = answer->stall](std::size_t at, std::size_t, httplib::DataSink& sink) {
          if (at == 0) sink.write(half.data(), half.size());
          while (stall && !ending) std::this_thread::sleep_for(std::chrono::milliseconds{10});
          return false;
        });
  }
};

FakeHub::FakeHub(std::vector<FakeModel> models, std::size_t page_rows, Hook hook)
    : impl_{std::make_unique<Impl>()} {
  impl_->models = std::move(models);
  std::sort(impl_->models.begin(), impl_->models.end(),
            [](const FakeModel& a, const FakeModel& b) { return a.id < b.id; });
  impl_->page_rows = page_rows;
  impl_->hook = std::move(hook);
  impl_->server.set_tcp_nodelay(true);
  impl_->server.Get(".*", [this](const httplib::Request& request, httplib::Response& response) {
    impl_->handle(request, response);
  });
  impl_->port = impl_->server.bind_to_any_port("127.0.0.1");
  impl_->thread = std::thread{[this] { impl_->server.listen_after_bind(); }};
  while (!impl_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

FakeHub::~FakeHub() {
  impl_->ending = true;
  impl_->server.stop();
  impl_->thread.join();
}

void FakeHub::alias(const std::string& old_name, const std::string& name) {
  const std::lock_guard lock{impl_->mutex};
  impl_->aliases[old_name] = name;
}

void FakeHub::hide(const FakeModel& model) {
  const std::lock_guard lock{impl_->mutex};
  impl_->hidden.push_back(model);
}

std::string FakeHub::url() const { return impl_->url(); }

std::vector<FakeRequest> FakeHub::requests() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->log;
}

}  // namespace stemma::test
