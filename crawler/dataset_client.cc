#include "crawler/dataset_client.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "crawler/hub_url.h"
#include "index/file_digest.h"
#include "schema/error.h"
#include "schema/percent.h"

namespace stemma {
namespace {

namespace fs = std::filesystem;
using Duration = std::chrono::steady_clock::duration;

constexpr int kMaxHops = 5;
constexpr int kMaxPages = 1000;  ///< Of a listing; the data set has two years of weeks.
constexpr std::size_t kDateLength = 10;

/// Appends to a file what arrives. Where the server sends the whole file although a part was asked
/// for, begins anew.
class FileSink final : public BodySink {
 public:
  FileSink(const fs::path& file, std::uint64_t there,
           const std::function<void(std::uint64_t)>& progress)
      : file_{file}, bytes_{there}, progress_{progress} {}

  bool take(int status, std::string_view piece) noexcept override {
    try {
      if (!out_.is_open()) {
        const bool whole = status == 200;
        out_.open(file_, std::ios::binary | (whole ? std::ios::trunc : std::ios::app));
        if (whole) bytes_ = 0;
      }
      out_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      out_.flush();
      failed_ = !out_;
      bytes_ += piece.size();
      if (progress_) progress_(bytes_);
    } catch (...) {
      failed_ = true;
    }
    return !failed_;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  const fs::path file_;
  std::uint64_t bytes_;
  const std::function<void(std::uint64_t)>& progress_;
  std::ofstream out_;
  bool failed_ = false;
};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::uint64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return error ? 0 : size;
}

class WeeklyDataset final : public WeeklySource {
 public:
  WeeklyDataset(HttpClient& http, DatasetOptions options, std::function<void(Duration)> sleep)
      : http_{http},
        options_{std::move(options)},
        sleep_{sleep ? std::move(sleep) : [](Duration d) { std::this_thread::sleep_for(d); }},
        random_{options_.jitter_seed} {
    options_.hub = normal_hub(options_.hub);
    origin_ = *origin_of(options_.hub);
  }

  [[nodiscard]] std::string name() const override { return options_.dataset; }
  [[nodiscard]] bool is_download() const override { return true; }

  [[nodiscard]] std::vector<WeeklySnapshot> list() override {
    std::vector<WeeklySnapshot> all;
    each_entry("models", [&](const rapidjson::Value& entry) {
      const std::string path = text_of(entry, "path");
      const std::string name = path.substr(path.rfind('/') + 1);
      const auto date = name.size() == kDateLength ? parse_utc(name) : std::nullopt;
      if (text_of(entry, "type") == "directory" && date)
        all.push_back({.date = *date, .path = path + "/models.parquet", .bytes = 0, .sha256 = {}});
    });
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.date < b.date; });
    if (all.empty()) {
      throw Error{ErrorKind::unavailable,
                  "the data set " + options_.dataset + " has no folders models/YYYY-MM-DD"};
    }
    return all;
  }

  void describe(WeeklySnapshot& snapshot) override {
    const std::string folder = snapshot.path.substr(0, snapshot.path.rfind('/'));
    each_entry(folder, [&](const rapidjson::Value& entry) {
      if (text_of(entry, "path") != snapshot.path) return;
      if (entry.HasMember("size") && entry["size"].IsUint64())
        snapshot.bytes = entry["size"].GetUint64();
      if (entry.HasMember("lfs") && entry["lfs"].IsObject())
        snapshot.sha256 = text_of(entry["lfs"], "oid");
    });
    if (snapshot.bytes == 0) {
      throw Error{ErrorKind::unavailable,
                  "the data set " + options_.dataset + " has no file " + snapshot.path};
    }
  }

  [[nodiscard]] fs::path fetch(const WeeklySnapshot& snapshot, const fs::path& folder,
                               const std::function<void(std::uint64_t)>& progress) override {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
      throw Error{ErrorKind::storage, "making " + folder.string() + ": " + error.message()};
    const fs::path file =
        folder / (format_utc(snapshot.date).substr(0, kDateLength) + ".parquet.part");
    require_space(folder, snapshot.bytes - std::min(snapshot.bytes, size_of(file)));
    for (const bool again : {false, true}) {
      download(snapshot, file, progress);
      const bool whole = size_of(file) == snapshot.bytes &&
                         (snapshot.sha256.empty() || sha256_of(file) == snapshot.sha256);
      if (whole) return file;
      fs::remove(file, error);
      if (again) break;
    }
    throw Error{ErrorKind::unavailable, "what " + url_of(snapshot) +
                                            " gives is not what the data set says that it is "
                                            "(size or SHA-256), twice"};
  }

 private:
  static std::string text_of(const rapidjson::Value& object, const char* key) {
    if (!object.IsObject() || !object.HasMember(key) || !object[key].IsString()) return {};
    return {object[key].GetString(), object[key].GetStringLength()};
  }

  static void require_space(const fs::path& folder, std::uint64_t bytes) {
    std::error_code error;
    const auto space = fs::space(folder, error);
    // Importing writes about as much again.
    if (error || space.available >= bytes * 2) return;
    constexpr double kGigabyte = 1e9;
    const auto gigabytes = [](std::uint64_t n) {
      const auto tenths = static_cast<std::uint64_t>(static_cast<double>(n) / kGigabyte * 10 + 0.5);
      return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
    };
    throw Error{ErrorKind::storage, folder.string() + " has " + gigabytes(space.available) +
                                        " free; the next file and what it comes to need " +
                                        gigabytes(bytes * 2)};
  }

  [[nodiscard]] std::string url_of(const WeeklySnapshot& snapshot) const {
    return options_.hub + "/datasets/" + percent_encode(options_.dataset, true) + "/resolve/main/" +
           percent_encode(snapshot.path, true);
  }

  /// The token goes to the hub alone, whatever it redirects to.
  [[nodiscard]] HttpRequest request_for(const std::string& url) const {
    HttpRequest request{url, {}, nullptr};
    if (!options_.token.empty() && origin_of(url) == origin_)
      request.headers.push_back({"Authorization", "Bearer " + options_.token});
    return request;
  }

  static std::string describe_answer(const HttpResponse& response) {
    if (!response.arrived()) return response.error_text;
    std::string words = "HTTP status " + std::to_string(response.status);
    if (response.status == 401 || response.status == 403)
      words += " (is the data set public, and the token valid?)";
    return words;
  }

  /// Waits before another attempt, or throws.
  void wait(const HttpResponse& response, int attempt, const std::string& url) {
    const double jitter = std::uniform_real_distribution<double>{0.0, 1.0}(random_);
    RetryDecision decision = decide_retry(response, attempt, jitter, options_.retry);
    // What was accepted was of no use.
    if (decision.action == RetryDecision::Action::accept)
      decision = decide_unusable(attempt, jitter, options_.retry);
    if (decision.action != RetryDecision::Action::retry) {
      throw Error{ErrorKind::unavailable, "no usable answer from " + url + " after " +
                                              std::to_string(attempt) +
                                              " attempts: " + describe_answer(response)};
    }
    sleep_(decision.after);
  }

  /// Follows redirects, without a token where they lead away.
  HttpResponse get(HttpRequest request) {
    for (int hop = 0;; ++hop) {
      HttpResponse response = http_.get(request);
      const auto location = response.header("Location");
      if (!response.arrived() || !is_redirect(response.status) || !location || hop == kMaxHops)
        return response;
      std::string next{*location};
      if (next.starts_with('/')) {
        const auto scheme = request.url.find("://");
        next = request.url.substr(0, request.url.find('/', scheme + 3)) + next;
      }
      const auto to = origin_of(next);
      const auto from = origin_of(request.url);
      // Encryption is not given up on the way.
      if (!to || !from || (from->scheme == "https" && to->scheme != "https")) return response;
      HttpRequest following = request_for(next);
      for (const HttpHeader& header : request.headers) {
        if (header.name == "Range") following.headers.push_back(header);
      }
      following.sink = request.sink;
      request = std::move(following);
    }
  }

  template <class Visit>
  void each_entry(const std::string& folder, Visit&& visit) {
    std::string url = options_.hub + "/api/datasets/" + percent_encode(options_.dataset, true) +
                      "/tree/main/" + percent_encode(folder, true);
    for (int page = 0; page < kMaxPages; ++page) {
      rapidjson::Document entries;
      HttpResponse response;
      for (int attempt = 1;; ++attempt) {
        response = get(request_for(url));
        if (response.arrived() && response.status == 404) {
          throw Error{ErrorKind::unavailable, "there is no data set " + options_.dataset + " at " +
                                                  options_.hub + ", or it has no folder " + folder};
        }
        if (response.arrived() && response.status == 200) {
          entries.Parse(response.body.data(), response.body.size());
          if (!entries.HasParseError() && entries.IsArray()) break;
        }
        wait(response, attempt, url);
      }
      for (const auto& entry : entries.GetArray()) visit(entry);
      const auto link = next_link(response.headers);
      const auto next = link ? resolve_link(url, *link) : std::nullopt;
      if (!next) return;
      url = *next;
    }
  }

  void download(const WeeklySnapshot& snapshot, const fs::path& file,
                const std::function<void(std::uint64_t)>& progress) {
    const std::string url = url_of(snapshot);
    std::uint64_t best = size_of(file);
    for (int attempt = 1; size_of(file) < snapshot.bytes; ++attempt) {
      const std::uint64_t there = size_of(file);
      HttpRequest request = request_for(url);
      if (there > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(there) + "-"});
      FileSink sink{file, there, progress};
      request.sink = &sink;
      const HttpResponse response = get(request);
      if (sink.failed())
        throw Error{ErrorKind::storage, "writing " + file.string() + ": is the disk full?"};
      // A server that has less than there already is: what is there is not its file.
      if (response.arrived() && response.status == 416) {
        std::error_code error;
        fs::remove(file, error);
      }
      if (size_of(file) >= snapshot.bytes) return;
      // As long as it grows, it is worth going on.
      if (size_of(file) > best) {
        best = size_of(file);
        attempt = 1;
      }
      wait(response, attempt, url);
    }
  }

  HttpClient& http_;
  DatasetOptions options_;
  Origin origin_;
  std::function<void(Duration)> sleep_;
  std::mt19937_64 random_;
};

}  // namespace

std::unique_ptr<WeeklySource> open_weekly_dataset(HttpClient& http, DatasetOptions options,
                                                  std::function<void(Duration)> sleep) {
  const auto& name = options.dataset;
  const auto slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size() ||
      name.find('/', slash + 1) != std::string::npos ||
      name.find_first_of(" ?#%\\") != std::string::npos)
    throw Error{ErrorKind::usage, "--source " + name + " is neither a folder nor OWNER/NAME"};
  return std::make_unique<WeeklyDataset>(http, std::move(options), std::move(sleep));
}

}  // namespace stemma
