#pragma once
// What a model behind an OpenAI-compatible API takes of the request's settings, told from its
// family and name. Data, in one place; internal to openai_chat. Pure.

#include <cstddef>
#include <string_view>

#include "wire/conversation.h"
#include "wire/translate.h"

namespace sekisho::wire::openai_chat {

inline constexpr std::size_t kToolName = 64;  // ^[a-zA-Z0-9_-]{1,64}$

struct ModelRules {
  std::string_view max_tokens_field;
  std::string_view efforts;  // of reasoning_effort, by rising effort, with spaces between
  bool stop = true;
  bool parallel_choice = true;  // parallel_tool_calls is known
  bool user = true;             // the field of that name is known
  bool short_call_ids = false;  // nine letters or digits
};
ModelRules rules_of(const TargetModel& target, const TranslationSettings& settings);

// The effort that says the wish; "" = leave it to the model. `kept` is false where the wish is to
// switch off what this model cannot switch off.
struct Effort {
  std::string_view word;
  bool kept = true;
};
Effort effort_for(const ReasoningWish& wish, std::string_view efforts);

}  // namespace sekisho::wire::openai_chat
