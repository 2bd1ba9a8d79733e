#pragma once
// Finds all occurrences of many short literals in a text, each once, in order of their start.
// Immutable after construction, shared by all threads.

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "guard/nibble_filter.h"

namespace sekisho::guard {

struct Anchor {
  std::string text;  // lower case if fold_case; at least 3, at most kAnchorBytes bytes
  bool fold_case = false;
};

inline constexpr std::size_t kAnchorBytes = 24;

struct AnchorHit {
  std::size_t start = 0;
  std::uint16_t anchor = 0;  // index in anchors()
  friend auto operator<=>(const AnchorHit&, const AnchorHit&) = default;
};

class AnchorSet {
 public:
  explicit AnchorSet(std::vector<Anchor> anchors,
                     NibbleFilter::Kernel kernel = NibbleFilter::best_kernel());

  const std::vector<Anchor>& anchors() const { return anchors_; }

  // Appends the anchors that lie wholly in `text` and start in [from, to), sorted.
  void find(std::string_view text, std::size_t from, std::size_t to,
            std::vector<AnchorHit>& out) const;

  // Does the text at `at` equal the anchor, or its beginning if the text ends there?
  bool begins_at(std::string_view text, std::size_t at, std::uint16_t anchor) const;

  // Exact for `false`: no anchor has three such first bytes. REQUIRES: three bytes at `at`.
  bool may_begin_at(std::string_view text, std::size_t at) const {
    return beginnings_[slot_of(reinterpret_cast<const unsigned char*>(text.data()) + at)];
  }

  // The anchors whose first byte is `first`.
  const std::vector<std::uint16_t>& starting_with(char first) const {
    return by_first_[static_cast<unsigned char>(first)];
  }

 private:
  static constexpr std::size_t kTableBits = 12;
  static constexpr std::uint16_t kNone = 0xFFFF;

  static std::size_t slot_of(const unsigned char* bytes) {
    const std::uint32_t word = bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U |
                               static_cast<std::uint32_t>(bytes[2]) << 16U | 0x202020U;
    return word * 0x9E3779B1U >> (32U - kTableBits);
  }

  std::vector<Anchor> anchors_;
  std::vector<std::uint8_t> offset_;  // of the fingerprint in its anchor
  std::vector<std::uint16_t> next_;   // chain of anchors in one slot
  std::array<std::uint16_t, 1U << kTableBits> head_;
  std::bitset<1U << kTableBits> beginnings_;
  std::array<std::vector<std::uint16_t>, 256> by_first_;
  std::unique_ptr<NibbleFilter> filter_;
};

}  // namespace sekisho::guard
