#include "base/random.h"

#include <sys/random.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace sekisho {

void Random::fill(std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); i += 8) {
    auto word = next();
    std::memcpy(out.data() + i, &word, std::min<std::size_t>(8, out.size() - i));
  }
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Lemire's multiplication; the bias of at most bound / 2^64 does not matter here.
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

std::uint64_t SystemRandom::next() {
  if (used_ == pool_.size()) {
    fill({reinterpret_cast<std::uint8_t*>(pool_.data()), sizeof pool_});
    used_ = 0;
  }
  return pool_[used_++];
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    auto n = ::getrandom(out.data() + done, out.size() - done, 0);
    if (n < 0) std::abort();  // the kernel's generator cannot fail once initialised
    done += static_cast<std::size_t>(n);
  }
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  for (auto& word : state_) {  // splitmix64
    seed += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    word = z ^ (z >> 31);
  }
}

std::uint64_t SeededRandom::next() {
  auto result = std::rotl(state_[1] * 5, 7) * 9;
  auto t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

}  // namespace sekisho
