// The secrets guard on foreign bytes: findings are in order and in bounds, the same whatever the
// text is cut into, and the same in the content of a JSON string as in its decoded text. The first
// byte chooses the cuts.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "guard/escaped_words.h"
#include "guard/guard.h"
#include "guard/json_scan.h"
#include "wire/json_text.h"

namespace {

using namespace sekisho;
using Findings = std::vector<guard::Finding>;

const std::shared_ptr<const guard::RuleSet>& rules() {
  static const auto set = guard::RuleSet::builtin_secrets();
  return set;
}

void check_order(const Findings& found, std::size_t size) {
  std::size_t done = 0;
  for (const auto& f : found) {
    if (f.begin < done || f.begin >= f.end || f.end > size) std::abort();
    if (f.rule >= rules()->rules().size()) std::abort();
    done = f.end;
  }
}

// Pieces of 1 to 2 * step + 1 bytes, in turns.
Findings in_pieces(std::string_view text, std::size_t step) {
  guard::TextWindow window(rules());
  Findings found;
  std::size_t checked = 0, clear = 0;
  for (std::size_t at = 0, size = 1; at < text.size(); at += size) {
    size = 1 + (at * 7 + step) % (2 * step + 1);
    const std::string piece(text.substr(at, size));  // dies after its turn
    window.push(piece, found);
    for (; checked < found.size(); ++checked) {
      if (found[checked].begin < clear || found[checked].end > window.clear_until()) std::abort();
    }
    if (window.clear_until() < clear || window.clear_until() > window.received()) std::abort();
    clear = window.clear_until();
  }
  window.finish(found);
  if (window.clear_until() != text.size()) std::abort();
  return found;
}

void check_json(std::string_view raw) {
  const wire::DecodedText decoded(raw);
  Findings in_place, decoded_first;
  guard::scan_json(*rules(), raw, in_place);
  guard::scan_whole(*rules(), decoded.text(), decoded_first);
  for (auto& f : decoded_first) {
    f.begin = decoded.raw_offset(f.begin);
    f.end = decoded.raw_end(f.end);
  }
  if (in_place != decoded_first) std::abort();
  check_order(in_place, raw.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Findings whole;
  rules()->scan(text, whole);
  check_order(whole, text.size());
  if (in_pieces(text, 0) != whole || in_pieces(text, data[0]) != whole) std::abort();
  (void)guard::redact(text, whole, *rules());
  Findings spelled;
  guard::scan_whole(*rules(), text, spelled);
  check_order(spelled, text.size());
  check_json(text);
  check_json(wire::escape_json(text));
  return 0;
}
