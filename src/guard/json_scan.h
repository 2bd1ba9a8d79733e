#pragma once
// Secrets in the content of a JSON string, as it stands between its quotes. The findings are those
// of the decoded text, their offsets those of the escaped one. Text without a secret is decoded
// only around the anchors that stand in it.

#include "guard/guard.h"

namespace sekisho::guard {

// As scan_whole (escaped_words.h) of what `raw` means. A finding covers whole escapes. REQUIRES:
// `raw` is valid, as a walk of the document accepted it; it may be unescaped text.
void scan_json(const RuleSet& rules, std::string_view raw, std::vector<Finding>& out);

}  // namespace sekisho::guard
