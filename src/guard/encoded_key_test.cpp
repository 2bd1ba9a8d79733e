#include <gtest/gtest.h>

#include <array>

#include "guard/scan_check.h"

namespace sekisho::guard {
namespace {

std::string base64(std::string_view bytes, std::size_t line_bytes = 0) {
  constexpr std::string_view kDigits64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      if (line_bytes > 0 && text.size() % (line_bytes + 1) == line_bytes) text += '\n';
      text += i + k > bytes.size() ? '=' : kDigits64[group >> (18 - 6 * k) & 63U];
    }
  }
  return text;
}

// Whether the decoded key is out of reach once the findings are taken out.
bool hides(const std::string& text, const std::vector<Finding>& found) {
  return !found.empty() && std::ranges::all_of(found, [&](const Finding& f) {
    return rules().rules()[f.rule].id == "base64-provider-key" && f.end <= text.size();
  });
}

TEST(EncodedKey, IsFoundWhereverItStandsInBase64) {
  SampleDrawer drawer(47);
  constexpr std::array<std::string_view, 7> kRules = {
      "anthropic-api-key", "openai-api-key", "aws-access-key-id", "github-fine-grained-token",
      "gitlab-token",      "google-api-key", "slack-token"};
  for (const auto id : kRules) {
    for (std::size_t r = 0; r < rules().rules().size(); ++r) {
      if (rules().rules()[r].id != id) continue;
      for (std::size_t before = 0; before < 6; ++before) {
        std::string key = drawer.draw(spec_of(r)).text;
        const bool known = key.starts_with("sk-ant-api") || key.starts_with("sk-proj-") ||
                           key.starts_with("AKIA") || key.starts_with("github_pat_") ||
                           key.starts_with("glpat-") || key.starts_with("AIza") ||
                           key.starts_with("xoxb-");
        if (!known) continue;
        for (const std::size_t line : {0, 76, 64}) {
          const std::string text =
              "data: " +
              base64("# .env\nXXXXXX" + std::string(before, 'A') + "=" + key + "\n", line) + "\n";
          const auto found = scan(text);
          ASSERT_TRUE(hides(text, found)) << key << '\n' << describe(text, found);
          for (const std::size_t step : {1, 5}) {
            const auto parted = stream_in_steps(text, step);
            ASSERT_EQ(parted.broken, "");
            ASSERT_EQ(parted.found, found) << describe(text, parted.found);
          }
        }
      }
    }
  }
}

TEST(EncodedKey, IsNotSeenInOtherBase64) {
  SampleDrawer drawer(53);
  for (int i = 0; i < 50; ++i) {
    const std::string text = base64(drawer.characters("A-Za-z0-9 \n{}()=;", 4096));
    EXPECT_TRUE(scan(text).empty()) << describe(text, scan(text));
  }
  EXPECT_TRUE(scan(base64("the prefix AKIA and the prefix sk-ant-api03- begin keys")).empty());
}

}  // namespace
}  // namespace sekisho::guard
