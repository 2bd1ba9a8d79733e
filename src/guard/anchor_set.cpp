#include "guard/anchor_set.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace sekisho::guard {

namespace {

unsigned char fold(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

constexpr std::size_t kWord = sizeof(std::uint64_t);

// REQUIRES: eight bytes at `at`.
std::uint64_t load8(std::string_view text, std::size_t at) {
  std::uint64_t word;
  std::memcpy(&word, text.data() + at, kWord);
  return word;
}

// The end of a text, for words that begin within it.
class PaddedEnd {
 public:
  explicit PaddedEnd(std::string_view text)
      : begin_(text.size() - std::min(text.size(), kWord - 1)) {
    std::memcpy(bytes_.data(), text.data() + begin_, text.size() - begin_);
  }
  bool covers(std::size_t at) const { return at >= begin_; }
  std::uint64_t load(std::size_t at) const {
    std::uint64_t word;
    std::memcpy(&word, bytes_.data() + (at - begin_), kWord);
    return word;
  }

 private:
  std::size_t begin_;
  std::array<char, 2 * kWord> bytes_{};
};

}  // namespace

AnchorSet::AnchorSet(std::vector<Anchor> anchors, NibbleFilter::Kernel kernel)
    : anchors_(std::move(anchors)) {
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const Anchor& anchor = anchors_[i];
    assert(anchor.text.size() >= NibbleFilter::kWidth && anchor.text.size() <= kAnchorBytes);
    beginnings_.set(slot_of(bytes_of(anchor.text)));
    const auto first = static_cast<unsigned char>(anchor.text[0]);
    by_first_[first].push_back(static_cast<std::uint16_t>(i));
    if (anchor.fold_case && first >= 'a' && first <= 'z') {
      by_first_[first - 32U].push_back(static_cast<std::uint16_t>(i));
    }
  }
  const FingerprintPlan plan = plan_fingerprints(anchors_);
  group(plan.offset);
  filter_ = std::make_unique<NibbleFilter>(plan.buckets, kernel);
}

AnchorSet::Bits AnchorSet::bits_of(const Anchor& anchor, std::size_t offset) {
  const auto bytes = std::string_view(anchor.text).substr(offset, kWord);
  Bits bits;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool either_case = anchor.fold_case && bytes[i] >= 'a' && bytes[i] <= 'z';
    bits.mask |= std::uint64_t{either_case ? 0xDFU : 0xFFU} << (8 * i);
    bits.value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  bits.value &= bits.mask;
  return bits;
}

void AnchorSet::group(const std::vector<std::uint8_t>& offsets) {
  std::array<std::vector<std::uint16_t>, 1U << kTableBits> slots;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    slots[slot_of(bytes_of(anchors_[i].text) + offsets[i])].push_back(
        static_cast<std::uint16_t>(i));
  }
  groups_.push_back({{~std::uint64_t{0}, 0}, 0, 0});
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot].empty()) continue;
    Group one{bits_of(anchors_[slots[slot][0]], offsets[slots[slot][0]]),
              static_cast<std::uint16_t>(members_.size()), 0};
    for (const std::uint16_t i : slots[slot]) {
      const Bits print = bits_of(anchors_[i], offsets[i]);
      one.print.mask &= print.mask & ~(print.value ^ one.print.value);
      one.print.value &= one.print.mask;
      members_.push_back({bits_of(anchors_[i], 0), offsets[i], i});
    }
    one.last = static_cast<std::uint16_t>(members_.size());
    group_of_[slot] = static_cast<std::uint16_t>(groups_.size());
    groups_.push_back(one);
  }
}

bool AnchorSet::begins_at(std::string_view text, std::size_t at, std::uint16_t index) const {
  const Anchor& anchor = anchors_[index];
  const std::size_t count = std::min(anchor.text.size(), text.size() - at);
  const auto* have = bytes_of(text) + at;
  const auto* want = bytes_of(anchor.text);
  for (std::size_t i = 0; i < count; ++i) {
    if ((anchor.fold_case ? fold(have[i]) : have[i]) != want[i]) return false;
  }
  return true;
}

// Moves the positions at which a member of the group may stand to the front, without a branch: of
// those that the filter lets pass one in five does, and nobody could foretell which.
std::size_t AnchorSet::keep_likely(std::string_view text,
                                   std::span<std::uint32_t> positions) const {
  const PaddedEnd end(text);
  std::size_t inner = positions.size();
  while (inner > 0 && end.covers(positions[inner - 1])) --inner;
  std::size_t kept = 0;
  for (const std::uint32_t position : positions.first(inner)) {
    positions[kept] = position;
    kept += group_at(text, position).print.agrees(load8(text, position)) ? 1 : 0;
  }
  for (const std::uint32_t position : positions.subspan(inner)) {
    if (group_at(text, position).print.agrees(end.load(position))) positions[kept++] = position;
  }
  return kept;
}

void AnchorSet::find(std::string_view text, std::size_t from, std::size_t to,
                     std::vector<AnchorHit>& out) const {
  if (text.size() < NibbleFilter::kWidth || from >= to) return;
  const std::size_t first_new = out.size();
  const std::size_t last = std::min(to + kAnchorBytes, text.size() - NibbleFilter::kWidth + 1);
  std::array<std::uint32_t, 512> positions;
  for (std::size_t at = from; at < last;) {
    const std::size_t passed = filter_->find(bytes_of(text), at, last, positions);
    const std::size_t likely = keep_likely(text, std::span(positions).first(passed));
    for (const std::size_t position : std::span(positions).first(likely)) {
      const Group& group = group_at(text, position);
      for (std::size_t m = group.first; m < group.last; ++m) {
        const Member& member = members_[m];
        const std::size_t start = position - member.offset;
        if (position < from + member.offset || start >= to) continue;
        if (start + kWord <= text.size() && !member.beginning.agrees(load8(text, start))) continue;
        if (start + anchors_[member.anchor].text.size() > text.size()) continue;
        if (begins_at(text, start, member.anchor)) out.push_back({start, member.anchor});
      }
    }
  }
  if (out.size() > first_new + 1) {
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first_new), out.end());
  }
}

}  // namespace sekisho::guard
