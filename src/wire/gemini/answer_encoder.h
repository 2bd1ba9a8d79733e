#pragma once
// Canonical events → Gemini's answer: chunks as server-sent events, the same chunks as the elements
// of one JSON array (AnswerEncoding::json_array), or one whole object.

#include <memory>

#include "wire/answer.h"
#include "wire/translate.h"

namespace sekisho::wire::gemini {

std::unique_ptr<AnswerEncoder> make_answer_encoder(AnswerEncoding encoding);

}  // namespace sekisho::wire::gemini
