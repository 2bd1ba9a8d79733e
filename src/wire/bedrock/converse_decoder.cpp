// ConverseStream's events and Converse's whole answers → canonical events.

#include <string>

#include "wire/aws/event_stream.h"
#include "wire/bedrock/converse_answer.h"
#include "wire/bedrock/converse_stop.h"
#include "wire/body_decoder.h"
#include "wire/json_slice.h"
#include "wire/translate.h"

namespace sekisho::wire {
namespace {

using Block = AnswerEvent::Block;

class StreamDecoder final : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    messages_.clear();
    const auto fed = frames_.feed(bytes, messages_);
    for (const aws::EventMessage& message : messages_) {
      if (answer_.failed()) return {};
      TRY_VOID(take(message));
    }
    return answer_.failed() ? Result<void>{} : fed;
  }

  Result<void> finish(std::vector<AnswerEvent>& out) override {
    answer_.write_to(out);
    TRY_VOID(answer_.finish());
    if (!answer_.failed() && !frames_.at_boundary()) return broken_answer("cut inside a frame");
    return {};
  }

 private:
  Result<void> take(const aws::EventMessage& message) {
    const std::string_view type = message.header(":message-type");
    if (type == "error") {
      answer_.error(bedrock::exception_event(message.header(":error-code"),
                                             message.header(":error-message")));
      return {};
    }
    if (const auto parsed = payload_.parse(message.payload); !parsed) {
      return broken_answer(parsed.error().detail);
    }
    const JsonValue payload = payload_.root();
    if (type == "exception") {
      JsonValue text = payload.find("message");
      if (!text.exists()) text = payload.find("Message");
      answer_.error(bedrock::exception_event(message.header(":exception-type"), text.text()));
      return {};
    }
    return event(message.header(":event-type"), payload);
  }

  Result<void> event(std::string_view type, JsonValue payload) {
    const std::int64_t index = payload.find("contentBlockIndex").integer().value_or(0);
    if (type == "contentBlockDelta") return delta(index, payload.find("delta"));
    if (type == "contentBlockStart") return block_start(index, payload.find("start"));
    if (type == "contentBlockStop") answer_.blocks().stop(index);
    if (type == "messageStart") answer_.start();
    if (type == "messageStop") answer_.stop(payload);
    if (type == "metadata") answer_.metadata(payload);
    return {};  // events of a later time are passed over
  }

  Result<void> block_start(std::int64_t index, JsonValue start) {
    answer_.start();
    const JsonValue tool = start.find("toolUse");
    if (tool.exists() && !tool.find("type").exists()) {
      return answer_.blocks().start_tool(index, tool.find("toolUseId").text(),
                                         tool.find("name").text());
    }
    // A tool that ran at the provider, its result, an image: no place in a chat answer.
    if (start.begin() != start.end()) answer_.blocks().ignore(index);
    return {};
  }

  Result<void> delta(std::int64_t index, JsonValue delta) {
    answer_.start();
    auto& blocks = answer_.blocks();
    if (const JsonValue text = delta.find("text"); text.exists()) {
      return blocks.text(index, Block::kText, text.text());
    }
    if (const JsonValue input = delta.find("toolUse").find("input"); input.exists()) {
      return blocks.text(index, Block::kToolCall, input.text());
    }
    const JsonValue reasoning = delta.find("reasoningContent");
    if (const JsonValue text = reasoning.find("text"); text.exists()) {
      return blocks.text(index, Block::kReasoning, text.text());
    }
    if (const JsonValue signature = reasoning.find("signature"); signature.exists()) {
      return blocks.signature(index, signature.text());
    }
    if (const JsonValue data = reasoning.find("redactedContent"); data.exists()) {
      return blocks.text(index, Block::kRedactedReasoning, data.text());
    }
    return {};  // citations and whatever comes later
  }

  aws::EventStreamDecoder frames_;
  std::vector<aws::EventMessage> messages_;
  JsonDocument payload_;
  bedrock::ConverseAnswer answer_;
};

class WholeDecoder final : public BodyDecoder {
  Result<void> read(JsonValue root, std::string_view, std::vector<AnswerEvent>& out) override {
    bedrock::ConverseAnswer answer;
    answer.write_to(out);
    answer.metadata(root);
    const JsonValue content = root.find("output").find("message").find("content");
    if (!content.is(JsonKind::kArray)) return broken_answer("no output.message.content");
    answer.start();
    std::int64_t index = 0;
    for (const JsonValue block : content) {
      TRY_VOID(take(answer.blocks(), index, block));
      answer.blocks().stop(index++);
    }
    answer.stop(root);
    return answer.finish();
  }

 private:
  static Result<void> take(BlockSerialiser& blocks, std::int64_t index, JsonValue block) {
    if (const JsonValue text = block.find("text"); text.exists()) {
      return blocks.text(index, Block::kText, text.text());
    }
    if (const JsonValue tool = block.find("toolUse"); tool.exists()) {
      if (tool.find("type").exists()) return {};
      TRY_VOID(blocks.start_tool(index, tool.find("toolUseId").text(), tool.find("name").text()));
      return blocks.text(index, Block::kToolCall, std::string(tool.find("input").raw()));
    }
    const JsonValue reasoning = block.find("reasoningContent");
    if (const JsonValue data = reasoning.find("redactedContent"); data.exists()) {
      return blocks.text(index, Block::kRedactedReasoning, data.text());
    }
    if (const JsonValue text = reasoning.find("reasoningText"); text.exists()) {
      TRY_VOID(blocks.text(index, Block::kReasoning, text.find("text").text()));
      return blocks.signature(index, text.find("signature").text());
    }
    for (const JsonValue part : block.find("citationsContent").find("content")) {
      TRY_VOID(blocks.text(index, Block::kText, part.find("text").text()));
    }
    return {};
  }
};

}  // namespace

std::unique_ptr<AnswerDecoder> make_converse_decoder(bool stream) {
  if (stream) return std::make_unique<StreamDecoder>();
  return std::make_unique<WholeDecoder>();
}

}  // namespace sekisho::wire
