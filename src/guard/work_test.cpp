// The work of a scan is linear in the text, also where the text is made to cost much. Counted, not
// timed: bytes that judges went through, patterns run.
#include <gtest/gtest.h>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

constexpr std::size_t kTextBytes = 12 * 1024;
// Of the rules that share an anchor (eight for sk-) each may look; an agent's ordinary text takes
// less than one byte per byte.
constexpr double kJudgedPerByte = 30;
// A piece of one byte may have open questions looked at again.
constexpr std::size_t kStreamBytes = 2 * 1024;
constexpr std::size_t kHandMade = 16;
constexpr double kJudgedPerPush = 200;

std::string repeat(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

std::vector<std::string> costly_pieces() {
  std::vector<std::string> pieces = {"a",
                                     "A",
                                     "=",
                                     "-",
                                     " ",
                                     "\n",
                                     "%3D",
                                     ".",
                                     "://a:",
                                     "://a:b@",
                                     "password='",
                                     "secret='secret=\"",
                                     "token=「",
                                     "api_key,",
                                     "-----BEGIN PRIVATE KEY-----\nA: ",
                                     "---- BEGIN RSA PRIVATE KEY ----\nA: b\nA: b\n"};
  for (const auto& rule : rules().compiled().rules()) {
    std::string_view anchors = rule.spec->anchors;
    while (!anchors.empty()) {
      const std::string anchor(anchors.substr(0, anchors.find('|')));
      anchors.remove_prefix(std::min(anchors.size(), anchor.size() + 1));
      std::string upper = anchor;
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      for (const std::string_view end : {"", "=", ":", "->", " ", "%3D", "=a1;", ":a1,", "\\n",
                                         "\n", "A1b2", "=A1b2C3d4E5f6", " | ", "(\"", "=\"a"}) {
        pieces.push_back(anchor + std::string(end));
        if (rule.spec->fold_case) pieces.push_back(upper + std::string(end));
        pieces.push_back(std::string(end) + anchor);
      }
    }
  }
  return pieces;
}

struct Worst {
  double judged = 0;  // bytes per byte of text
  std::string piece;

  void take(const ScanCounts& counts, const std::string& of) {
    const double share =
        static_cast<double>(counts.bytes_judged) / static_cast<double>(counts.bytes);
    if (share > judged) *this = {share, of};
  }
};

TEST(Work, IsLinearWhateverTheTextIs) {
  Worst worst;
  for (const auto& piece : costly_pieces()) {
    std::vector<Finding> found;
    ScanCounts counts;
    rules().scan(repeat(piece, kTextBytes), found, counts);
    worst.take(counts, piece);
  }
  std::printf("most bytes judged per byte, whole text: %.1f (%s)\n", worst.judged,
              worst.piece.c_str());
  EXPECT_LE(worst.judged, kJudgedPerByte) << worst.piece;
}

TEST(Work, IsLinearInPiecesToo) {
  Worst worst;
  const auto pieces = costly_pieces();
  for (std::size_t i = 0; i < pieces.size(); i += i < kHandMade ? 1 : 7) {
    const std::string& piece = pieces[i];
    const std::string text = repeat(piece, kStreamBytes);
    TextWindow window(shared_rules());
    std::vector<Finding> found;
    for (std::size_t at = 0; at < text.size(); ++at) window.push({&text[at], 1}, found);
    worst.take(window.counts(), piece);
  }
  std::printf("most bytes judged per byte, byte by byte: %.1f (%s)\n", worst.judged,
              worst.piece.c_str());
  EXPECT_LE(worst.judged, kJudgedPerPush) << worst.piece;
}

}  // namespace
}  // namespace sekisho::guard
