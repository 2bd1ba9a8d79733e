#pragma once
// Which three bytes of each anchor the nibble filter looks for, and in which of its buckets: chosen
// together, so that anchors share halves of bytes and ordinary text passes by chance as seldom as
// can be. Pure function of the anchors.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "guard/nibble_filter.h"

namespace sekisho::guard {

struct Anchor {
  std::string text;  // lower case if fold_case; at least 3, at most kAnchorBytes bytes
  bool fold_case = false;
};

struct FingerprintPlan {
  std::vector<std::uint8_t> offset;  // of the fingerprint in its anchor
  NibbleFilter::Buckets buckets{};
};

FingerprintPlan plan_fingerprints(std::span<const Anchor> anchors);

}  // namespace sekisho::guard
