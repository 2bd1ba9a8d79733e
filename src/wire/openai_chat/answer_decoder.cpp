// Chat completion chunks, and whole completions → canonical events.

#include <string>

#include "http/sse.h"
#include "wire/body_decoder.h"
#include "wire/json_slice.h"
#include "wire/openai_chat/answer_builder.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

class StreamDecoder final : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    splitter_.feed(bytes);
    while (true) {
      auto event = splitter_.next();
      if (!event) return broken_answer(event.error().detail);
      if (!*event) return {};
      TRY_VOID(take(**event));
    }
  }

  Result<void> finish(std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    auto event = splitter_.finish();
    if (!event) return broken_answer(event.error().detail);
    if (*event) TRY_VOID(take(**event));
    return answer_.finish();
  }

 private:
  Result<void> take(const http::SseEvent& event) {
    if (event.data.empty() || answer_.over()) return {};
    if (event.data == "[DONE]") return answer_.end();
    if (const auto parsed = chunk_.parse(event.data); !parsed) {
      return broken_answer(event.terminated ? std::string_view(parsed.error().detail)
                                            : "cut inside an event");
    }
    return answer_.take(chunk_.root());
  }

  http::SseSplitter splitter_;
  JsonDocument chunk_;
  openai_chat::AnswerBuilder answer_;
};

class WholeDecoder final : public BodyDecoder {
  Result<void> read(JsonValue root, std::string_view, std::vector<AnswerEvent>& out) override {
    openai_chat::AnswerBuilder answer;
    answer.write_to(out);
    TRY_VOID(answer.take(root));
    return answer.end();
  }
};

}  // namespace

std::unique_ptr<AnswerDecoder> make_chat_decoder(bool stream) {
  if (stream) return std::make_unique<StreamDecoder>();
  return std::make_unique<WholeDecoder>();
}

}  // namespace sekisho::wire
