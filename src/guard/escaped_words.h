#pragma once
// Secrets in words that are spelled with escapes inside the text: \u002d of JSON within JSON, %2D
// of URLs. Only whole texts: a stream's words are read as they stand.

#include "guard/guard.h"

namespace sekisho::guard {

// As RuleSet::scan, and what the words with such escapes hold once they are decoded. Findings cover
// the escaped spelling; sorted, not overlapping.
void scan_whole(const RuleSet& rules, std::string_view text, std::vector<Finding>& out);

}  // namespace sekisho::guard
