#pragma once
// GET /v1/models in the OpenAI or the Anthropic shape (by the client's headers), and LiteLLM's
// GET /model/info as Cline's litellm provider reads it. Only models that the key may use.

#include "gateway/exchange.h"

namespace sekisho::gateway {

io::task<void> answer_models(Exchange& exchange);

std::string models_json(const Policy& policy, const KeyPolicy& key, bool anthropic_shape);
std::string model_info_json(const Policy& policy, const KeyPolicy& key);

}  // namespace sekisho::gateway
