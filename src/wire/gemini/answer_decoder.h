#pragma once
// Gemini's chunks (server-sent events) and whole answers → canonical events.

#include <memory>

#include "wire/answer.h"

namespace sekisho::wire::gemini {

std::unique_ptr<AnswerDecoder> make_answer_decoder(bool stream);

}  // namespace sekisho::wire::gemini
