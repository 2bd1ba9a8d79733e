#pragma once
// For tests: the built-in rules, the findings of a whole text, and of the same text in pieces
// while the promises of guard.h are checked at each piece.

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/compiled_rules.h"
#include "guard/guard.h"
#include "guard/rule_sample.h"
#include "guard/scan_text.h"

namespace sekisho::guard {

inline const std::shared_ptr<const RuleSet>& shared_rules() {
  static const auto set = RuleSet::builtin_secrets();
  return set;
}

inline const RuleSet& rules() {
  return *shared_rules();
}

inline const RuleSpec& spec_of(std::size_t rule) {
  return *rules().compiled().rules()[rule].spec;
}

inline std::vector<Finding> scan(std::string_view text) {
  std::vector<Finding> found;
  rules().scan(text, found);
  return found;
}

inline std::string describe(std::string_view text, const std::vector<Finding>& found) {
  std::string list = fmt::format("in: {}\n", text);
  for (const auto& f : found) {
    list += fmt::format("  {} [{}, {}) {}\n", rules().rules()[f.rule].id, f.begin, f.end,
                        text.substr(f.begin, f.end - f.begin));
  }
  return list;
}

// The most that a window may hold back: a cluster of overlapping secrets and an open question.
inline constexpr std::size_t kHoldBytes = 5 * kTokenBytes + kSegmentBytes;

// What a stream shows: its findings, the most it held back, and the first promise it broke.
struct Streamed {
  std::vector<Finding> found;
  std::size_t most_held = 0;
  std::size_t held_sum = 0;  // over all pieces
  std::string broken;        // empty if none
};

class StreamChecker {
 public:
  void push(std::string_view piece) {
    pushed_ += piece.size();
    window_.push(piece, seen_.found);
    check();
    const std::size_t held = pushed_ - clear_;
    seen_.most_held = std::max(seen_.most_held, held);
    seen_.held_sum += held;
  }
  Streamed finish() {
    window_.finish(seen_.found);
    check();
    if (clear_ != pushed_) broken("the end leaves bytes undecided");
    return std::move(seen_);
  }

 private:
  void broken(std::string_view what) {
    if (seen_.broken.empty()) seen_.broken = fmt::format("{} at byte {}", what, pushed_);
  }
  void check() {
    const std::size_t clear = window_.clear_until();
    if (window_.received() != pushed_) broken("received() is wrong");
    if (window_.counts().bytes != pushed_) broken("bytes scanned is not bytes received");
    if (window_.counts().findings != seen_.found.size()) broken("findings are miscounted");
    if (clear < clear_) broken("clear_until() went back");
    if (clear > pushed_) broken("clear_until() is beyond the text");
    for (; reported_ < seen_.found.size(); ++reported_) {
      const Finding& f = seen_.found[reported_];
      if (f.begin >= f.end) broken("an empty finding");
      if (f.begin < clear_) broken("a finding begins in bytes that were clear");
      if (f.end > clear) broken("a finding ends in bytes that are not clear");
      if (reported_ > 0 && f.begin < seen_.found[reported_ - 1].end) broken("findings overlap");
    }
    clear_ = clear;
  }

  TextWindow window_{shared_rules()};
  Streamed seen_;
  std::size_t pushed_ = 0, clear_ = 0, reported_ = 0;
};

// `cuts`: ascending offsets at which the text is parted.
inline Streamed stream(std::string_view text, std::span<const std::size_t> cuts) {
  StreamChecker checker;
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    checker.push(std::string(text.substr(at, cut - at)));  // dies after its turn
    at = cut;
  }
  checker.push(text.substr(at));
  return checker.finish();
}

inline Streamed stream_in_steps(std::string_view text, std::size_t step) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = step; at < text.size(); at += step) cuts.push_back(at);
  return stream(text, cuts);
}

}  // namespace sekisho::guard
