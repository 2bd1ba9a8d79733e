#pragma once
// Secrets in words that are not spelled plainly inside the text: with \u002d of JSON within JSON,
// with %2D of URLs, with characters without width in between. Only whole texts: a stream's words
// are read as they stand.

#include "guard/guard.h"

namespace sekisho::guard {

// As RuleSet::scan, and what the words so spelled hold once they are decoded. Findings cover
// the spelling; sorted, not overlapping.
void scan_whole(const RuleSet& rules, std::string_view text, std::vector<Finding>& out);

}  // namespace sekisho::guard
