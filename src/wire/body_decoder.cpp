#include "wire/body_decoder.h"

#include "base/limits.h"

namespace sekisho::wire {

Failure broken_answer(std::string_view why) {
  return fail(Code::kUpstreamFailed, std::string("the provider's answer: ").append(why));
}

Result<void> BodyDecoder::feed(std::string_view bytes, std::vector<AnswerEvent>&) {
  if (bytes.size() > limits::kResponseBodyBytes - body_.size()) return broken_answer("too large");
  body_ += bytes;
  return {};
}

Result<void> BodyDecoder::finish(std::vector<AnswerEvent>& out) {
  JsonDocument document;
  if (const auto parsed = document.parse(body_); !parsed) {
    return broken_answer(parsed.error().detail);
  }
  return read(document.root(), body_, out);
}

}  // namespace sekisho::wire
