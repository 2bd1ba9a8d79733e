#include <algorithm>

#include "guard/guard.h"

namespace sekisho::guard {

std::string placeholder(const RuleInfo& rule) {
  return "[REDACTED:" + rule.id + "]";
}

std::string redact(std::string_view text, const std::vector<Finding>& findings,
                   const RuleSet& rules) {
  std::string clean;
  clean.reserve(text.size());
  std::size_t at = 0;
  const Finding* previous = nullptr;
  for (const Finding& finding : findings) {
    const bool continues =
        previous != nullptr && previous->end == finding.begin && previous->rule == finding.rule;
    clean.append(text.substr(at, finding.begin - at));
    if (!continues) clean.append(placeholder(rules.rules()[finding.rule]));
    at = finding.end;
    previous = &finding;
  }
  clean.append(text.substr(at));
  return clean;
}

Mode Policy::mode_of(const RuleInfo& rule) const {
  const auto named =
      std::ranges::find_if(rules, [&](const auto& entry) { return entry.first == rule.id; });
  return named == rules.end() ? fallback : named->second;
}

bool Policy::is_on() const {
  return fallback != Mode::kOff ||
         std::ranges::any_of(rules, [](const auto& entry) { return entry.second != Mode::kOff; });
}

std::string name_of_rules(const RuleSet& rules, const Policy& policy) {
  std::string name(rules.version());
  const bool all_but = policy.fallback != Mode::kOff;
  std::string_view before = all_but ? " without " : " only ";
  for (const auto& [id, mode] : policy.rules) {
    if ((mode == Mode::kOff) != all_but) continue;
    name.append(before).append(id);
    before = ", ";
  }
  return name;
}

}  // namespace sekisho::guard
