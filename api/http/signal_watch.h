#pragma once

#include <functional>
#include <memory>

namespace stemma {

/// From its making to its end, calls `stop` on SIGINT or SIGTERM, from a thread of its own. A
/// second signal ends the process at once with code 1, as do five seconds in which the watch has
/// not ended. One at a time in a process.
class SignalWatch {
 public:
  /// Throws Error{unavailable} where the system has no pipe or thread to give.
  explicit SignalWatch(std::function<void()> stop);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stemma
