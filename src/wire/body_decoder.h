#pragma once
// A provider's whole answer is gathered, bounded, and read at its end; the dialects say how. Also
// the error that every decoder gives for an answer that it cannot read. Internal to the dialects.

#include <string>
#include <string_view>

#include "wire/answer.h"
#include "wire/json_slice.h"

namespace sekisho::wire {

Failure broken_answer(std::string_view why);

class BodyDecoder : public AnswerDecoder {
 public:
  Result<void> feed(std::string_view bytes, std::vector<AnswerEvent>& out) final;
  Result<void> finish(std::vector<AnswerEvent>& out) final;

 protected:
  // `body` is the text that `root` was parsed from.
  virtual Result<void> read(JsonValue root, std::string_view body,
                            std::vector<AnswerEvent>& out) = 0;

 private:
  std::string body_;
};

}  // namespace sekisho::wire
