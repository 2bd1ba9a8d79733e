#include "gateway/recorded_text.h"

#include <vector>

namespace sekisho::gateway {
namespace {

// More than a secret that begins in what is kept needs to be known for one.
constexpr std::size_t kScannedBytes = kRecordedTextBytes + 4096;

void cut_at_character(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
}

}  // namespace

std::string recorded_text(const guard::RuleSet& rules, std::string_view text) {
  text = text.substr(0, kScannedBytes);
  std::vector<guard::Finding> found;
  rules.scan(text, found);
  auto out = found.empty() ? std::string(text.substr(0, kRecordedTextBytes + 1))
                           : guard::redact(text, found, rules);
  cut_at_character(out, kRecordedTextBytes);
  return out;
}

}  // namespace sekisho::gateway
