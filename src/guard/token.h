#pragma once
// Judges tokens: an anchor followed by a run of the rule's alphabet (rule.h Shape::kToken).

#include "guard/compiled_rules.h"

namespace sekisho::guard {

// Is `at` the start of a run of the alphabet? Letters that belong to an escape before it (\n,
// %3D, \u003d, a terminal colour) do not count, nor the mark of a diff's line, nor = (padding
// ends a token, an assignment comes before one).
bool starts_run(const ScanText& text, std::size_t at, const ByteClass& alphabet);

// May a token of the rule begin with an anchor at `at`, by what stands before it?
bool may_start_token(const CompiledRule& rule, const ScanText& text, std::size_t at,
                     std::string_view anchor);

Trial judge_token(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                  std::size_t anchor_bytes, ScanCounts& counts);

}  // namespace sekisho::guard
