#pragma once
// Open files that this process may have. Each connection takes one, and each call one more towards
// its upstream.

#include <cstdint>

namespace sekisho::app {

// Raises the soft limit to the hard one; gives the limit that then holds.
std::uint64_t raise_file_limit();

}  // namespace sekisho::app
