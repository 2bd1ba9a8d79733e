// OpenAI, also as Azure sells it: identity, paths, errors; answers and chunks of chat completions,
// whose requests are read in openai_reader.cpp. The smaller APIs are in openai_other.h.

#include <algorithm>

#include "sim/openai_other.h"
#include "sim/openai_reader.h"
#include "sim/provider.h"

namespace sekisho::sim {
namespace {

std::string_view finish_reason(Stop stop) {
  switch (stop) {
    case Stop::kToolUse:
      return "tool_calls";
    case Stop::kMaxTokens:
      return "length";
    case Stop::kRefusal:
      return "content_filter";
    default:
      return "stop";
  }
}

Json usage_json(const SimUsage& usage) {
  return Json::object(
      {{"prompt_tokens", usage.prompt()},
       {"completion_tokens", usage.output},
       {"total_tokens", usage.prompt() + usage.output},
       {"prompt_tokens_details",
        Json::object({{"cached_tokens", usage.cache_read}, {"audio_tokens", 0}})},
       {"completion_tokens_details", Json::object({{"reasoning_tokens", usage.reasoning},
                                                   {"audio_tokens", 0},
                                                   {"accepted_prediction_tokens", 0},
                                                   {"rejected_prediction_tokens", 0}})}});
}

Json head_json(const Job& job, std::string_view object) {
  return Json::object({{"id", "chatcmpl-" + job.id},
                       {"object", object},
                       {"created", job.unix_s},
                       {"model", job.prompt.model},
                       {"service_tier", "default"},
                       {"system_fingerprint", "fp_sim"}});
}

Json call_json(const ToolCall& call, std::string_view arguments) {
  return Json::object(
      {{"id", call.id},
       {"type", "function"},
       {"function", Json::object({{"name", call.name}, {"arguments", arguments}})}});
}

class ChunkWriter {
 public:
  explicit ChunkWriter(const Job& job) : job_(job) {}

  std::vector<Piece> write() {
    for (choice_ = 0; choice_ < job_.prompt.choices; ++choice_) write_choice();
    if (job_.prompt.include_usage && job_.with_usage) {
      Json chunk = head_json(job_, "chat.completion.chunk");
      chunk.set("choices", Json::array()).set("usage", usage_json(job_.usage));
      add(chunk, 0);
    }
    pieces_.push_back({"data: [DONE]\n\n", 0});
    return std::move(pieces_);
  }

 private:
  void add(const Json& chunk, std::int64_t tokens) {
    pieces_.push_back({"data: " + chunk.dump() + "\n\n", tokens});
  }

  void delta(Json value, std::int64_t tokens, Json finish = {}) {
    Json chunk = head_json(job_, "chat.completion.chunk");
    chunk.set("choices", Json::array({Json::object({{"index", choice_},
                                                    {"delta", std::move(value)},
                                                    {"logprobs", nullptr},
                                                    {"finish_reason", std::move(finish)}})}));
    if (job_.prompt.include_usage) chunk.set("usage", nullptr);
    add(chunk, tokens);
  }

  void write_choice() {
    delta(Json::object({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}}), 0);
    std::int64_t call_index = 0;
    for (const AnswerPart& part : job_.answer.parts) {
      if (part.kind == AnswerPart::Kind::kCall) {
        write_call(part, call_index++);
      } else {
        write_text(part);
      }
    }
    delta(Json::object(), 0, finish_reason(job_.answer.stop));
  }

  void write_text(const AnswerPart& part) {
    const bool thinking = part.kind == AnswerPart::Kind::kThinking;
    const auto parts = split_text(part.text, job_.chunk);
    const auto tokens = share_tokens(part.tokens(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      delta(Json::object({{thinking ? "reasoning_content" : "content", parts[i]}}), tokens[i]);
    }
  }

  void write_call(const AnswerPart& part, std::int64_t index) {
    Json first = Json::object({{"index", index}});
    const Json call = call_json(part.call, "");
    for (const auto& [name, value] : call.members()) first.set(name, value);
    delta(Json::object({{"tool_calls", Json::array({first})}}), 0);
    const std::string arguments = part.call.input.dump();
    const auto parts = split_text(arguments, job_.chunk);
    const auto tokens = share_tokens(part.tokens(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Json function = Json::object({{"arguments", parts[i]}});
      const Json more = Json::object({{"index", index}, {"function", function}});
      delta(Json::object({{"tool_calls", Json::array({more})}}), tokens[i]);
    }
  }

  const Job& job_;
  std::vector<Piece> pieces_;
  std::int64_t choice_ = 0;
};

std::string_view type_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return "invalid_request_error";
    case 429:
      return "rate_limit_exceeded";
    case 400:
    case 404:
    case 413:
    case 422:
      return "invalid_request_error";
    default:
      return "server_error";
  }
}

// OpenAI names the parameter apart; here it is the first 'quoted' word of the message.
Json param_of(std::string_view message) {
  const std::size_t open = message.find('\'');
  const std::size_t shut = open == std::string_view::npos ? open : message.find('\'', open + 1);
  if (shut == std::string_view::npos) return nullptr;
  return message.substr(open + 1, shut - open - 1);
}

// "/deployments/{name}/…", behind "/openai"
constexpr std::string_view kDeployments = "/deployments/";

bool is_azure(std::string_view path) {
  return path.starts_with(kDeployments);
}

std::string deployment_of(std::string_view path) {
  path.remove_prefix(kDeployments.size());
  return std::string(path.substr(0, path.find('/')));
}

std::optional<OpenAiApi> api_of(std::string_view path) {
  if (path.ends_with("/chat/completions")) return OpenAiApi::kChat;
  if (path.ends_with("/completions")) return OpenAiApi::kCompletions;
  if (path.ends_with("/embeddings")) return OpenAiApi::kEmbeddings;
  return std::nullopt;
}

class OpenAi final : public ProviderApi {
 public:
  explicit OpenAi(const Keys& keys) : keys_(keys) {}

  Provider provider() const override { return Provider::kOpenAi; }
  std::string_view tool_id_prefix(const Prompt&) const override { return "call_"; }

  Result<std::string> identify(const Call& call) const override {
    std::string_view value = call.headers.get("authorization");
    if (value.starts_with("Bearer ")) {
      value.remove_prefix(7);
    } else if (is_azure(call.path)) {
      value = call.headers.get("api-key");
    } else {
      return fail(Code::kUnauthenticated, "You didn't provide an API key.");
    }
    for (const Keys::Plain& key : keys_.openai) {
      if (value == key.key) return key.account;
    }
    return fail(Code::kUnauthenticated, "Incorrect API key provided.");
  }

  Result<Prompt> read(const Call& call) const override {
    const auto api = api_of(call.path);
    const bool versioned = !is_azure(call.path) || call.target.contains("api-version=20");
    if (call.method != "POST" || !api || !versioned) {
      return fail(Code::kNotFound,
                  "Invalid URL (" + std::string(call.method) + " " + std::string(call.path) + ")");
    }
    auto body = Json::parse(call.body);
    if (!body || !body->is_object()) {
      return fail(Code::kInvalidArgument,
                  "We could not parse the JSON body of your request. (" +
                      (body ? std::string("not an object") : body.error().detail) + ")");
    }
    if (is_azure(call.path)) body->set("model", deployment_of(call.path));
    if (*api == OpenAiApi::kEmbeddings) return read_embeddings(*body);
    if (*api == OpenAiApi::kCompletions) return read_completions(*body);
    return read_chat(*body);
  }

  Result<void> check_window(const Model& model, const Prompt& prompt,
                            std::int64_t tokens) const override {
    if (prompt.api != OpenAiApi::kChat) {  // each block is a prompt of its own
      tokens = 0;
      for (const PromptBlock& block : prompt.blocks) tokens = std::max(tokens, block.tokens);
    }
    if (tokens <= model.context) return {};
    return fail(Code::kContextOverflow,
                "This model's maximum context length is " + std::to_string(model.context) +
                    " tokens. However, your messages resulted in " + std::to_string(tokens) +
                    " tokens. Please reduce the length of the messages.");
  }

  std::optional<std::string> count_answer(const Call&, std::int64_t) const override {
    return std::nullopt;
  }

  http::Headers headers(const Job& job) const override {
    http::Headers headers;
    headers.add("content-type",
                job.prompt.stream ? "text/event-stream; charset=utf-8" : "application/json");
    headers.add("x-request-id", job.id);
    headers.add("openai-processing-ms", "100");
    return headers;
  }

  std::string whole(const Job& job) const override {
    if (job.prompt.api == OpenAiApi::kEmbeddings) return embeddings_answer(job);
    if (job.prompt.api == OpenAiApi::kCompletions) return completions_answer(job);
    Json message =
        Json::object({{"role", "assistant"}, {"content", nullptr}, {"refusal", nullptr}});
    Json calls = Json::array();
    std::string text, thinking;
    for (const AnswerPart& part : job.answer.parts) {
      if (part.kind == AnswerPart::Kind::kCall) {
        calls.push(call_json(part.call, part.call.input.dump()));
      } else {
        (part.kind == AnswerPart::Kind::kText ? text : thinking) += part.text;
      }
    }
    if (!text.empty() || calls.items().empty()) message.set("content", text);
    if (!thinking.empty()) message.set("reasoning_content", thinking);
    if (!calls.items().empty()) message.set("tool_calls", std::move(calls));
    Json choices = Json::array();
    for (std::int64_t i = 0; i < job.prompt.choices; ++i) {
      choices.push(Json::object({{"index", i},
                                 {"message", message},
                                 {"logprobs", nullptr},
                                 {"finish_reason", finish_reason(job.answer.stop)}}));
    }
    Json out = head_json(job, "chat.completion");
    out.set("choices", std::move(choices));
    if (job.with_usage) out.set("usage", usage_json(job.usage));
    return out.dump();
  }

  std::vector<Piece> stream(const Job& job) const override {
    if (job.prompt.api == OpenAiApi::kCompletions) return completions_stream(job);
    return ChunkWriter(job).write();
  }

  ApiError error_of(const Error& error) const override {
    switch (error.code) {
      case Code::kUnauthenticated:
        return {401, "invalid_api_key", error.detail, {}};
      case Code::kNotFound:
        return {404, "model_not_found", error.detail, {}};
      case Code::kTooLarge:
        return {413, "", error.detail, {}};
      case Code::kContextOverflow:
        return {400, "context_length_exceeded", error.detail, {}};
      default:
        return {400, "", error.detail, {}};
    }
  }

  void render(const ApiError& error, std::string_view id, http::Headers& headers,
              std::string& body) const override {
    headers.add("content-type", "application/json");
    headers.add("x-request-id", id);
    if (error.retry_after) headers.add("retry-after", std::to_string(*error.retry_after));
    body = error_json(type_of(error.status), error.type, error.message).dump();
  }

  std::string stream_error(const Fault& fault) const override {
    return "data: " + error_json("server_error", fault.type, fault.message).dump() + "\n\n";
  }

 private:
  static Json error_json(std::string_view type, const std::string& code,
                         const std::string& message) {
    const Json said =
        message.empty() ? Json("The server had an error (simulated).") : Json(message);
    return Json::object({{"error", Json::object({{"message", said},
                                                 {"type", type},
                                                 {"param", param_of(message)},
                                                 {"code", code.empty() ? Json() : Json(code)}})}});
  }

  const Keys& keys_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_openai(const Keys& keys) {
  return std::make_unique<OpenAi>(keys);
}

}  // namespace sekisho::sim
