// Chat completion chunks, and whole completions → canonical events.

#include <string>

#include "base/limits.h"
#include "http/sse.h"
#include "wire/json_slice.h"
#include "wire/openai_chat/answer_builder.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

Failure broken(std::string_view why) {
  return fail(Code::kUpstreamFailed, std::string("the provider's answer: ").append(why));
}

class StreamDecoder final : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    splitter_.feed(bytes);
    while (true) {
      auto event = splitter_.next();
      if (!event) return broken(event.error().detail);
      if (!*event) return {};
      TRY_VOID(take(**event));
    }
  }

  Result<void> finish(std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    auto event = splitter_.finish();
    if (!event) return broken(event.error().detail);
    if (*event) TRY_VOID(take(**event));
    return answer_.finish();
  }

 private:
  Result<void> take(const http::SseEvent& event) {
    if (event.data.empty() || answer_.over()) return {};
    if (event.data == "[DONE]") return answer_.end();
    if (const auto parsed = chunk_.parse(event.data); !parsed) {
      return broken(event.terminated ? std::string_view(parsed.error().detail)
                                     : "cut inside an event");
    }
    return answer_.take(chunk_.root());
  }

  http::SseSplitter splitter_;
  JsonDocument chunk_;
  openai_chat::AnswerBuilder answer_;
};

class WholeDecoder final : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>&) override {
    if (bytes.size() > limits::kResponseBodyBytes - body_.size()) return broken("too large");
    body_ += bytes;
    return {};
  }

  Result<void> finish(std::vector<AnswerEvent>& out) override {
    JsonDocument document;
    if (const auto parsed = document.parse(body_); !parsed) return broken(parsed.error().detail);
    openai_chat::AnswerBuilder answer;
    answer.write_to(out);
    TRY_VOID(answer.take(document.root()));
    return answer.end();
  }

 private:
  std::string body_;
};

}  // namespace

std::unique_ptr<AnswerDecoder> make_chat_decoder(bool stream) {
  if (stream) return std::make_unique<StreamDecoder>();
  return std::make_unique<WholeDecoder>();
}

}  // namespace sekisho::wire
