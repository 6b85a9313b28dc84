#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include <string>
#include <utility>

#include "schema/error.h"

namespace stemma {

/// Throws Error{`kind`} that says what was being done, where Arrow failed.
inline void check_arrow(const arrow::Status& status, const char* doing,
                        ErrorKind kind = ErrorKind::storage) {
  if (!status.ok()) throw Error{kind, std::string{doing} + ": " + status.message()};
}
template <class T>
T arrow_value(arrow::Result<T> result, const char* doing, ErrorKind kind = ErrorKind::storage) {
  check_arrow(result.status(), doing, kind);
  return std::move(result).ValueUnsafe();
}

}  // namespace stemma
