#include "api/http/signal_watch.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "schema/error.h"

namespace stemma {
namespace {

constexpr int kHardStop = 5000;  // milliseconds from a signal to the end of the process, at most

// A handler may do next to nothing, so it writes a byte to a pipe that a thread waits
// at.

std::atomic<int> signal_pipe{-1};

void on_signal(int) {
  const int saved = errno;
  const char byte = 1;
  if (::write(signal_pipe.load(), &byte, 1) < 0) {
    // The pipe is full: a byte is there already.
  }
  errno = saved;
}

}  // namespace

struct SignalWatch::Impl {
  explicit Impl(std::function<void()> stop) {
    if (::pipe(ends_) != 0) throw Error{ErrorKind::unavailable, "cannot make a pipe for signals"};
    signal_pipe = ends_[1];
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, &old_int_);
    ::sigaction(SIGTERM, &action, &old_term_);
    watcher_ = std::thread{[this, stop = std::move(stop)] {
      if (await(-1) != Came::signal) return;
      stop();
      // A query may take its time; whoever sends a signal should not have to send SIGKILL. Nothing
      // here needs to be put away: the server only reads.
      if (await(kHardStop) != Came::end) ::_exit(1);
    }};
  }
  ~Impl() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
    signal_pipe = -1;
    ::close(ends_[1]);  // the watcher reads the end of the pipe
    watcher_.join();
    ::close(ends_[0]);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

 private:
  enum class Came { signal, end, nothing };
  /// Waits for a signal, or for the end of the watch.
  [[nodiscard]] Came await(int timeout) const noexcept {
    pollfd waited{ends_[0], POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&waited, 1, timeout)) < 0 && errno == EINTR) {
    }
    if (ready == 0) return Came::nothing;
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1 ? Came::signal : Came::end;
  }

  int ends_[2] = {-1, -1};
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
  std::thread watcher_;
};

SignalWatch::SignalWatch(std::function<void()> stop)
    : impl_{std::make_unique<Impl>(std::move(stop))} {}
SignalWatch::~SignalWatch() = default;

}  // namespace stemma
