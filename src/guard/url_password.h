#pragma once
// Judges "://": the password in scheme://user:password@host.

#include "guard/compiled_rules.h"

namespace sekisho::guard {

Trial judge_url_password(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                         std::size_t anchor_bytes, ScanCounts& counts);

}  // namespace sekisho::guard
