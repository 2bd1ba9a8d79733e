#pragma once
// OpenAI's smaller APIs: embeddings and the older completions. Requests are checked as the real
// service checks them; an embedding is made from its text, so that equal texts have equal vectors.
// Errors: kInvalidArgument, kNotFound (model), in OpenAI's wording.

#include <string>
#include <vector>

#include "base/result.h"
#include "sim/json.h"
#include "sim/prompt.h"
#include "sim/provider.h"

namespace sekisho::sim {

Result<Prompt> read_embeddings(const Json& body);
std::string embeddings_answer(const Job& job);

Result<Prompt> read_completions(const Json& body);
std::string completions_answer(const Job& job);
std::vector<Piece> completions_stream(const Job& job);

}  // namespace sekisho::sim
