#include "guard/compiled_rules.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cassert>

#include "guard/assignment.h"
#include "guard/following.h"
#include "guard/key_block.h"
#include "guard/token.h"
#include "guard/url_password.h"

namespace sekisho::guard {

namespace {

// Part of the version: raised when scanning itself changes its findings.
constexpr std::string_view kScannerRevision = "4";

class VersionHash {  // FNV-1a
 public:
  void add(std::string_view bytes) {
    for (const char c : bytes) mix(static_cast<unsigned char>(c));
    mix(0xFF);
  }
  std::string hex() const { return fmt::format("{:016x}", value_); }

 private:
  void mix(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001B3ULL; }
  std::uint64_t value_ = 0xCBF29CE484222325ULL;
};

void add_to_version(VersionHash& hash, const RuleSpec& s) {
  for (const auto text : {s.id, s.anchors, s.alphabet, s.pattern, s.broken}) hash.add(text);
  hash.add(fmt::format("{} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(s.shape), s.fold_case,
                       s.min_bytes, s.run_start, s.glued, s.long_run, s.skip, s.mix, s.min_entropy,
                       static_cast<int>(s.check), s.generic));
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find('|', begin), list.size());
    if (end > begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::unique_ptr<RE2> compile(std::string_view pattern) {
  RE2::Options options;
  options.set_longest_match(true);
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  assert(compiled->ok());
  return compiled;
}

}  // namespace

CompiledRule::CompiledRule() = default;
CompiledRule::CompiledRule(CompiledRule&&) noexcept = default;
CompiledRule::~CompiledRule() = default;

CompiledRules::CompiledRules(NibbleFilter::Kernel kernel) {
  std::vector<Anchor> anchors;
  VersionHash hash;
  hash.add(kScannerRevision);
  for (const auto table : {code_hosting_rules(), cloud_rules(), model_provider_rules(),
                           service_rules(), japan_rules(), key_block_rules(), generic_rules()}) {
    for (const RuleSpec& spec : table) {
      add(spec, anchors);
      add_to_version(hash, spec);
    }
  }
  anchors_ = std::make_unique<AnchorSet>(std::move(anchors), kernel);
  version_ = hash.hex();
}

void CompiledRules::add(const RuleSpec& spec, std::vector<Anchor>& anchors) {
  CompiledRule rule;
  rule.spec = &spec;
  rule.alphabet = ByteClass(spec.alphabet);
  if (!spec.pattern.empty()) rule.pattern = compile(spec.pattern);
  if (!spec.broken.empty()) rule.broken = compile(spec.broken);
  const auto index = static_cast<std::uint16_t>(rules_.size());
  rules_.push_back(std::move(rule));
  for (const auto text : split(spec.anchors)) {
    auto known = std::ranges::find_if(anchors, [&](const Anchor& anchor) {
      return anchor.text == text && anchor.fold_case == spec.fold_case;
    });
    if (known == anchors.end()) {
      anchors.push_back({std::string(text), spec.fold_case});
      rules_of_.emplace_back();
      known = anchors.end() - 1;
    }
    rules_of_[static_cast<std::size_t>(known - anchors.begin())].push_back(index);
  }
}

Trial CompiledRules::judge(const ScanText& text, const AnchorHit& hit, std::uint16_t index,
                           ScanCounts& counts) const {
  const CompiledRule& rule = rules_[index];
  const std::size_t bytes = anchor_bytes(hit.anchor);
  switch (rule.spec->shape) {
    case Shape::kToken:
      return judge_token(rule, text, hit, bytes, counts);
    case Shape::kAssignment:
      return judge_assignment(rule, text, hit, bytes, counts);
    case Shape::kUrl:
      return judge_url_password(rule, text, hit, bytes, counts);
    case Shape::kKeyBlock:
      return judge_key_block(rule, text, hit, bytes, counts);
    case Shape::kFollowing:
      return judge_following(rule, text, hit, bytes, counts);
  }
  return Trial::no();
}

// Where the finding of an anchor that may have begun at `at` would begin; text.size() if none.
std::size_t CompiledRules::held_by(const ScanText& text, std::size_t at) const {
  std::size_t held = text.size();
  for (const std::uint16_t anchor : anchors_->starting_with(text[at])) {
    if (anchor_bytes(anchor) <= text.size() - at) continue;
    if (!anchors_->begins_at(text.bytes, at, anchor)) continue;
    for (const std::uint16_t index : rules_of_[anchor]) {
      const CompiledRule& rule = rules_[index];
      const RuleSpec& spec = *rule.spec;
      if (spec.shape != Shape::kToken && spec.shape != Shape::kKeyBlock) continue;
      if (spec.shape == Shape::kToken &&
          !may_start_token(rule, text, at, anchors_->anchors()[anchor].text)) {
        continue;
      }
      held = std::min(held, at + spec.skip);
    }
  }
  return held;
}

std::size_t CompiledRules::held_from(const ScanText& text) const {
  const std::size_t size = text.size();
  std::size_t held = size;
  for (std::size_t at = size - std::min(size, kAnchorBytes - 1); at < size; ++at) {
    const bool may_begin = at + 3 > size || anchors_->may_begin_at(text.bytes, at);
    if (may_begin) held = std::min(held, held_by(text, at));
  }
  return held;
}

}  // namespace sekisho::guard
