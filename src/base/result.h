#pragma once
// `Result<T>`: a value or an Error. No exceptions on the data plane.
//
//   TRY(auto body, read_body());        // in a function: returns the error to the caller
//   CO_TRY(auto body, co_await read()); // in a coroutine: co_returns it
//   TRY_VOID(check());                  // for Result<void>

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace sekisho {

template <class T = void>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

inline Failure fail(Code code, std::string detail = {}) {
  return Failure(Error{code, std::move(detail)});
}

}  // namespace sekisho

#define SEKISHO_JOIN_(a, b) a##b
#define SEKISHO_JOIN(a, b) SEKISHO_JOIN_(a, b)

#define SEKISHO_TRY_(tmp, decl, expr, ret)                  \
  auto tmp = (expr);                                        \
  if (!tmp) ret ::sekisho::Failure(std::move(tmp).error()); \
  decl = *std::move(tmp)
#define SEKISHO_TRY_VOID_(tmp, expr, ret) \
  if (auto tmp = (expr); !tmp) ret ::sekisho::Failure(std::move(tmp).error())

#define TRY(decl, ...) SEKISHO_TRY_(SEKISHO_JOIN(try_, __LINE__), decl, (__VA_ARGS__), return)
#define TRY_VOID(...) SEKISHO_TRY_VOID_(SEKISHO_JOIN(try_, __LINE__), (__VA_ARGS__), return)
#define CO_TRY(decl, ...) SEKISHO_TRY_(SEKISHO_JOIN(try_, __LINE__), decl, (__VA_ARGS__), co_return)
#define CO_TRY_VOID(...) SEKISHO_TRY_VOID_(SEKISHO_JOIN(try_, __LINE__), (__VA_ARGS__), co_return)
