// The vector filter and what follows it, against the plain search for each anchor.
#include "guard/anchor_set.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

constexpr std::array kKernels = {NibbleFilter::Kernel::kScalar, NibbleFilter::Kernel::kSsse3,
                                 NibbleFilter::Kernel::kAvx2};

std::vector<AnchorHit> plain_search(const AnchorSet& set, std::string_view text, std::size_t from,
                                    std::size_t to) {
  std::vector<AnchorHit> hits;
  for (std::size_t at = from; at < to; ++at) {
    for (std::uint16_t a = 0; a < set.anchors().size(); ++a) {
      if (at + set.anchors()[a].text.size() > text.size()) continue;
      if (set.begins_at(text, at, a)) hits.push_back({at, a});
    }
  }
  return hits;
}

// Anchors in either case, pieces of them, and bytes that resemble theirs.
std::string draw_text(SampleDrawer& drawer, const AnchorSet& set) {
  std::string text;
  for (std::size_t n = drawer.below(20); n > 0; --n) {
    std::string piece = set.anchors()[drawer.below(set.anchors().size())].text;
    switch (drawer.below(5)) {
      case 0:
        piece.resize(drawer.below(piece.size() + 1));
        break;
      case 1:
        for (char& c : piece) c = c >= 'a' && c <= 'z' && drawer.below(2) == 0 ? c - 32 : c;
        break;
      case 2:
        piece[drawer.below(piece.size())] ^= static_cast<char>(1U << drawer.below(8));
        break;
      case 3:
        piece += drawer.characters("!-~", drawer.below(150));
        break;
      default:
        break;
    }
    text += piece;
  }
  return text;
}

TEST(AnchorSet, FindsWhatAPlainSearchFindsOnEveryKernel) {
  for (const auto kernel : kKernels) {
    if (kernel > NibbleFilter::best_kernel()) continue;
    const AnchorSet set(rules().compiled().anchors().anchors(), kernel);
    SampleDrawer drawer(31);
    for (int i = 0; i < 300; ++i) {
      const std::string text = draw_text(drawer, set);
      const std::size_t from = drawer.below(text.size() + 1);
      const std::size_t to = from + drawer.below(text.size() - from + 1);
      std::vector<AnchorHit> hits;
      set.find(text, from, to, hits);
      ASSERT_EQ(hits, plain_search(set, text, from, to)) << "kernel " << static_cast<int>(kernel);
    }
  }
}

// A stretch that passes at each position fills the list of positions more than once.
TEST(AnchorSet, FindsThemInARowWithoutEnd) {
  const AnchorSet& set = rules().compiled().anchors();
  for (const std::string_view piece : {"sk-", "token", "SK0", "://"}) {
    std::string text;
    while (text.size() < 8192) text += piece;
    std::vector<AnchorHit> hits;
    set.find(text, 0, text.size(), hits);
    ASSERT_EQ(hits, plain_search(set, text, 0, text.size())) << piece;
  }
}

}  // namespace
}  // namespace sekisho::guard
