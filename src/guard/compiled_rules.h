#pragma once
// The rule tables made ready: patterns compiled, anchors collected into one set, and for each
// anchor the rules that want to judge it. Immutable, shared by all threads.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "guard/anchor_set.h"
#include "guard/byte_class.h"
#include "guard/guard.h"
#include "guard/rule.h"
#include "guard/scan_text.h"

namespace re2 {
class RE2;
}

namespace sekisho::guard {

struct CompiledRule {
  const RuleSpec* spec = nullptr;
  ByteClass alphabet;
  std::unique_ptr<re2::RE2> pattern, broken;  // null if the rule has none

  CompiledRule();
  CompiledRule(CompiledRule&&) noexcept;
  ~CompiledRule();
};

class CompiledRules {
 public:
  explicit CompiledRules(NibbleFilter::Kernel kernel = NibbleFilter::best_kernel());

  const std::vector<CompiledRule>& rules() const { return rules_; }
  const AnchorSet& anchors() const { return *anchors_; }
  std::span<const std::uint16_t> rules_of(std::uint16_t anchor) const { return rules_of_[anchor]; }
  std::size_t anchor_bytes(std::uint16_t anchor) const {
    return anchors_->anchors()[anchor].text.size();
  }
  const std::string& version() const { return version_; }

  // What the rule says about the anchor at hit.start. Counts its work.
  Trial judge(const ScanText& text, const AnchorHit& hit, std::uint16_t rule,
              ScanCounts& counts) const;

  // The first position from which `text` may be the beginning of an anchor whose finding would
  // begin there or later; text.size() if there is none.
  std::size_t held_from(const ScanText& text) const;

 private:
  void add(const RuleSpec& spec, std::vector<Anchor>& anchors);
  std::size_t held_by(const ScanText& text, std::size_t at) const;

  std::vector<CompiledRule> rules_;
  std::vector<std::vector<std::uint16_t>> rules_of_;
  std::unique_ptr<AnchorSet> anchors_;
  std::string version_;
};

}  // namespace sekisho::guard
