#pragma once
// Finds all occurrences of many short literals in a text, each once, in order of their start.
// Immutable after construction, shared by all threads.

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guard/fingerprint_plan.h"
#include "guard/nibble_filter.h"

namespace sekisho::guard {

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

  static std::size_t slot_of(const unsigned char* bytes) {
    const std::uint32_t word = bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8U |
                               static_cast<std::uint32_t>(bytes[2]) << 16U | 0x202020U;
    return word * 0x9E3779B1U >> (32U - kTableBits);
  }

  // Some bits of eight bytes.
  struct Bits {
    std::uint64_t value = 0, mask = 0;
    bool agrees(std::uint64_t word) const { return (word & mask) == value; }
  };
  struct Member {
    Bits beginning;           // of the anchor
    std::uint8_t offset = 0;  // of the fingerprint in its anchor
    std::uint16_t anchor = 0;
  };
  // Anchors whose fingerprints fall into one slot: members_[first, last). All agree with `print` at
  // the fingerprint's position.
  struct Group {
    Bits print;
    std::uint16_t first = 0, last = 0;
  };

  static Bits bits_of(const Anchor& anchor, std::size_t offset);
  void group(const std::vector<std::uint8_t>& offsets);
  std::size_t keep_likely(std::string_view text, std::span<std::uint32_t> positions) const;
  const Group& group_at(std::string_view text, std::size_t at) const {
    return groups_[group_of_[slot_of(reinterpret_cast<const unsigned char*>(text.data()) + at)]];
  }

  std::vector<Anchor> anchors_;
  std::vector<Member> members_;
  std::vector<Group> groups_;  // the first one has no members and agrees with no text
  std::array<std::uint16_t, 1U << kTableBits> group_of_{};
  std::bitset<1U << kTableBits> beginnings_;
  std::array<std::vector<std::uint16_t>, 256> by_first_;
  std::unique_ptr<NibbleFilter> filter_;
};

}  // namespace sekisho::guard
