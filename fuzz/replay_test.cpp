// The laws of every fuzzer, without libFuzzer: on the kept seeds, and on changes of them that are
// the same in every run. A law that breaks ends the process; the last path printed names the seed,
// and `scripts/run_fuzzers.sh --smoke NAME` goes on from there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"

#define FUZZER(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "replayed_fuzzers.h"
#undef FUZZER

namespace {

using Fuzzer = int (*)(const std::uint8_t* data, std::size_t size);
using Bytes = std::vector<std::uint8_t>;
constexpr int kChangesOfAll = 600;  // shared by the seeds of one fuzzer

std::vector<std::filesystem::path> seeds_of(const std::string& name) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SEKISHO_CORPUS "/" + name)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Bytes read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

// A byte or a bit changed, a piece cut out, doubled, or taken from elsewhere.
void change(Bytes& bytes, sekisho::Random& random) {
  if (bytes.empty()) return bytes.push_back(static_cast<std::uint8_t>(random.next()));
  const auto at = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
  const auto place = bytes.begin() + at;
  const auto length = 1 + static_cast<std::ptrdiff_t>(
                              random.below(static_cast<std::uint64_t>(bytes.end() - place)));
  const Bytes piece(place, place + length);
  const auto target = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
  switch (random.below(5)) {
    case 0:
      *place = static_cast<std::uint8_t>(random.next());
      break;
    case 1:
      *place ^= static_cast<std::uint8_t>(1U << random.below(8));
      break;
    case 2:
      bytes.erase(place, place + length);
      break;
    case 3:
      bytes.insert(place, piece.begin(), piece.end());
      break;
    default:
      bytes.insert(bytes.begin() + target, piece.begin(), piece.end());
  }
}

void replay(const std::string& name, Fuzzer fuzz) {
  const auto seeds = seeds_of(name);
  ASSERT_FALSE(seeds.empty());
  const auto changes = std::max<std::size_t>(1, kChangesOfAll / seeds.size());
  sekisho::SeededRandom random(1);
  for (const auto& file : seeds) {
    std::cout << file.string() << std::endl;
    const Bytes seed = read(file);
    fuzz(seed.data(), seed.size());
    for (std::size_t i = 0; i < changes; ++i) {
      Bytes changed = seed;
      for (auto left = 1 + random.below(4); left > 0; --left) change(changed, random);
      fuzz(changed.data(), changed.size());
    }
  }
}

}  // namespace

#define FUZZER(name)                            \
  TEST(LawsHoldOnSeedsAndChangesOfThem, name) { \
    replay(#name, fuzz_##name);                 \
  }
#include "replayed_fuzzers.h"
