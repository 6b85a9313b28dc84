#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "crawler/backfill.h"
#include "crawler/http_client.h"
#include "crawler/retry.h"

namespace stemma {

struct DatasetOptions {
  std::string hub;      ///< As normal_hub gives it.
  std::string dataset;  ///< owner/name
  std::string token;    ///< Empty: anonymous. Sent to the hub's own origin only.
  RetryPolicy retry;
  std::uint64_t jitter_seed = std::random_device{}();
};

/// The weekly snapshots of a data set on a hub: its dates by
/// `GET /api/datasets/OWNER/NAME/tree/main/models`, a file by
/// `GET /datasets/OWNER/NAME/resolve/main/...`, which redirects to a host of files that answers
/// range requests. A download that breaks off goes on where it stopped, also in another process;
/// what has not the size and the checksum that the hub told is thrown away and asked for once more.
/// `http` must outlive it. `sleep` is a parameter so that tests own the time. One thread. Throws
/// Error{unavailable}; Error{storage}, also before a download for which there is no room.
[[nodiscard]] std::unique_ptr<WeeklySource> open_weekly_dataset(
    HttpClient& http, DatasetOptions options,
    std::function<void(std::chrono::steady_clock::duration)> sleep = {});

}  // namespace stemma
