#pragma once
// Output guardrails on answers that are still arriving. Both forms hold back only what may still
// become a finding, per logical text field; both give the same text for every split of the stream.
//
// RawStreamGuard: frames of the client's own dialect. Frames stay the provider's bytes unless a
// redaction falls into their text.
// EventGuard: canonical events between a decoder and an encoder.
//
// When a rule in mode "block" fires, push/finish return it and nothing held is released.

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "guard/guard.h"
#include "trace/trace.h"
#include "wire/answer.h"
#include "wire/raw_answer.h"

namespace sekisho::gateway {

// One text field under inspection: its window and the findings that are certain.
class GuardedText {
 public:
  GuardedText(const std::shared_ptr<const guard::RuleSet>& rules, const guard::Policy& policy,
              std::vector<trace::VerdictRecord>& records);
  // Each returns the rule that blocks, or null.
  const guard::RuleInfo* push(std::string_view text);
  const guard::RuleInfo* finish();
  std::size_t clear_until() const { return finished_ ? received_ : window_.clear_until(); }
  std::size_t received() const { return received_; }
  // Whether it goes out with a redaction, as far as it is clear.
  bool redacts() const { return !redactions_.empty(); }
  // `text` spans [begin, begin + text.size()) of this field, all of it clear. True if a redaction
  // changes it; then `out` is the new text.
  bool rewrite(std::size_t begin, std::string_view text, std::string& out) const;

 private:
  const guard::RuleInfo* take(const std::vector<guard::Finding>& found);
  const guard::RuleSet& rules_;
  const guard::Policy& policy_;
  std::vector<trace::VerdictRecord>& records_;
  guard::TextWindow window_;
  std::vector<guard::Finding> scratch_, redactions_;
  std::size_t received_ = 0;
  bool finished_ = false;
};

class RawStreamGuard {
 public:
  // Without `inspect` frames pass at once and scanned() stays -1.
  RawStreamGuard(std::shared_ptr<const guard::RuleSet> rules, const guard::Policy& policy,
                 bool inspect);
  ~RawStreamGuard();
  // Consumes `frames`, appends what may go out to `out`.
  const guard::RuleInfo* push(std::vector<wire::RawFrame>& frames, std::string& out);
  const guard::RuleInfo* finish(std::string& out);
  std::int64_t scanned() const { return inspect_ ? scanned_ : -1; }
  const std::vector<trace::VerdictRecord>& records() const { return records_; }
  bool holding() const { return !held_.empty(); }

 private:
  struct Piece {
    GuardedText* field;
    std::size_t begin, end;
    std::string text;  // decoded
  };
  struct Signature {  // of the text of `field` up to `end`; it does not go out with another one
    GuardedText* field;
    std::size_t end;
    wire::FrameText text;
  };
  struct Held {
    wire::RawFrame frame;
    std::vector<Piece> pieces;
    std::vector<Signature> signatures;
  };
  const guard::RuleInfo* take(wire::RawFrame frame, std::string& out);
  const guard::RuleInfo* finish_fields();
  void release(std::string& out);
  static bool is_clear(const Held& held);
  static void emit(Held& held, std::string& out);

  std::shared_ptr<const guard::RuleSet> rules_;
  guard::Policy policy_;
  bool inspect_;
  std::int64_t scanned_ = 0;
  std::vector<trace::VerdictRecord> records_;
  std::unordered_map<std::uint32_t, std::unique_ptr<GuardedText>> fields_;
  std::vector<std::unique_ptr<GuardedText>> ended_;  // still named by held frames
  std::deque<Held> held_;
};

class EventGuard {
 public:
  EventGuard(std::shared_ptr<const guard::RuleSet> rules, const guard::Policy& policy,
             bool inspect);
  ~EventGuard();
  // Consumes `events`, appends those that may go on to `out`.
  const guard::RuleInfo* push(std::vector<wire::AnswerEvent>& events,
                              std::vector<wire::AnswerEvent>& out);
  std::int64_t scanned() const { return inspect_ ? scanned_ : -1; }
  const std::vector<trace::VerdictRecord>& records() const { return records_; }

 private:
  const guard::RuleInfo* take(wire::AnswerEvent& event, std::vector<wire::AnswerEvent>& out);
  void flush(std::vector<wire::AnswerEvent>& out);

  std::shared_ptr<const guard::RuleSet> rules_;
  guard::Policy policy_;
  bool inspect_;
  std::int64_t scanned_ = 0;
  std::vector<trace::VerdictRecord> records_;
  std::unique_ptr<GuardedText> field_;  // of the open block
  wire::AnswerEvent shape_;             // a delta of the open block, without text
  std::string pending_;                 // text received and not yet released
  std::size_t released_ = 0;
};

}  // namespace sekisho::gateway
