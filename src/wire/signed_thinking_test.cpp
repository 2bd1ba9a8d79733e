#include "wire/signed_thinking.h"

#include <gtest/gtest.h>

namespace sekisho::wire {
namespace {

const std::string kSigned = R"({"type":"thinking","thinking":"plan A","signature":"c2ln"})";
const std::string kUnsigned = R"({"type":"thinking","thinking":"plan B","signature":""})";
const std::string kCall = R"({"type":"tool_use","id":"toolu_1","name":"run","input":{}})";
const std::string kText = R"({"type":"text","text":"well"})";

std::string body_of(const std::string& first, const std::string& last,
                    const std::string& more = R"(,"thinking":{"type":"enabled"})") {
  auto turn = [](const std::string& parts) {
    return R"({"role":"assistant","content":[)" + parts + "]}";
  };
  return R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"go"},)" +
         turn(first) + R"(,{"role":"user","content":"plan B is not thinking here"},)" + turn(last) +
         R"(,{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1"}]}])" + more +
         "}";
}

struct Edited {
  std::string body;
  bool last_is_lost = false;
};

// Redacts `word` in the assistant's thinking, wherever it stands.
Edited edited(const std::string& body, const std::string& word = "") {
  auto envelope = *parse_envelope(Dialect::kAnthropicMessages, body);
  std::vector<SpanEdit> edits;
  for (auto at = body.find("\"thinking\":\"" + word); !word.empty() && at != body.npos;
       at = body.find("\"thinking\":\"" + word, at + 1)) {
    auto begin = static_cast<std::uint32_t>(at + 12);
    edits.push_back({{begin, begin + static_cast<std::uint32_t>(word.size())}, "[REDACTED:x]"});
  }
  auto thinking = edit_thinking(envelope, body, edits);
  edits.insert(edits.end(), thinking.edits.begin(), thinking.edits.end());
  return {SplicedBody(body, std::move(edits)).str(), thinking.last_is_lost};
}

TEST(SignedThinking, GoesWhereItIsNotAsItWasSigned) {
  auto out = edited(body_of(kSigned + "," + kText, kSigned + "," + kCall), "plan A");
  EXPECT_EQ(out.body, body_of(kText, kCall));
  EXPECT_TRUE(out.last_is_lost);
  out = edited(body_of(kUnsigned + ", " + kText, kSigned + "," + kCall));
  EXPECT_EQ(out.body, body_of(" " + kText, kSigned + "," + kCall));
  EXPECT_FALSE(out.last_is_lost);
}

TEST(SignedThinking, StaysWhereNothingTouchesIt) {
  auto body = body_of(kSigned + "," + kText, kSigned + "," + kCall);
  EXPECT_EQ(edited(body).body, body);
  EXPECT_EQ(edited(body, "no such plan").body, body);
}

TEST(SignedThinking, LeavesNoMessageEmpty) {
  auto out = edited(body_of(kUnsigned + "," + kUnsigned, kText));
  EXPECT_EQ(out.body, body_of(R"({"type":"text","text":"[thinking left out]"})", kText));
  EXPECT_FALSE(out.last_is_lost);
  EXPECT_TRUE(parse_envelope(Dialect::kAnthropicMessages, out.body));
}

TEST(SignedThinking, OneThatStaysIsEnoughBeforeACall) {
  auto out = edited(body_of(kText, kUnsigned + "," + kSigned + "," + kCall));
  EXPECT_FALSE(out.last_is_lost);
  out = edited(body_of(kText, kUnsigned + "," + kCall + "," + kSigned));
  EXPECT_TRUE(out.last_is_lost);
}

TEST(SignedThinking, IsTurnedOffOnce) {
  for (const char* on : {R"(,"thinking" : {"type":"enabled","budget_tokens":2000})",
                         R"(,"thinking":{"type":"adaptive"},"context_management":)"
                         R"({"edits":[{"type":"clear_thinking_20251015","keep":"all"}]})"}) {
    auto body = body_of(kText, kText, on);
    std::vector<SpanEdit> edits;
    EXPECT_TRUE(edit_thinking_off(*parse_envelope(Dialect::kAnthropicMessages, body), body, edits));
    auto off = SplicedBody(body, edits).str();
    EXPECT_NE(off.find(R"({"type":"disabled"})"), off.npos) << off;
    EXPECT_EQ(off.find("clear_thinking"), off.npos) << off;
    edits.clear();
    EXPECT_FALSE(edit_thinking_off(*parse_envelope(Dialect::kAnthropicMessages, off), off, edits));
  }
  std::vector<SpanEdit> edits;
  auto without = body_of(kText, kText, "");
  EXPECT_FALSE(
      edit_thinking_off(*parse_envelope(Dialect::kAnthropicMessages, without), without, edits));
}

}  // namespace
}  // namespace sekisho::wire
