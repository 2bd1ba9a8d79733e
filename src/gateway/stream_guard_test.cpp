#include "gateway/stream_guard.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "wire/json_text.h"

namespace sekisho::gateway {
namespace {

const std::string kSecret = "AKIA" + std::string("Q3EGRXHSXYZ4TUVW");

std::string chunk(const std::string& text) {
  return R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":)"
         R"([{"index":0,"delta":{"content":")" +
         wire::escape_json(text) + "\"},\"finish_reason\":null}]}\n\n";
}
const std::string kFinish =
    R"(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":)"
    "[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

// Cuts `text` at the given places into deltas.
std::vector<std::string> pieces(const std::string& text, std::vector<std::size_t> cuts) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  std::ranges::sort(cuts);
  for (auto cut : cuts) {
    if (cut <= begin || cut >= text.size()) continue;
    out.push_back(text.substr(begin, cut - begin));
    begin = cut;
  }
  out.push_back(text.substr(begin));
  return out;
}

std::string content_of(const std::string& stream) {
  std::string out;
  constexpr std::string_view kMark = "\"content\":\"";
  for (auto at = stream.find(kMark); at != std::string::npos; at = stream.find(kMark, at)) {
    at += kMark.size();
    auto end = at;
    while (stream[end] != '"') end += stream[end] == '\\' ? 2 : 1;
    out += wire::unescape_json(stream.substr(at, end - at));
  }
  return out;
}

std::string through(const std::vector<std::string>& deltas, guard::Mode mode, bool& blocked) {
  guard::Policy policy;
  policy.fallback = mode;
  RawStreamGuard stream_guard(guard::RuleSet::builtin_secrets(), policy, true);
  auto answer = wire::make_raw_answer(wire::Dialect::kOpenAiChat, true);
  std::string out;
  blocked = false;
  std::vector<wire::RawFrame> frames;
  auto feed = [&](const std::string& bytes) {
    EXPECT_TRUE(answer->feed(bytes, frames));
    blocked = blocked || stream_guard.push(frames, out) != nullptr;
    frames.clear();
  };
  for (const auto& delta : deltas) feed(chunk(delta));
  feed(kFinish);
  EXPECT_TRUE(answer->finish(frames));
  blocked = blocked || stream_guard.push(frames, out) || stream_guard.finish(out);
  return out;
}

TEST(RawStreamGuard, ReadsValuesOfAWholeAnswerWithTheirNames) {
  const std::string word = "Tr0ub4dor" + std::string("Zx91kq");
  RawStreamGuard guard(guard::RuleSet::builtin_secrets(), {}, true);
  auto answer = wire::make_raw_answer(wire::Dialect::kAnthropicMessages, false);
  std::vector<wire::RawFrame> frames;
  EXPECT_TRUE(answer->feed(
      R"({"type":"message","content":[{"type":"tool_use","id":"toolu_1","name":"login",)"
      R"("input":{"user":"eva","password":")" +
          word + R"("}}],"usage":{"input_tokens":1,"output_tokens":1}})",
      frames));
  EXPECT_TRUE(answer->finish(frames));
  std::string out;
  EXPECT_EQ(guard.push(frames, out), nullptr);
  EXPECT_EQ(guard.finish(out), nullptr);
  EXPECT_EQ(out.find(word), std::string::npos) << out;
  EXPECT_NE(out.find(R"("user":"eva","password":"[REDACTED:generic-password]"})"),
            std::string::npos)
      << out;
}

std::string thinking_stream(const std::vector<std::string>& deltas) {
  auto event = [](const std::string& type, const std::string& rest) {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"index\":0" + rest + "}\n\n";
  };
  auto out = event("content_block_start",
                   R"(,"content_block":{"type":"thinking","thinking":"","signature":""})");
  for (const auto& delta : deltas) {
    out += event("content_block_delta",
                 R"(,"delta":{"type":"thinking_delta","thinking":")" + delta + "\"}");
  }
  return out +
         event("content_block_delta", R"(,"delta":{"type":"signature_delta","signature":"c2ln"})") +
         event("content_block_stop", "");
}

std::string through_anthropic(const std::string& bytes, bool stream) {
  RawStreamGuard guard(guard::RuleSet::builtin_secrets(), {}, true);
  auto answer = wire::make_raw_answer(wire::Dialect::kAnthropicMessages, stream);
  std::vector<wire::RawFrame> frames;
  std::string out;
  EXPECT_TRUE(answer->feed(bytes, frames));
  EXPECT_EQ(guard.push(frames, out), nullptr);
  EXPECT_TRUE(answer->finish(frames));
  EXPECT_EQ(guard.push(frames, out), nullptr);
  EXPECT_EQ(guard.finish(out), nullptr);
  return out;
}

TEST(RawStreamGuard, NoSignatureGoesOutWithThinkingThatWasRedacted) {
  auto clean = thinking_stream({"I think ", "so"});
  EXPECT_EQ(through_anthropic(clean, true), clean);
  for (const auto& deltas : std::vector<std::vector<std::string>>{
           {"the key is " + kSecret}, {"it is " + kSecret.substr(0, 9), kSecret.substr(9)}}) {
    auto out = through_anthropic(thinking_stream(deltas), true);
    EXPECT_NE(out.find("[REDACTED:"), std::string::npos) << out;
    EXPECT_NE(out.find(R"({"type":"signature_delta","signature":""})"), std::string::npos) << out;
  }
  auto whole = [](const std::string& text) {
    return R"({"type":"message","content":[{"type":"thinking","thinking":"fine","signature":"b25l"},)"
           R"({"type":"thinking","thinking":")" +
           text + R"(","signature":"c2ln"}],"usage":{"input_tokens":1,"output_tokens":1}})";
  };
  EXPECT_EQ(through_anthropic(whole("fine, too"), false), whole("fine, too"));
  auto out = through_anthropic(whole("key " + kSecret), false);
  EXPECT_NE(out.find("b25l"), std::string::npos) << out;
  EXPECT_EQ(out.find("c2ln"), std::string::npos) << out;
}

TEST(EventGuard, NoSignatureGoesOnWithReasoningThatWasRedacted) {
  using Event = wire::AnswerEvent;
  auto signature_of = [](const std::string& text) {
    EventGuard guard(guard::RuleSet::builtin_secrets(), {}, true);
    std::vector<Event> events(2), out;
    events[0].kind = events[1].kind = Event::Kind::kDelta;
    events[0].block = events[1].block = Event::Block::kReasoning;
    events[0].text = text;
    events[1].signature = "c2ln";
    EXPECT_EQ(guard.push(events, out), nullptr);
    std::string signature;
    for (const auto& event : out) signature += event.signature;
    return signature;
  };
  EXPECT_EQ(signature_of("nothing to hide"), "c2ln");
  EXPECT_EQ(signature_of("the key is " + kSecret), "");
}

TEST(RawStreamGuard, CleanFramesKeepTheirBytes) {
  bool blocked = false;
  EXPECT_EQ(through({"Hello ", "world, ", "this is ", "fine."}, guard::Mode::kRedact, blocked),
            chunk("Hello ") + chunk("world, ") + chunk("this is ") + chunk("fine.") + kFinish);
}

TEST(RawStreamGuard, RedactsWhereverTheStreamIsCut) {
  auto text = "before " + kSecret + " after";
  bool blocked = false;
  auto expected = content_of(through({text}, guard::Mode::kRedact, blocked));
  EXPECT_NE(expected.find("before [REDACTED:"), std::string::npos);
  EXPECT_NE(expected.find(" after"), std::string::npos);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    auto out = through(pieces(text, {cut}), guard::Mode::kRedact, blocked);
    EXPECT_EQ(content_of(out), expected) << cut;
  }
  rc::check([&](const std::vector<std::size_t>& raw) {
    std::vector<std::size_t> cuts;
    for (auto cut : raw) cuts.push_back(cut % text.size());
    bool ignored = false;
    RC_ASSERT(content_of(through(pieces(text, cuts), guard::Mode::kRedact, ignored)) == expected);
  });
}

TEST(RawStreamGuard, RedactsAKeyInANumberedListingWhereverItIsCut) {
  constexpr std::string_view kDigits =
      "q7Rk2LmX9bVt4ZsP1wYd8cNf3hGj6TaE0UuIiOoAa5S+DdFf/GgHhJjKkLlQqWwEe";
  std::string text = "     1→-----BEGIN RSA PRIVATE KEY-----\n";
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < 4; ++i) {
    lines.push_back(std::string(kDigits.substr(i, 64 - i)) + std::string(kDigits.substr(0, i)));
    text += "     " + std::to_string(i + 2) + "→" + lines.back() + "\n";
  }
  text += "     6→-----END RSA PRIVATE KEY-----\n     7→the end\n";
  bool blocked = false;
  const std::string expected = "     1→[REDACTED:private-key]\n     7→the end\n";
  std::vector<std::size_t> each;  // a delta holds whole characters
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    if ((static_cast<unsigned char>(text[cut]) & 0xC0U) != 0x80U) each.push_back(cut);
  }
  for (const auto cut : each) {
    auto out = through(pieces(text, {cut}), guard::Mode::kRedact, blocked);
    ASSERT_EQ(content_of(out), expected) << cut;
  }
  EXPECT_EQ(content_of(through(pieces(text, each), guard::Mode::kRedact, blocked)), expected);
}

TEST(RawStreamGuard, BlockingLetsNothingOfTheSecretOut) {
  auto text = "before " + kSecret + " after";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    bool blocked = false;
    auto out = through(pieces(text, {cut}), guard::Mode::kBlock, blocked);
    EXPECT_TRUE(blocked);
    EXPECT_EQ(content_of(out).find("AKIA"), std::string::npos) << cut;
  }
}

TEST(RawStreamGuard, DetectionChangesNothing) {
  bool blocked = false;
  auto text = "before " + kSecret + " after";
  EXPECT_EQ(content_of(through({text}, guard::Mode::kDetect, blocked)), text);
  EXPECT_FALSE(blocked);
}

TEST(EventGuard, RedactsAcrossDeltasAndKeepsTheOrder) {
  using Kind = wire::AnswerEvent::Kind;
  auto text = "key " + kSecret + " end";
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    EventGuard events(guard::RuleSet::builtin_secrets(), {}, true);
    std::vector<wire::AnswerEvent> in, out;
    auto add = [&](Kind kind, std::string delta = {}) {
      wire::AnswerEvent event;
      event.kind = kind;
      event.text = std::move(delta);
      in.push_back(event);
    };
    add(Kind::kBlockStart);
    add(Kind::kDelta, text.substr(0, cut));
    add(Kind::kUsage);
    add(Kind::kDelta, text.substr(cut));
    add(Kind::kBlockStop);
    add(Kind::kEnd);
    EXPECT_EQ(events.push(in, out), nullptr);
    std::string got;
    for (const auto& event : out) got += event.kind == Kind::kDelta ? event.text : "";
    EXPECT_EQ(got.find("AKIA"), std::string::npos) << cut;
    EXPECT_TRUE(got.starts_with("key [REDACTED:") && got.ends_with(" end")) << got;
    EXPECT_EQ(out.front().kind, Kind::kBlockStart);
    EXPECT_EQ(out.back().kind, Kind::kEnd);
  }
}

}  // namespace
}  // namespace sekisho::gateway
