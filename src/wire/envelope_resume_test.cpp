// A resumed walk gives what a full walk gives: envelope or error, for bodies that grew as agents'
// bodies grow and for bodies changed anywhere.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "wire/envelope.h"
#include "wire/random_json_test.h"

namespace sekisho::wire {
namespace {

std::size_t same_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::size_t same_suffix(std::string_view a, std::string_view b, std::size_t prefix) {
  std::size_t n = 0, most = std::min(a.size(), b.size()) - prefix;
  while (n < most && a[a.size() - 1 - n] == b[b.size() - 1 - n]) ++n;
  return n;
}

void expect_same(const Envelope& earlier, std::string_view old_body, std::string_view body) {
  auto full = parse_envelope(earlier.dialect, body);
  std::size_t prefix = same_prefix(old_body, body);
  RC_ASSERT((resume_envelope(earlier, prefix, body) == full));
  RC_ASSERT((resume_envelope(earlier, prefix, body, same_suffix(old_body, body, prefix)) == full));
  RC_ASSERT((resume_envelope(earlier, prefix / 2, body) == full));
  RC_ASSERT((resume_envelope(earlier, 0, body) == full));
}

}  // namespace

TEST(ResumeEnvelope, EqualsAFullWalkWhenAConversationGrows) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    bool anthropic = random.chance(50);
    auto dialect = anthropic ? Dialect::kAnthropicMessages : Dialect::kOpenAiChat;
    std::vector<std::string> messages;
    for (auto n = 1 + random.below(6); n > 0; --n) messages.push_back(random.message(anthropic));
    const auto again = random.below(~0ULL);
    auto body = [&] { return RandomJson(again).body(anthropic, messages); };
    std::string old_body = body();
    auto earlier = parse_envelope(dialect, old_body);
    RC_ASSERT(earlier.has_value());
    for (int turn = 0; turn < 4; ++turn) {
      if (random.chance(80)) {
        messages.push_back(random.message(anthropic));
      } else {
        messages[random.below(messages.size())] = random.message(anthropic);
      }
      std::string grown = body();
      expect_same(*earlier, old_body, grown);
      earlier = parse_envelope(dialect, grown);
      RC_ASSERT(earlier.has_value());
      old_body = grown;
    }
  }));
}

TEST(ResumeEnvelope, EqualsAFullWalkAfterAnyChange) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    bool anthropic = random.chance(50);
    std::vector<std::string> messages;
    for (auto n = 1 + random.below(6); n > 0; --n) messages.push_back(random.message(anthropic));
    std::string old_body = random.body(anthropic, messages);
    auto earlier =
        parse_envelope(anthropic ? Dialect::kAnthropicMessages : Dialect::kOpenAiChat, old_body);
    RC_ASSERT(earlier.has_value());
    for (int i = 0; i < 20; ++i) expect_same(*earlier, old_body, random.mutate(old_body));
  }));
}

TEST(ResumeEnvelope, SkipsNeitherDuplicatesNorFieldsBehindTheMessages) {
  std::string a = R"({"model":"m","messages":[{"role":"user"},{"role":"user"}]})";
  std::string b = R"({"model":"m","messages":[{"role":"user"},{"role":"user"}],"model":"other"})";
  auto earlier = parse_envelope(Dialect::kOpenAiChat, a);
  ASSERT_TRUE(earlier);
  auto resumed = resume_envelope(*earlier, a.size() - 1, b);
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().detail, "duplicate key \"model\" at byte 59");
}

}  // namespace sekisho::wire
