#pragma once
// Guardrails on text. A RuleSet is immutable, compiled once, shared by all workers. Scanning whole
// texts and scanning streams give the same findings for every split of the same text (property
// test). Findings name a rule and a byte range of the DECODED text; they never carry the text.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sekisho::guard {

enum class Mode : std::uint8_t { kOff, kDetect, kRedact, kBlock };

struct Finding {
  std::uint16_t rule = 0;          // index in RuleSet::rules()
  std::size_t begin = 0, end = 0;  // the secret value itself
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct RuleInfo {
  std::string id;           // "aws-access-key-id"
  std::string description;  // for people
};

// What a scan has cost and covered; "not scanned" is never shown as clean.
struct ScanCounts {
  std::uint64_t bytes = 0;         // bytes of text looked at
  std::uint64_t anchors = 0;       // places where a literal of a rule stands
  std::uint64_t patterns_run = 0;  // regular expressions and value checks run there
  std::uint64_t bytes_judged = 0;  // bytes given to those
  std::uint64_t findings = 0;

  ScanCounts& operator+=(const ScanCounts& other);
  friend bool operator==(const ScanCounts&, const ScanCounts&) = default;
};

class CompiledRules;

class RuleSet {
 public:
  // The built-in secret rules. Thread-safe afterwards.
  static std::shared_ptr<const RuleSet> builtin_secrets();
  virtual ~RuleSet() = default;
  virtual const std::vector<RuleInfo>& rules() const = 0;
  virtual std::string_view version() const = 0;  // changes with any rule
  // Appends findings in `text`, sorted by begin, not overlapping. Where secrets overlap they
  // become one finding that covers both, under the rule that knows the provider, else the longest.
  // Secrets longer than 1,024 bytes (keys in armour, long tokens) come as several findings that
  // touch each other, so that a stream need not hold them back.
  virtual void scan(std::string_view text, std::vector<Finding>& out, ScanCounts& counts) const = 0;
  void scan(std::string_view text, std::vector<Finding>& out) const {
    ScanCounts counts;
    scan(text, out, counts);
  }
  virtual const CompiledRules& compiled() const = 0;
};

// One logical text that arrives in pieces. Offsets count from the first byte of that text.
// Holds back only what may still become (part of) a finding; memory is bounded.
class TextWindow {
 public:
  explicit TextWindow(std::shared_ptr<const RuleSet> rules);
  ~TextWindow();
  TextWindow(TextWindow&&) noexcept;
  TextWindow& operator=(TextWindow&&) noexcept;

  // Appends findings that became certain, each wholly below clear_until() or ending at it.
  void push(std::string_view piece, std::vector<Finding>& out);
  // No more text: everything becomes clear.
  void finish(std::vector<Finding>& out);
  // Bytes [0, clear_until()) are decided: nothing reported later begins before it.
  std::size_t clear_until() const;
  std::size_t received() const;
  const ScanCounts& counts() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// The placeholder that stands for a redacted value: deterministic (prompt caches stay valid), no
// JSON escapes needed, names the rule: "[REDACTED:aws-access-key-id]".
std::string placeholder(const RuleInfo& rule);

// Replaces each finding by its placeholder; findings of one rule that touch share one.
// REQUIRES: findings sorted and not overlapping, as scan() leaves them.
std::string redact(std::string_view text, const std::vector<Finding>& findings,
                   const RuleSet& rules);

// The operator's choice per rule; `fallback` for rules not named.
struct Policy {
  Mode fallback = Mode::kRedact;
  std::vector<std::pair<std::string, Mode>> rules;
  Mode mode_of(const RuleInfo& rule) const;
  // False if every rule is off: there is nothing to scan for.
  bool is_on() const;
};

// What was scanned for, for records: the version of the rules, and which of them were off:
// "secrets-70-0123…", "secrets-70-0123… without jwt, url-password", "secrets-70-0123… only jwt".
std::string name_of_rules(const RuleSet& rules, const Policy& policy);

}  // namespace sekisho::guard
