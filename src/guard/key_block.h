#pragma once
// Private keys in PEM-like armour, of any length, also with escaped newlines, on one line, or in
// listings, diffs and source text that put something before each line; and other secrets too long
// to be held back whole. A walker goes through the bytes once and says which are certain to belong
// to the secret.

#include <cstddef>
#include <cstdint>

#include "guard/compiled_rules.h"

namespace sekisho::guard {

// A header line (the anchor is its beginning) with a label that the rule wants, followed by key
// material and not by prose or dots.
Trial judge_key_block(const CompiledRule& rule, const ScanText& text, const AnchorHit& hit,
                      std::size_t anchor_bytes, ScanCounts& counts);

// Offsets are those of the text given to walk(); shift() when its front has been dropped.
class BlockWalker {
 public:
  // `certain`: the end of what is known already to belong to the block.
  static BlockWalker armour(std::size_t certain, std::size_t dashes);
  static BlockWalker run(std::size_t certain, const ByteClass* alphabet);

  // Goes on to the end of the text or of the block; true if the block has ended.
  bool walk(const ScanText& text);
  std::size_t certain() const { return certain_; }
  void shift(std::size_t dropped);

 private:
  enum class Trailer : std::uint8_t { kNone, kBlank, kEnd, kLabel, kLastDashes };

  bool step_armour(const ScanText& text, char c);
  bool step_word(const ScanText& text);
  bool step_gap();
  bool step_other(char c);
  bool step_trailer(char c);
  bool start_line();
  bool end_word();

  const ByteClass* alphabet_ = nullptr;  // run; null: armour
  std::size_t at_ = 0, certain_ = 0;
  std::size_t dashes_ = 5;
  std::size_t word_bytes_ = 0, separator_bytes_ = 0, short_words_ = 0;
  bool word_is_number_ = false, after_backslash_ = false;
  // Of the line: before its key material (listings put numbers and names there), and behind it.
  bool in_prefix_ = false, has_word_ = false, has_letters_ = false;
  std::size_t prefix_bytes_ = 0, suffix_bytes_ = 0, idle_lines_ = 0;
  std::size_t dash_run_ = 0;
  Trailer trailer_ = Trailer::kNone;
  std::size_t trailer_bytes_ = 0, trailer_count_ = 0;
};

}  // namespace sekisho::guard
