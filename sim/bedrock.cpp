// Amazon Bedrock's Converse and InvokeModel (of Claude), streamed and not: identity (SigV4 or
// bearer key), paths, answers.

#include <algorithm>

#include "http/percent.h"
#include "sim/anthropic_answer.h"
#include "sim/anthropic_reader.h"
#include "sim/base64.h"
#include "sim/bedrock_content.h"
#include "sim/bedrock_reader.h"
#include "sim/membership.h"
#include "sim/provider.h"
#include "wire/aws/event_stream.h"
#include "wire/aws/sigv4.h"

namespace sekisho::sim {
namespace {

namespace aws = wire::aws;

struct ModelPath {
  std::string model;
  std::string_view operation;
};

// Split at the literal slashes first, then decode: an ARN holds an encoded slash.
std::optional<ModelPath> split_path(std::string_view path) {
  constexpr std::string_view kPrefix = "/model/";
  if (!path.starts_with(kPrefix)) return std::nullopt;
  path.remove_prefix(kPrefix.size());
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  return ModelPath{http::percent_decode(path.substr(0, slash)), path.substr(slash + 1)};
}

std::string_view exception_of(int status) {
  switch (status) {
    case 400:
      return "ValidationException";
    case 403:
      return "AccessDeniedException";
    case 404:
      return "ResourceNotFoundException";
    case 408:
      return "ModelTimeoutException";
    case 424:
      return "ModelErrorException";
    case 429:
      return "ThrottlingException";
    case 503:
      return "ServiceUnavailableException";
    default:
      return "InternalServerException";
  }
}

std::string_view stop_name(Stop stop) {
  switch (stop) {
    case Stop::kEndTurn:
      return "end_turn";
    case Stop::kToolUse:
      return "tool_use";
    case Stop::kMaxTokens:
      return "max_tokens";
    case Stop::kStopSequence:
      return "stop_sequence";
    case Stop::kRefusal:
      return "content_filtered";
  }
  return "end_turn";
}

// The padding that the real service adds against guesses from lengths; its length varies.
std::string padding(std::size_t seed) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return std::string(kLetters.substr(0, 2 + seed * 7 % 47));
}

Json usage_json(const SimUsage& usage) {
  Json out = Json::object({{"inputTokens", usage.input},
                           {"outputTokens", usage.output},
                           {"totalTokens", usage.prompt() + usage.output}});
  const std::int64_t written = usage.cache_write_5m + usage.cache_write_1h;
  out.set("cacheReadInputTokens", usage.cache_read).set("cacheWriteInputTokens", written);
  out.set("cacheReadInputTokenCount", usage.cache_read).set("cacheWriteInputTokenCount", written);
  if (written > 0) {
    Json details = Json::array();
    const auto add = [&details](std::string_view ttl, std::int64_t tokens) {
      if (tokens > 0) details.push(Json::object({{"ttl", ttl}, {"inputTokens", tokens}}));
    };
    add("5m", usage.cache_write_5m);
    add("1h", usage.cache_write_1h);
    out.set("cacheDetails", std::move(details));
  }
  out.set("serverToolUsage", Json::object());
  return out;
}

Json content_json(const AnswerPart& part) {
  switch (part.kind) {
    case AnswerPart::Kind::kText:
      return Json::object({{"text", part.text}});
    case AnswerPart::Kind::kThinking:
      return Json::object(
          {{"reasoningContent",
            Json::object({{"reasoningText",
                           Json::object({{"text", part.text}, {"signature", part.signature}})}})}});
    case AnswerPart::Kind::kCall:
      return Json::object({{"toolUse", Json::object({{"toolUseId", part.call.id},
                                                     {"name", part.call.name},
                                                     {"input", part.call.input}})}});
  }
  return {};
}

class StreamWriter {
 public:
  explicit StreamWriter(const Job& job) : job_(job) {}

  std::vector<Piece> write() {
    event("messageStart", Json::object({{"role", "assistant"}}), 0);
    for (const AnswerPart& part : job_.answer.parts) {
      write_part(part);
      ++index_;
    }
    event("messageStop", Json::object({{"stopReason", stop_name(job_.answer.stop)}}), 0);
    if (job_.with_usage) {
      event("metadata",
            Json::object({{"usage", usage_json(job_.usage)},
                          {"metrics", Json::object({{"latencyMs", 100}})}}),
            0);
    }
    return std::move(pieces_);
  }

 private:
  void event(std::string_view name, Json payload, std::int64_t tokens) {
    payload.set("p", padding(pieces_.size()));
    pieces_.push_back({aws::encode_event(name, payload.dump()), tokens});
  }
  void delta(Json value, std::int64_t tokens) {
    event("contentBlockDelta",
          Json::object({{"contentBlockIndex", index_}, {"delta", std::move(value)}}), tokens);
  }

  void write_part(const AnswerPart& part) {
    const bool call = part.kind == AnswerPart::Kind::kCall;
    if (call) {
      const Json tool = Json::object({{"toolUseId", part.call.id}, {"name", part.call.name}});
      event("contentBlockStart",
            Json::object(
                {{"contentBlockIndex", index_}, {"start", Json::object({{"toolUse", tool}})}}),
            0);
    }
    const std::string input = call ? part.call.input.dump() : "";
    // No delta for a call without arguments, as with the real service.
    const std::string_view text = call ? (input == "{}" ? std::string_view() : input) : part.text;
    const auto parts = split_text(text, job_.chunk);
    const auto tokens = share_tokens(part.tokens(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) delta(fragment(part.kind, parts[i]), tokens[i]);
    if (part.kind == AnswerPart::Kind::kThinking) {
      delta(Json::object({{"reasoningContent", Json::object({{"signature", part.signature}})}}), 0);
    }
    event("contentBlockStop", Json::object({{"contentBlockIndex", index_}}),
          parts.empty() ? part.tokens() : 0);
  }

  static Json fragment(AnswerPart::Kind kind, std::string_view text) {
    if (kind == AnswerPart::Kind::kText) return Json::object({{"text", text}});
    if (kind == AnswerPart::Kind::kCall) {
      return Json::object({{"toolUse", Json::object({{"input", text}})}});
    }
    return Json::object({{"reasoningContent", Json::object({{"text", text}})}});
  }

  const Job& job_;
  std::vector<Piece> pieces_;
  int index_ = 0;
};

// "us.anthropic.claude-haiku-4-5-20251001-v1:0" answers as "claude-haiku-4-5-20251001".
std::string_view short_name(std::string_view id) {
  id.remove_prefix(std::min(id.find("claude"), id.size()));
  const std::size_t version = id.rfind("-v");
  return version == std::string_view::npos ? id : id.substr(0, version);
}

MessageStyle style_of(const Job& job) {
  return {.id_prefix = "msg_bdrk_", .model = short_name(job.prompt.model)};
}

Json invocation_metrics(const SimUsage& usage) {
  return Json::object({{"inputTokenCount", usage.input},
                       {"outputTokenCount", usage.output},
                       {"invocationLatency", 100},
                       {"firstByteLatency", 10},
                       {"cacheReadInputTokenCount", usage.cache_read},
                       {"cacheWriteInputTokenCount", usage.cache_write_5m + usage.cache_write_1h}});
}

// Each event of Messages in base64, in a "chunk" of the event stream.
std::vector<Piece> packed_events(const Job& job) {
  std::vector<Piece> pieces;
  for (MessageEvent& event : message_events(job, style_of(job))) {
    if (event.type == "message_stop" && job.with_usage) {
      event.data.set("amazon-bedrock-invocationMetrics", invocation_metrics(job.usage));
    }
    const Json payload =
        Json::object({{"bytes", encode_base64(event.data.dump())}, {"p", padding(pieces.size())}});
    pieces.push_back({aws::encode_event("chunk", payload.dump()), event.tokens});
  }
  return pieces;
}

class Bedrock final : public ProviderApi {
 public:
  explicit Bedrock(const Keys& keys) : keys_(keys) {}

  Provider provider() const override { return Provider::kBedrock; }
  std::string_view tool_id_prefix(const Prompt& prompt) const override {
    return prompt.invoked ? "toolu_bdrk_" : "tooluse_";
  }

  Result<std::string> identify(const Call& call) const override {
    const std::string_view value = call.headers.get("authorization");
    if (value.starts_with("Bearer ")) {
      for (const Keys::Plain& key : keys_.bedrock) {
        if (value.substr(7) == key.key) return key.account;
      }
      return fail(Code::kPermissionDenied,
                  "Authentication failed: Please make sure your API Key "
                  "is valid.");
    }
    if (value.empty()) return fail(Code::kUnauthenticated, "Missing Authentication Token");
    return verify(call, value);
  }

  Result<Prompt> read(const Call& call) const override {
    const auto path = split_path(call.path);
    constexpr std::string_view kOperations[] = {"converse", "converse-stream", "invoke",
                                                "invoke-with-response-stream", "count-tokens"};
    if (!path || !is_one_of(kOperations, path->operation) || call.method != "POST") {
      return fail(Code::kUnsupported,
                  "Unable to determine service/operation name to be authorized");
    }
    if (path->operation == "count-tokens") return read_count(call, path->model);
    const Model* model = find_model(Provider::kBedrock, path->model);
    if (model == nullptr) return converse_refusal("The provided model identifier is invalid.");
    if (model->needs_profile) {
      return converse_refusal("Invocation of model ID " + path->model +
                              " with on-demand throughput isn’t supported. Retry your request with "
                              "the ID or ARN of an inference profile that contains this model.");
    }
    auto body = Json::parse(call.body);
    if (!body) return converse_refusal("Malformed input request: " + body.error().detail);
    const bool invoked = path->operation.starts_with("invoke");
    TRY(Prompt prompt, invoked ? read_invoked(call, *body, *model) : read_converse(*body, *model));
    prompt.stream = path->operation.ends_with("stream");
    prompt.invoked = invoked;
    return prompt;
  }

  Result<void> check_window(const Model& model, const Prompt&, std::int64_t tokens) const override {
    if (tokens > model.context) return fail(Code::kContextOverflow, "Input is too long.");
    return {};
  }

  std::optional<std::string> count_answer(const Call& call, std::int64_t tokens) const override {
    if (!call.path.ends_with("/count-tokens")) return std::nullopt;
    return Json::object({{"inputTokens", tokens}}).dump();
  }

  http::Headers headers(const Job& job) const override {
    http::Headers headers;
    headers.add("content-type",
                job.prompt.stream ? "application/vnd.amazon.eventstream" : "application/json");
    if (job.prompt.stream && job.prompt.invoked) {
      headers.add("X-Amzn-Bedrock-Content-Type", "application/json");
    }
    headers.add("x-amzn-RequestId", job.id);
    return headers;
  }

  std::string whole(const Job& job) const override {
    if (job.prompt.invoked) return message_json(job, style_of(job)).dump();
    Json content = Json::array();
    for (const AnswerPart& part : job.answer.parts) content.push(content_json(part));
    const Json message = Json::object({{"role", "assistant"}, {"content", std::move(content)}});
    Json out = Json::object({{"output", Json::object({{"message", message}})},
                             {"stopReason", stop_name(job.answer.stop)}});
    if (job.with_usage) out.set("usage", usage_json(job.usage));
    out.set("metrics", Json::object({{"latencyMs", 100}}));
    return out.dump();
  }

  std::vector<Piece> stream(const Job& job) const override {
    return job.prompt.invoked ? packed_events(job) : StreamWriter(job).write();
  }

  ApiError error_of(const Error& error) const override {
    switch (error.code) {
      case Code::kUnauthenticated:
        return {403, "MissingAuthenticationTokenException", error.detail, {}};
      case Code::kPermissionDenied:
        return {403, "AccessDeniedException", error.detail, {}};
      case Code::kUnsupported:
        return {404, "UnknownOperationException", error.detail, {}};
      case Code::kNotFound:
        return {404, "ResourceNotFoundException", error.detail, {}};
      case Code::kTooLarge:
        return {413, "RequestEntityTooLargeException", error.detail, {}};
      case Code::kConflict:
        return {403, "InvalidSignatureException", error.detail, {}};
      default:
        return {400, "ValidationException", error.detail, {}};
    }
  }

  void render(const ApiError& error, std::string_view id, http::Headers& headers,
              std::string& body) const override {
    const std::string type(error.type.empty() ? exception_of(error.status) : error.type);
    headers.add("content-type", "application/json");
    headers.add("x-amzn-RequestId", id);
    headers.add("x-amzn-ErrorType", type + ":http://internal.amazon.com/coral/com.amazon.bedrock/");
    if (error.retry_after) headers.add("retry-after", std::to_string(*error.retry_after));
    body = Json::object({{"message", error.message.empty() ? "simulated " + type : error.message}})
               .dump();
  }

  std::string stream_error(const Fault& fault) const override {
    const std::string type = fault.type.empty() ? "modelStreamErrorException" : fault.type;
    const std::string message = fault.message.empty() ? "simulated " + type : fault.message;
    return aws::encode_exception(type, Json::object({{"message", message}}).dump());
  }

 private:
  // Bare ids of foundation models only, and of few of them.
  static Result<Prompt> read_count(const Call& call, const std::string& id) {
    const Model* model = find_model(Provider::kBedrock, id);
    const bool bare = id.starts_with("anthropic.") || id.starts_with("amazon.");
    if (model == nullptr || !bare) {
      return converse_refusal("The provided model identifier is invalid.");
    }
    if (!model->claude) {
      return converse_refusal("The provided model doesn't support counting tokens.");
    }
    auto body = Json::parse(call.body);
    if (!body) return converse_refusal("Malformed input request: " + body.error().detail);
    TRY_VOID(converse_members(*body, "", {"input"}));
    const Json& input = (*body)["input"];
    TRY_VOID(converse_members(input, "input", {"converse", "invokeModel"}));
    if (input.members().size() != 1) return converse_refusal("input must have one member");
    if (input.has("converse")) {
      const Json& converse = input["converse"];
      TRY_VOID(
          converse_members(converse, "input.converse",
                           {"messages", "system", "toolConfig", "additionalModelRequestFields"}));
      return read_converse(converse, *model);
    }
    TRY_VOID(converse_members(input["invokeModel"], "input.invokeModel", {"body"}));
    const auto packed = decode_base64(input.at("invokeModel", "body").text());
    if (!packed) return converse_refusal("input.invokeModel.body is not base64");
    return read_counted_messages(call, *packed, *model);
  }

  // A maximum is needed (above the thinking budget, as the reader checks); a list of tools must not
  // be empty; of betas one is known.
  static Result<Prompt> read_counted_messages(const Call& call, std::string_view packed,
                                              const Model& model) {
    auto inner = Json::parse(packed);
    if (!inner) return messages_refusal("Malformed input request: " + inner.error().detail);
    const Json& tools = (*inner)["tools"];
    if (tools.is_array() && tools.items().empty()) {
      return messages_refusal("tools: List should have at least 1 item after validation");
    }
    for (const Json& beta : (*inner)["anthropic_beta"].items()) {
      if (beta.text() != "claude-code-20250219") return messages_refusal("invalid beta flag");
    }
    return read_invoked(call, *inner, model);
  }

  // Betas are taken from the body, and from the header too.
  static Result<Prompt> read_invoked(const Call& call, const Json& body, const Model& model) {
    if (!model.claude) return messages_refusal("simulated: InvokeModel of Claude models only");
    if (!body.is_object()) return messages_refusal("Malformed input request: not an object");
    const Json& betas = body["anthropic_beta"];
    if (!betas.is_null() && !betas.is_array()) {
      return messages_refusal("anthropic_beta: Input should be a valid list");
    }
    MessagesDoor door;
    door.bedrock = &model;
    door.betas = betas_in(call.headers);
    for (const Json& beta : betas.items()) door.betas.push_back(beta.text());
    return read_messages(body, door);
  }

  Result<std::string> verify(const Call& call, std::string_view value) const {
    const auto parsed = aws::parse_authorization(value);
    if (!parsed) return fail(Code::kConflict, parsed.error().detail);
    const auto key = std::ranges::find(keys_.aws, parsed->access_key_id, &Keys::Aws::access_key_id);
    if (key == keys_.aws.end()) {
      return fail(Code::kPermissionDenied,
                  "The security token included in the request is invalid.");
    }
    const std::string digest = aws::sha256_hex(call.body);
    aws::ReceivedRequest request{call.method, call.target, {}, digest};
    for (const auto& field : call.headers.fields()) {
      request.headers.emplace_back(field.name, field.value);
    }
    const auto good =
        aws::verify_signature(request, *parsed, key->secret_access_key, {"", "bedrock"}, call.now);
    if (!good) {
      return fail(Code::kConflict,
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your AWS Secret Access Key and signing method. (" +
                      good.error().detail + ")");
    }
    return key->account + "/" + parsed->region;
  }

  const Keys& keys_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_bedrock(const Keys& keys) {
  return std::make_unique<Bedrock>(keys);
}

}  // namespace sekisho::sim
