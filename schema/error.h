#pragma once

#include <stdexcept>
#include <string>

namespace stemma {

/// What went wrong, as far as a caller can act on it. One table maps it to an HTTP status and an
/// exit code.
enum class ErrorKind {
  usage,        ///< The caller asked wrongly: HTTP 400, exit 2.
  not_found,    ///< The thing named is not known: HTTP 404, exit 1.
  pruned,       ///< It was there once and has been pruned: HTTP 410, exit 1.
  unavailable,  ///< The hub, the network or a lock is out of reach for now: HTTP 503, exit 1.
  storage,      ///< A disk or database failed: HTTP 500, exit 1.
  corrupt,      ///< Stored bytes that this version cannot read: HTTP 500, exit 1.
};

/// A failure that is not the expected absence of something. `what()` says what was tried, on which
/// object, and the words of the library that failed.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error{message}, kind_{kind} {}
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// The HTTP status that stands for `kind`.
constexpr int http_status(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::pruned:
      return 410;
    case ErrorKind::unavailable:
      return 503;
    case ErrorKind::storage:
    case ErrorKind::corrupt:
      break;
  }
  return 500;
}

/// The process exit code that stands for `kind`.
constexpr int exit_code(ErrorKind kind) noexcept { return kind == ErrorKind::usage ? 2 : 1; }

}  // namespace stemma
