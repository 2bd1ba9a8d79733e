#pragma once
// What OpenAI's embeddings and completions read: a string, an array of strings, tokens, or an array
// of token arrays. Each becomes one block of the prompt. Error: kInvalidArgument, naming `member`.

#include <string>

#include "base/result.h"
#include "sim/json.h"
#include "sim/prompt.h"

namespace sekisho::sim {

Result<void> read_token_input(const Json& input, const std::string& member, Prompt& prompt);

}  // namespace sekisho::sim
