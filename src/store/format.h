#pragma once
// What marks a database file as ours, and how SQLite's result codes read as errors of ours.

#include <cstdint>
#include <string>

#include "base/error.h"

namespace sekisho::store {

inline constexpr std::int64_t kApplicationId = 0x53454B49;  // "SEKI"
// Of the file as a whole; modules grow by numbered steps without touching it.
inline constexpr std::int64_t kFormat = 1;

// `code` and `extended` are SQLite's, `system` the errno behind it (0 = none).
Error describe(const std::string& path, int code, int extended, int system, const char* text);

}  // namespace sekisho::store
