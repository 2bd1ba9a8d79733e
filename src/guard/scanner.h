#pragma once
// Goes through one text, whole or in pieces, and reports each finding once it is certain.
//
// Invariants: (1) an anchor is judged as soon as it is complete and again until the answer no
// longer depends on bytes to come; (2) findings are published only below the first byte that an
// open question could still claim; (3) published findings never overlap. One owner, one thread.

#include <cstddef>
#include <optional>
#include <vector>

#include "guard/compiled_rules.h"
#include "guard/key_block.h"

namespace sekisho::guard {

class Scanner {
 public:
  explicit Scanner(const CompiledRules& rules) : rules_(rules) {}

  // `text` is what is left of the text since the last drop(), grown at its end. Findings are
  // appended with `base` added to their offsets.
  void advance(const ScanText& text, std::size_t base, std::vector<Finding>& out);

  // Bytes below this are decided.
  std::size_t clear() const { return clear_; }
  // Bytes at the front of the text that are not needed any more.
  std::size_t droppable() const;
  void drop(std::size_t bytes);

  const ScanCounts& counts() const { return counts_; }

 private:
  struct Question {  // an anchor and a rule that cannot answer yet
    AnchorHit hit;
    std::uint16_t rule = 0;
    Trial trial;
  };
  struct Claim {                                // an accepted secret that is not published yet
    std::size_t begin = 0, end = 0, bytes = 0;  // bytes: of the longest secret in it
    std::uint16_t rule = 0;
    bool block = false;  // part of a block: nothing merges with it
  };
  struct OpenBlock {
    std::uint16_t rule = 0;
    std::size_t segment = 0;  // begin of the first part that is not claimed yet
    BlockWalker walker;
  };

  void ask(const ScanText& text, const AnchorHit& hit, std::uint16_t rule);
  void ask_again(const ScanText& text);
  bool still_waits(const ScanText& text, Question& question) const;
  void answer(const ScanText& text, const AnchorHit& hit, std::uint16_t rule, const Trial& trial);
  void open_block(const AnchorHit& hit, std::uint16_t rule, const Trial& trial);
  bool walk_block(const ScanText& text);
  void search(const ScanText& text);
  std::size_t first_open(const ScanText& text) const;
  void publish(std::size_t open, std::size_t base, std::vector<Finding>& out);
  bool is_better(const Claim& one, const Claim& other) const;
  std::size_t take_cluster(std::size_t first, Claim& merged);

  const CompiledRules& rules_;
  ScanCounts counts_;
  std::vector<AnchorHit> hits_;
  std::vector<Question> questions_;
  std::vector<Claim> claims_;
  std::optional<OpenBlock> block_;
  std::size_t searched_ = 0;  // anchors that end here or before have been judged
  std::size_t start_ = 0;     // anchors that start before are inside a block
  std::size_t published_ = 0, clear_ = 0, size_ = 0;
};

}  // namespace sekisho::guard
