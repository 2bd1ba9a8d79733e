#pragma once
// What one call can use and cost at most, before anybody is asked: bounds that can be proved from
// the bytes of its request, and the reservation that follows from them. Admission and explain
// reckon with the same functions. Pure, but for looks at the ledger's counters.

#include "gateway/exchange.h"

namespace sekisho::gateway {

// Tokens that providers add around a prompt (tool preamble up to about 700 for Claude, message
// frames): covered by JSON punctuation plus this.
inline constexpr std::int64_t kPromptOverheadTokens = 1024;
// Claude's smallest thinking budget, which must stay below max_tokens.
inline constexpr std::int64_t kLeastThinkingBudget = 1024;

// The beta headers of a request: they change what a prompt may be.
std::string betas_of(const http::Headers& headers);
// The longest prompt that a provider can take of this request; 0 = unknown. The catalogue's window,
// but for what a beta or a price of its own above the window says of longer ones.
std::int64_t longest_prompt(const catalog::ModelGroup& group, std::string_view betas);
// Upper bound of prompt tokens; images count as the model bills them (ModelFacts::image_tokens)
// instead of the bytes of their base64. REQUIRES: `longest` is known if the request has documents.
std::int64_t bound_prompt(const wire::Envelope& envelope, std::string_view body,
                          const Continuation& earlier, const catalog::ModelGroup& group,
                          std::int64_t longest);
// The largest output of one choice that the model can give.
std::int64_t model_output_limit(const catalog::ModelGroup& group);

struct Bounds {
  std::int64_t prompt = 0, output = 0;  // output of all choices
  Money worst;                          // of the dearest deployment
  bool unpriced = false;
};
struct Mode {  // what scales the price of a call, at most
  bool fast = false, us = false;
};
Bounds worst_of_group(const catalog::ModelGroup& group, std::int64_t prompt, std::int64_t output,
                      std::int64_t choices, Mode mode = {});

struct Demand {                      // what a request asks for
  std::int64_t prompt = 0;           // bound
  std::int64_t prompt_estimate = 0;  // a guess, for tokens per minute
  std::optional<std::int64_t> max_tokens;
  std::int64_t choices = 1;
  bool has_thinking_budget = false;
  bool generates = true;  // false: the answer has no tokens (embeddings)
  Mode mode;
};
struct Reservation {  // what is to be reserved for it
  Bounds bounds;
  std::int64_t output = 0;                     // per choice
  std::optional<std::int64_t> lowered_output;  // `output`, where a budget cannot pay for more
  std::int64_t tokens = 0;                     // of the minute
};
// Where the rest of a budget cannot pay for the whole maximum, the maximum is lowered, not below
// the floor. Without a maximum in the request the minute's rest of tokens is taken for the output,
// at least the floor and at most the model's maximum; settling gives back what was not used.
// Refused: a model without a price.
Outcome<Reservation> plan_reservation(const Policy& policy, const KeyPolicy& key,
                                      const catalog::ModelGroup& group,
                                      ledger::LedgerWorker& ledger, const Demand& demand);

}  // namespace sekisho::gateway
