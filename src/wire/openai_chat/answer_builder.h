#pragma once
// What the two shapes of a chat completion (chunks, whole) share: the first choice's pieces →
// events in the canonical order. Text and reasoning pass at once; calls one after the other, the
// first as it comes, each further one when the answer ends, because pieces of several may be mixed.
// Internal to openai_chat.

#include <optional>
#include <string>
#include <vector>

#include "wire/answer.h"
#include "wire/block_serialiser.h"
#include "wire/json_slice.h"
#include "wire/openai_chat/call_pieces.h"

namespace sekisho::wire::openai_chat {

class AnswerBuilder {
 public:
  void write_to(std::vector<AnswerEvent>& out);
  bool over() const { return over_; }  // kEnd or kError is out

  // A chunk or a whole completion; errors are a broken upstream.
  Result<void> take(JsonValue root);
  // [DONE], or the end of a whole body.
  Result<void> end();
  // The upstream ended; one that had told its finish may leave [DONE] out.
  Result<void> finish();

 private:
  Result<void> choice(JsonValue choice);
  Result<void> message(JsonValue message);
  Result<void> content(JsonValue content);
  Result<void> text(AnswerEvent::Block kind, std::string text);
  Result<void> call(JsonValue call);
  Result<void> begin(CallPieces::Call& call);
  void read_usage(JsonValue usage);
  void error(JsonValue root);
  void emit_stop();
  void emit_usage(bool final);

  std::vector<AnswerEvent>* out_ = nullptr;
  BlockSerialiser blocks_;
  CallPieces calls_;
  std::int64_t next_block_ = 0;
  std::optional<AnswerEvent::Block> open_text_;  // the kind of the block that text goes on in
  std::string id_, finish_reason_, tier_;
  std::optional<Usage> usage_;
  bool usage_whole_ = false;
  bool started_ = false, refused_ = false, over_ = false;
};

}  // namespace sekisho::wire::openai_chat
