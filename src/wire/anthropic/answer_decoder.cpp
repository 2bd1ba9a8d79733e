#include "wire/anthropic/answer_decoder.h"

#include <string>

#include "http/sse.h"
#include "wire/anthropic/answer_reading.h"
#include "wire/body_decoder.h"

namespace sekisho::wire::anthropic {
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
    if (ended_ || answer_.failed()) return {};
    return broken_answer("it ended before its end");
  }

 private:
  Result<void> take(const http::SseEvent& event) {
    if (ended_ || answer_.failed()) return {};
    if (event.data.empty()) {
      return http::is_event_stream(event.raw) ? Result<void>{} : broken_answer("no event stream");
    }
    if (const auto parsed = json_.parse(event.data); !parsed) {
      return broken_answer(event.terminated ? parsed.error().detail : "it ended inside an event");
    }
    const JsonValue root = json_.root();
    const JsonValue type = root.find("type");
    const std::int64_t index = root.find("index").integer().value_or(0);
    if (type.equals("content_block_delta")) return answer_.block_delta(index, root.find("delta"));
    if (type.equals("content_block_start")) {
      return answer_.block_start(index, root.find("content_block"));
    }
    if (type.equals("content_block_stop")) return answer_.block_stop(index);
    if (type.equals("message_start")) return message_start(root.find("message"));
    if (type.equals("message_delta")) return message_delta(root);
    if (type.equals("message_stop")) {
      ended_ = true;
      return answer_.end();
    }
    if (type.equals("error") || event.name == "error") {
      answer_.error(root.find("error"), event.data);
    }
    return {};  // pings, and events of a later time
  }

  Result<void> message_start(JsonValue message) {
    answer_.start();
    TRY_VOID(answer_.usage(message));
    answer_.early_usage();
    return {};
  }

  Result<void> message_delta(JsonValue event) {
    answer_.start();
    answer_.stop(event.find("delta"));
    TRY_VOID(answer_.usage(event));
    answer_.early_usage();  // the end may never come
    return {};
  }

  http::SseSplitter splitter_;
  JsonDocument json_;
  AnswerReading answer_;
  bool ended_ = false;
};

class WholeDecoder final : public BodyDecoder {
  Result<void> read(JsonValue root, std::string_view body, std::vector<AnswerEvent>& out) override {
    AnswerReading answer;
    answer.write_to(out);
    if (root.find("error").has_value()) {
      answer.error(root.find("error"), body);
      return {};
    }
    const JsonValue content = root.find("content");
    if (!content.is(JsonKind::kArray)) return broken_answer("no content");
    std::int64_t index = 0;
    for (const JsonValue block : content) {
      TRY_VOID(answer.block_start(index, block));
      TRY_VOID(answer.block_stop(index++));
    }
    TRY_VOID(answer.usage(root));
    answer.stop(root);
    return answer.end();
  }
};

}  // namespace

std::unique_ptr<AnswerDecoder> make_answer_decoder(bool stream) {
  if (stream) return std::make_unique<StreamDecoder>();
  return std::make_unique<WholeDecoder>();
}

}  // namespace sekisho::wire::anthropic
