#pragma once
// Writes everything under a limit on standing still: a slow reader may take as long as it likes,
// one that takes nothing for `stall` ends the write with kTimeout. `parts` are consumed.

#include "io/stream.h"

namespace sekisho::http {

io::task<Result<void>> write_all(io::Stream& stream, std::span<iovec> parts, Duration stall);

inline iovec part_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace sekisho::http
