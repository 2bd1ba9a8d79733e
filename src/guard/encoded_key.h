#pragma once
// Provider keys inside base64: of a file of settings, of a whole request. Each known beginning of
// a key is met in three spellings, by its place in the groups of three bytes; the key is decoded
// from there on and must be whole. What stands before it may be anything.

#include "guard/compiled_rules.h"

namespace sekisho::guard {

// Shape::kFollowing. The finding begins behind the anchor and ends with the key.
Trial judge_encoded_key(const ScanText& text, const AnchorHit& hit, std::size_t anchor_bytes,
                        ScanCounts& counts);

}  // namespace sekisho::guard
