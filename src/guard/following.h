#pragma once
// Secrets that are known by what stands before them, without a name and a sign: the secret key that
// follows an AWS key id in a list, the password of `curl -u user:password` and `mysql -ppassword`.

#include "guard/compiled_rules.h"

namespace sekisho::guard {

Trial judge_following(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                      std::size_t anchor_bytes, ScanCounts& counts);

}  // namespace sekisho::guard
