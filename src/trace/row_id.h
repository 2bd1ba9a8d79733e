#pragma once
// The row id of a call: the milliseconds of its request id, then 16 bits that tell calls of one
// millisecond apart. So rows lie in the order of time, and a request is looked up among those of
// its millisecond.

#include <cstdint>

#include "base/ids.h"

namespace sekisho::trace {

inline constexpr int kTieBits = 16;

inline std::int64_t first_row_of(std::int64_t ms) {
  return ms << kTieBits;
}
inline std::int64_t ms_of_row(std::int64_t row) {
  return row >> kTieBits;
}
inline std::int64_t ms_of(const RequestId& request) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | request.bytes[i];
  return ms & ((std::int64_t{1} << 46) - 1);  // 2,200 years; keeps the row id positive
}
// Where the row is put unless another call has the place already.
inline std::int64_t wanted_row(const RequestId& request) {
  return first_row_of(ms_of(request)) | (request.bytes[14] << 8) | request.bytes[15];
}

}  // namespace sekisho::trace
