#include <algorithm>

#include "sim/membership.h"
#include "sim/models.h"
#include "sim/openai_other.h"
#include "sim/token_input.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kMembers[] = {"model",
                                         "prompt",
                                         "best_of",
                                         "echo",
                                         "frequency_penalty",
                                         "logit_bias",
                                         "logprobs",
                                         "n",
                                         "presence_penalty",
                                         "seed",
                                         "stop",
                                         "stream",
                                         "suffix",
                                         "top_p",
                                         "stream_options",
                                         "user",
                                         "max_tokens",
                                         "temperature"};
constexpr std::int64_t kUsualMaximum = 16;

Failure refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<void> read_options(const Json& body, const Model& model, Prompt& prompt) {
  prompt.stream = body["stream"].as_bool();
  if (body.has("stream_options") && !body["stream_options"].is_null()) {
    if (!prompt.stream) {
      return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
    }
    prompt.include_usage = body.at("stream_options", "include_usage").as_bool();
  }
  if (body["echo"].as_bool()) return refuse("'echo' is not simulated.");
  const Json& maximum = body["max_tokens"];
  prompt.max_tokens = maximum.int_or(kUsualMaximum);
  if (prompt.max_tokens < 1 || prompt.max_tokens > model.max_output) {
    return refuse("Invalid 'max_tokens': integer out of range.");
  }
  const Json& stop = body["stop"];
  if (stop.is_string()) prompt.stop_sequences.push_back(stop.text());
  for (const Json& word : stop.items()) prompt.stop_sequences.push_back(word.text());
  if (prompt.stop_sequences.size() > 4) return refuse("Invalid 'stop': array too long.");
  return {};
}

Result<void> read_choices(const Json& body, Prompt& prompt) {
  const std::int64_t n = body["n"].int_or(1), best_of = body["best_of"].int_or(n);
  if (n < 1 || n > 128) return refuse("Invalid 'n': integer out of range.");
  if (best_of < n || best_of > 20) return refuse("Invalid 'best_of': must not be less than n.");
  if (best_of > n && prompt.stream) return refuse("'best_of' is not compatible with 'stream'.");
  const auto prompts = static_cast<std::int64_t>(prompt.blocks.size());
  prompt.choices = best_of * prompts;
  prompt.given_choices = n * prompts;
  return {};
}

// Where a scenario may stand.
void note_turns(const Json& input, Prompt& prompt) {
  Turn& turn = prompt.turn(false);
  turn.text += input.text();
  for (const Json& one : input.items()) turn.text += one.is_string() ? one.text() : "";
}

std::string_view finish_reason(Stop stop) {
  if (stop == Stop::kMaxTokens) return "length";
  return stop == Stop::kRefusal ? "content_filter" : "stop";
}

std::string text_of(const Answer& answer) {
  std::string text;
  for (const AnswerPart& part : answer.parts) {
    if (part.kind == AnswerPart::Kind::kText) text += part.text;
  }
  return text;
}

Json head(const Job& job) {
  return Json::object({{"id", "cmpl-" + job.id},
                       {"object", "text_completion"},
                       {"created", job.unix_s},
                       {"model", job.prompt.model}});
}

Json choice(std::int64_t index, std::string_view text, Json finish) {
  return Json::object({{"text", text},
                       {"index", index},
                       {"logprobs", nullptr},
                       {"finish_reason", std::move(finish)}});
}

Json usage_json(const SimUsage& usage) {
  return Json::object({{"prompt_tokens", usage.prompt()},
                       {"completion_tokens", usage.output},
                       {"total_tokens", usage.prompt() + usage.output}});
}

}  // namespace

Result<Prompt> read_completions(const Json& body) {
  for (const auto& [name, value] : body.members()) {
    if (!is_one_of(kMembers, name)) {
      return refuse("Unrecognized request argument supplied: " + name);
    }
  }
  Prompt prompt;
  prompt.api = OpenAiApi::kCompletions;
  prompt.model = body["model"].text();
  if (prompt.model.empty()) return refuse("you must provide a model parameter");
  const Model* model = find_model(Provider::kOpenAi, prompt.model);
  if (model == nullptr) {
    return fail(Code::kNotFound, "The model `" + prompt.model + "` does not exist.");
  }
  if (!model->completes) {
    return fail(Code::kNotFound,
                "This is a chat model and not supported in the v1/completions endpoint. Did you "
                "mean to use v1/chat/completions?");
  }
  TRY_VOID(read_token_input(body["prompt"], "prompt", prompt));
  note_turns(body["prompt"], prompt);
  TRY_VOID(read_options(body, *model, prompt));
  TRY_VOID(read_choices(body, prompt));
  return prompt;
}

std::string completions_answer(const Job& job) {
  Json choices = Json::array();
  for (std::int64_t i = 0; i < job.prompt.given_choices; ++i) {
    choices.push(choice(i, text_of(job.answer), finish_reason(job.answer.stop)));
  }
  Json out = head(job);
  out.set("choices", std::move(choices));
  if (job.with_usage) out.set("usage", usage_json(job.usage));
  return out.dump();
}

std::vector<Piece> completions_stream(const Job& job) {
  std::vector<Piece> pieces;
  const auto add = [&](Json choices, Json usage, std::int64_t tokens) {
    Json chunk = head(job);
    chunk.set("choices", std::move(choices));
    if (job.prompt.include_usage) chunk.set("usage", std::move(usage));
    pieces.push_back({"data: " + chunk.dump() + "\n\n", tokens});
  };
  const std::string text = text_of(job.answer);
  const auto parts = split_text(text, job.chunk);
  const auto tokens = share_tokens(job.answer.output_tokens(), parts.size());
  for (std::int64_t index = 0; index < job.prompt.given_choices; ++index) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      add(Json::array({choice(index, parts[i], nullptr)}), nullptr, tokens[i]);
    }
    add(Json::array({choice(index, "", finish_reason(job.answer.stop))}), nullptr, 0);
  }
  if (job.prompt.include_usage && job.with_usage) add(Json::array(), usage_json(job.usage), 0);
  pieces.push_back({"data: [DONE]\n\n", 0});
  return pieces;
}

}  // namespace sekisho::sim
