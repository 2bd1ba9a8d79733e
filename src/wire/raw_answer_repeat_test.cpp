#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "wire/raw_answer_testing.h"

namespace sekisho::wire {
namespace {

using testing::read;

// Events that differ from the one before in one string alone are read by a shorter way; a comment
// in between takes every event the long way.
TEST(RawAnswer, TheShortWayGivesWhatTheLongWayGives) {
  const std::vector<std::string> chat_events{
      R"({"id":"c","choices":[{"index":0,"delta":{"content":"@"},"finish_reason":null}]})",
      R"({"id":"c","choices":[{"index":1,"delta":{"content":"@"},"finish_reason":null}]})",
      R"({"id":"c","choices":[{"index":0,"delta":{"reasoning":"@"}}],"usage":{"total_tokens":1}})",
      R"({"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"function":)"
      R"({"arguments":"@"}}]}}]})",
      R"({"id":"c","choices":[{"index":1,"delta":{"content":"@"},"finish_reason":"stop"}]})",
      R"({"x":"@","error":{"message":"@"}})"};
  const std::vector<std::string> anthropic_events{
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@"}})",
      R"({"type":"content_block_delta","index":1,"delta":{"partial_json":"@"}})",
      R"({"type":"content_block_start","index":1,"content_block":{"type":"x","input":{"a":"@"}}})",
      R"({"type":"content_block_stop","index":1,"note":"@"})",
      R"({"type":"message_delta","delta":{"stop_reason":"@"},"usage":{"output_tokens":3}})"};
  const std::vector<std::string> contents{"a",           "word ",        "",
                                          R"(\n\u00e9)", R"(say \"@\")", R"("},"x":{"y":")",
                                          R"(\ud800)",   "\xff",         "日本"};
  rc::check([&] {
    bool is_chat = *rc::gen::arbitrary<bool>();
    const auto& shapes = is_chat ? chat_events : anthropic_events;
    std::string plain, commented;
    for (int left = *rc::gen::inRange(1, 30); left > 0; --left) {
      // Mostly the usual event, again and again.
      auto shape = *rc::gen::weightedOneOf<std::size_t>(
          {{3, rc::gen::just<std::size_t>(0)},
           {2, rc::gen::inRange<std::size_t>(0, shapes.size())}});
      auto usual = *rc::gen::inRange<std::size_t>(0, 60);
      std::string event = shapes[shape];
      event.replace(event.find('@'), 1, contents[usual < contents.size() ? usual : usual % 2]);
      auto line = "data: " + event + (*rc::gen::inRange(0, 20) == 0 ? "\r\n\r\n" : "\n\n");
      plain += line;
      commented += ": -\n\n" + line;
    }
    auto dialect = is_chat ? Dialect::kOpenAiChat : Dialect::kAnthropicMessages;
    auto a = read(dialect, true, plain, *rc::gen::inRange<std::size_t>(1, 400));
    auto b = read(dialect, true, commented);
    std::erase_if(b.frames, [](const RawFrame& frame) { return frame.bytes == ": -\n\n"; });
    RC_ASSERT(a.frames == b.frames);
    RC_ASSERT(a.error == b.error);
    RC_ASSERT(a.answer->usage() == b.answer->usage());
    RC_ASSERT(a.answer->complete() == b.answer->complete());
    RC_ASSERT(a.answer->output_bytes() == b.answer->output_bytes());
    RC_ASSERT(a.answer->stop_reason() == b.answer->stop_reason());
  });
}

}  // namespace
}  // namespace sekisho::wire
