#include <fmt/format.h>

#include "guard/compiled_rules.h"
#include "guard/guard.h"
#include "guard/scanner.h"

namespace sekisho::guard {

namespace {

class BuiltinSecrets final : public RuleSet {
 public:
  BuiltinSecrets() {
    for (const auto& rule : compiled_.rules()) {
      infos_.push_back({std::string(rule.spec->id), std::string(rule.spec->description)});
    }
    version_ = fmt::format("secrets-{}-{}", infos_.size(), compiled_.version());
  }

  using RuleSet::scan;
  const std::vector<RuleInfo>& rules() const override { return infos_; }
  std::string_view version() const override { return version_; }
  const CompiledRules& compiled() const override { return compiled_; }

  void scan(std::string_view text, std::vector<Finding>& out, ScanCounts& counts) const override {
    Scanner scanner(compiled_);
    scanner.advance({text, true}, 0, out);
    counts += scanner.counts();
  }

 private:
  CompiledRules compiled_;
  std::vector<RuleInfo> infos_;
  std::string version_;
};

}  // namespace

std::shared_ptr<const RuleSet> RuleSet::builtin_secrets() {
  return std::make_shared<const BuiltinSecrets>();
}

ScanCounts& ScanCounts::operator+=(const ScanCounts& other) {
  bytes += other.bytes;
  anchors += other.anchors;
  patterns_run += other.patterns_run;
  bytes_judged += other.bytes_judged;
  findings += other.findings;
  return *this;
}

}  // namespace sekisho::guard
