#pragma once
// The kernels of NibbleFilter::find, one per instruction set, all with the same answer.

#include "guard/nibble_filter.h"

namespace sekisho::guard {

std::size_t find_scalar(const NibbleFilter::Masks& masks, const unsigned char* data,
                        std::size_t& at, std::size_t to, std::span<std::uint32_t> out);
std::size_t find_ssse3(const NibbleFilter::Masks& masks, const unsigned char* data, std::size_t& at,
                       std::size_t to, std::span<std::uint32_t> out);
std::size_t find_avx2(const NibbleFilter::Masks& masks, const unsigned char* data, std::size_t& at,
                      std::size_t to, std::span<std::uint32_t> out);

}  // namespace sekisho::guard
