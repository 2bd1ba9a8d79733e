#include "guard/anchor_set.h"

#include <algorithm>
#include <cassert>

namespace sekisho::guard {

namespace {

unsigned char fold(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c + 32) : c;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Rarer bytes first: signs and digits over letters, rare letters over common ones.
int commonness(unsigned char c) {
  constexpr std::string_view kCommonLetters = "zqjxkvbywgpfmucdlhrsnioate";
  const auto rank = kCommonLetters.find(static_cast<char>(fold(c)));
  if (rank != std::string_view::npos) return 8 + static_cast<int>(rank);
  return c == ' ' ? 40 : c == '-' ? 9 : 4;
}

std::uint8_t rarest_offset(const Anchor& anchor) {
  const auto* bytes = bytes_of(anchor.text);
  std::size_t best = 0;
  int least = 1 << 30;
  for (std::size_t i = 0; i + NibbleFilter::kWidth <= anchor.text.size(); ++i) {
    // Three dashes or three spaces in a row are an ornament of ordinary text.
    const bool ornament = bytes[i] == bytes[i + 1] && bytes[i] == bytes[i + 2];
    const int cost = commonness(bytes[i]) * commonness(bytes[i + 1]) * commonness(bytes[i + 2]) +
                     (ornament ? 1 << 20 : 0);
    if (cost < least) {
      least = cost;
      best = i;
    }
  }
  return static_cast<std::uint8_t>(best);
}

}  // namespace

AnchorSet::AnchorSet(std::vector<Anchor> anchors, NibbleFilter::Kernel kernel)
    : anchors_(std::move(anchors)) {
  head_.fill(kNone);
  std::vector<Fingerprint> prints;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const Anchor& anchor = anchors_[i];
    assert(anchor.text.size() >= NibbleFilter::kWidth && anchor.text.size() <= kAnchorBytes);
    offset_.push_back(rarest_offset(anchor));
    const auto* print = bytes_of(anchor.text) + offset_.back();
    prints.push_back({{print[0], print[1], print[2]}, anchor.fold_case});
    const std::size_t slot = slot_of(print);
    next_.push_back(head_[slot]);
    head_[slot] = static_cast<std::uint16_t>(i);
    beginnings_.set(slot_of(bytes_of(anchor.text)));
    const auto first = static_cast<unsigned char>(anchor.text[0]);
    by_first_[first].push_back(static_cast<std::uint16_t>(i));
    if (anchor.fold_case && first >= 'a' && first <= 'z') {
      by_first_[first - 32U].push_back(static_cast<std::uint16_t>(i));
    }
  }
  filter_ = std::make_unique<NibbleFilter>(prints, kernel);
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

void AnchorSet::find(std::string_view text, std::size_t from, std::size_t to,
                     std::vector<AnchorHit>& out) const {
  if (text.size() < NibbleFilter::kWidth || from >= to) return;
  const std::size_t first_new = out.size();
  const std::size_t last = std::min(to + kAnchorBytes, text.size() - NibbleFilter::kWidth + 1);
  std::array<std::uint32_t, 256> positions;
  for (std::size_t at = from; at < last;) {
    const std::size_t count = filter_->find(bytes_of(text), at, last, positions);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t position = positions[i];
      for (std::uint16_t a = head_[slot_of(bytes_of(text) + position)]; a != kNone; a = next_[a]) {
        if (position < from + offset_[a]) continue;
        const std::size_t start = position - offset_[a];
        if (start >= to || start + anchors_[a].text.size() > text.size()) continue;
        if (begins_at(text, start, a)) out.push_back({start, a});
      }
    }
  }
  if (out.size() > first_new + 1) {
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(first_new), out.end());
  }
}

}  // namespace sekisho::guard
