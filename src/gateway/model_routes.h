#pragma once
// GET /v1/models and /v1/models/{name} in the OpenAI or the Anthropic shape (by the client's
// headers), LiteLLM's GET /model/info as Cline's litellm provider reads it, and its GET
// /model_group/info (one row for all deployments, at the dearest price). Only models that the key
// may use. HEAD is answered as GET, without the body.

#include "gateway/exchange.h"

namespace sekisho::gateway {

io::task<void> answer_models(Exchange& exchange);
// 405 for a data path that does not take the method.
io::task<void> refuse_method(Exchange& exchange);

std::string models_json(const Policy& policy, const KeyPolicy& key, wire::Dialect shape);
std::string model_info_json(const Policy& policy, const KeyPolicy& key);
std::string model_group_info_json(const Policy& policy, const KeyPolicy& key);

}  // namespace sekisho::gateway
