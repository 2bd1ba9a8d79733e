#pragma once
// Finds the value that is assigned to a name, in the spellings of many languages:
//   DB_PASSWORD=…   "apiKey": "…"   password: str = '…'   $c['token'] => "…"   --token …
//   <password>…</password>   setPassword("…")   | password | … |   パスワード：…   token := `…`

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "guard/compiled_rules.h"

namespace sekisho::guard {

struct Assignment {
  std::string_view name;           // all of it, as far as it stands in reach
  std::size_t begin = 0, end = 0;  // the value
  bool quoted = false;             // or bare in a shell line: a literal, not an expression
};

// Parses around the anchor at [start, name_end). kYes fills `out`; kMore as in scan_text.h. Adds
// to `looked_at` the bytes that it went through.
Trial parse_assignment(const ScanText& text, std::size_t start, std::size_t name_end,
                       Assignment& out, std::uint64_t& looked_at);

Trial judge_assignment(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                       std::size_t anchor_bytes, ScanCounts& counts);

}  // namespace sekisho::guard
