#pragma once
// Admission: may this key use this model, and can every budget and limit above it bear the worst
// case? The worst case is provable: prompt tokens are bounded by bytes (byte-level tokenisers give
// at most one token per byte), or for a conversation that goes on by what the provider measured for
// the earlier turn plus the bytes that are new; output is bounded by max_tokens. Where the rest of
// a budget cannot pay for the whole maximum, the maximum is lowered, not below the floor.

#include "gateway/exchange.h"

namespace sekisho::gateway {

// Tokens that providers add around a prompt (tool preamble up to about 700 for Claude, message
// frames): covered by JSON punctuation plus this.
inline constexpr std::int64_t kPromptOverheadTokens = 1024;
// No provider here bills more for one image (Claude up to about 4,800 on the newest models, GPT and
// Nova less); used instead of the bytes of its base64.
inline constexpr std::int64_t kImageTokens = 6000;

// Upper bound of prompt tokens.
std::int64_t bound_prompt(const wire::Envelope& envelope, std::size_t body_size,
                          const Continuation& earlier, ModelId model, std::int64_t context_window);
// A guess, for tokens per minute and for bills without usage.
std::int64_t estimate_prompt(const Exchange& exchange);

// Sets exchange.model. Unknown names are refused with the nearest name that the key may use.
Outcome<void> authorise_model(Exchange& exchange);

struct Bounds {
  std::int64_t prompt = 0, output = 0;  // output of all choices
  Money worst;                          // of the dearest deployment
  bool unpriced = false;
};
struct Mode {  // what of a request scales the price
  bool fast = false, us = false;
};
Bounds worst_of_group(const catalog::ModelGroup& group, std::int64_t prompt, std::int64_t output,
                      std::int64_t choices, Mode mode = {});

// Reserves at every level; may lower the output bound.
Outcome<void> admit(Exchange& exchange);

// The refusal for a limit that `denied` names.
wire::Refusal refusal_of(const ledger::Denied& denied, const KeyPolicy& key);

}  // namespace sekisho::gateway
