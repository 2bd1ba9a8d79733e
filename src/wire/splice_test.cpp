#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "wire/envelope.h"
#include "wire/random_json_test.h"

namespace sekisho::wire {
namespace {

std::string spliced(std::string_view body, std::vector<SpanEdit> edits) {
  SplicedBody out(body, std::move(edits));
  EXPECT_EQ(out.str().size(), out.size());
  return out.str();
}

Envelope chat(std::string_view body) {
  return *parse_envelope(Dialect::kOpenAiChat, body);
}

}  // namespace

TEST(Splice, ReplacesInsertsAndKeepsTheRest) {
  EXPECT_EQ(spliced("0123456789", {}), "0123456789");
  EXPECT_EQ(spliced("0123456789", {{{8, 10}, "Z"}, {{0, 0}, "A"}, {{3, 5}, ""}}), "A012567Z");
  EXPECT_EQ(spliced("0123", {{{2, 3}, "y"}, {{2, 2}, "a"}, {{2, 2}, "b"}}), "01aby3");
  EXPECT_EQ(spliced("0123456789", {{{2, 6}, "x"}, {{4, 8}, "y"}}), "01xy89");
  EXPECT_EQ(spliced("0123456789", {{{4, 5}, "y"}, {{3, 3}, "i"}, {{2, 6}, ""}}), "016789");
}

TEST(Splice, PiecesSurviveAMove) {
  SplicedBody a("0123", {{{1, 2}, "x"}});
  SplicedBody b(std::move(a));
  EXPECT_EQ(b.str(), "0x23");
}

TEST(Edits, MaximumIsReplacedEverywhereOrAdded) {
  auto edited = [](std::string_view body) {
    std::vector<SpanEdit> edits;
    edit_max_tokens(chat(body), body, "max_tokens", 7, edits);
    return spliced(body, edits);
  };
  EXPECT_EQ(edited(R"({"model":"m","max_tokens":100,"messages":[],"max_completion_tokens":9})"),
            R"({"model":"m","max_tokens":7,"messages":[],"max_completion_tokens":7})");
  EXPECT_EQ(edited(R"({"model":"m","max_tokens":null,"messages":[]})"),
            R"({"model":"m","max_tokens":7,"messages":[]})");
  EXPECT_EQ(edited(R"( { "model":"m","messages":[]})"),
            R"( {"max_tokens":7, "model":"m","messages":[]})");
}

TEST(Edits, ALoneMaximumIsRenamed) {
  auto edited = [](std::string_view body) {
    std::vector<SpanEdit> edits;
    rename_max_tokens(chat(body), body, edits);
    return spliced(body, edits);
  };
  EXPECT_EQ(edited(R"({"model":"m","max_tokens" : 100,"messages":[]})"),
            R"({"model":"m","max_completion_tokens" : 100,"messages":[]})");
  EXPECT_EQ(edited(R"({"model":"m","max\u005ftokens":null,"messages":[]})"),
            R"({"model":"m","max_completion_tokens":null,"messages":[]})");
  for (std::string_view body :
       {R"({"model":"m","max_completion_tokens":9,"messages":[]})",
        R"({"max_tokens":1,"max_completion_tokens":9,"model":"m","messages":[]})",
        R"({"model":"max_tokens","messages":[]})"}) {
    EXPECT_EQ(edited(body), body);
  }
}

TEST(Edits, MembersForAGatewayLeaveWithOneComma) {
  auto edited = [](std::string_view body) {
    std::vector<SpanEdit> edits;
    edit_gateway_members(chat(body), body, edits);
    std::string out = spliced(body, edits);
    EXPECT_TRUE(chat(out).gateway_members.empty()) << out;
    return out;
  };
  const std::string rest = R"("model":"m","messages":[])";
  const std::string a = R"("litellm_session_id" : "cline-1")", b = R"("drop_params":true)",
                    c = R"("tags":["x", {"y":1}])";
  EXPECT_EQ(edited("{" + rest + "}"), "{" + rest + "}");
  EXPECT_EQ(edited("{" + rest + "," + a + "}"), "{" + rest + "}");
  EXPECT_EQ(edited("{ " + a + " , " + rest + "}"), "{  " + rest + "}");
  EXPECT_EQ(edited("{" + a + "," + b + "," + rest + " ,\n " + c + " }"), "{" + rest + "  }");
  EXPECT_EQ(edited("{" + a + R"(,"model":"m",)" + b + "," + c + R"(,"messages":[]})"),
            "{" + rest + "}");
  EXPECT_EQ(edited(R"({"model":"m",)" + a + R"(,"n":1,)" + b + R"(,"messages":[]})"),
            R"({"model":"m","n":1,"messages":[]})");
}

TEST(Edits, ARedactionInAMemberThatLeavesLeavesToo) {
  const std::string body = R"({"model":"m","tags":["a SECRET b"],"messages":[]})";
  std::vector<SpanEdit> edits;
  const auto at = static_cast<std::uint32_t>(body.find("SECRET"));
  edits.push_back({{at, at + 6}, "[REDACTED]"});
  edit_gateway_members(chat(body), body, edits);
  EXPECT_EQ(spliced(body, edits), R"({"model":"m","messages":[]})");
}

TEST(Edits, UsageIsAskedForInEveryShape) {
  auto edited = [](std::string_view options) {
    std::string body = R"({"model":"m","messages":[])" + std::string(options) + "}";
    std::vector<SpanEdit> edits;
    edit_include_usage(chat(body), body, edits);
    std::string out = spliced(body, edits);
    EXPECT_TRUE(chat(out).include_usage) << out;
    return out;
  };
  EXPECT_EQ(edited(""), R"({"stream_options":{"include_usage":true},"model":"m","messages":[]})");
  edited(R"(,"stream_options":null)");
  edited(R"(,"stream_options":{ })");
  edited(R"(,"stream_options":{"x":1})");
  edited(R"(,"stream_options":{"include_usage":false})");
  edited(R"(,"stream_options":{"include_usage":null,"x":1})");
  EXPECT_EQ(edited(R"(,"stream_options":{"include_usage":true})"),
            R"({"model":"m","messages":[],"stream_options":{"include_usage":true}})");
}

// The law of faithful bytes: what is outside the listed spans is the client's, to the byte.
TEST(Splice, ChangesNothingButTheListedSpans) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    RandomJson random(seed);
    bool anthropic = random.chance(50);
    auto dialect = anthropic ? Dialect::kAnthropicMessages : Dialect::kOpenAiChat;
    std::vector<std::string> messages;
    for (auto n = random.below(5); n > 0; --n) messages.push_back(random.message(anthropic));
    std::string body = random.body(anthropic, messages);
    auto envelope = parse_envelope(dialect, body);
    RC_ASSERT(envelope.has_value());

    std::vector<SpanEdit> edits;
    edit_model(*envelope, "another/model", edits);
    edit_max_tokens(*envelope, body, "max_tokens", 123, edits);
    for (const TextBlock& block : envelope->blocks) {
      if (random.chance(20)) edits.push_back({block.raw, "[REDACTED:rule]"});
    }
    std::string out = SplicedBody(body, edits).str();

    auto after = parse_envelope(dialect, out);
    RC_ASSERT(after.has_value());
    RC_ASSERT(after->model_name == "another/model");
    RC_ASSERT(after->max_tokens == 123);
    // Put the client's bytes back, from the last to the first: the body is whole again.
    std::ranges::sort(edits, {}, [](const SpanEdit& e) { return e.where.begin; });
    std::size_t shift = 0;
    std::string back;
    std::size_t from = 0;
    for (const SpanEdit& edit : edits) {
      std::size_t at = edit.where.begin + shift;
      back += out.substr(from, at - from);
      RC_ASSERT(out.substr(at, edit.replacement.size()) == edit.replacement);
      back += edit.where.of(body);
      from = at + edit.replacement.size();
      shift += edit.replacement.size() - edit.where.size();
    }
    back += out.substr(from);
    RC_ASSERT(back == body);
  }));
}

}  // namespace sekisho::wire
