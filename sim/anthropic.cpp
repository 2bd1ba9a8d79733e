// Anthropic Messages and count_tokens: identity, answers, server-sent events, errors. The request
// is read in anthropic_reader.cpp.

#include <algorithm>

#include "sim/anthropic_reader.h"
#include "sim/provider.h"

namespace sekisho::sim {
namespace {

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
      return "refusal";
  }
  return "end_turn";
}

Json usage_json(const SimUsage& usage, std::int64_t output) {
  return Json::object(
      {{"input_tokens", usage.input},
       {"cache_creation_input_tokens", usage.cache_write_5m + usage.cache_write_1h},
       {"cache_read_input_tokens", usage.cache_read},
       {"cache_creation", Json::object({{"ephemeral_5m_input_tokens", usage.cache_write_5m},
                                        {"ephemeral_1h_input_tokens", usage.cache_write_1h}})},
       {"output_tokens", output},
       {"service_tier", "standard"},
       {"inference_geo", "global"}});
}

Json part_json(const AnswerPart& part, bool with_content) {
  switch (part.kind) {
    case AnswerPart::Kind::kText:
      return Json::object({{"type", "text"}, {"text", with_content ? part.text : ""}});
    case AnswerPart::Kind::kThinking: {
      const bool shown = with_content && !part.signature.starts_with("EsimO");
      return Json::object({{"type", "thinking"},
                           {"thinking", shown ? part.text : ""},
                           {"signature", with_content ? part.signature : ""}});
    }
    case AnswerPart::Kind::kCall:
      return Json::object({{"type", "tool_use"},
                           {"id", part.call.id},
                           {"name", part.call.name},
                           {"input", with_content ? part.call.input : Json::object()}});
  }
  return {};
}

Json stop_sequence_of(const Answer& answer) {
  return answer.stop_sequence.empty() ? Json() : Json(answer.stop_sequence);
}

class EventWriter {
 public:
  explicit EventWriter(const Job& job) : job_(job) {}

  std::vector<Piece> write() {
    Json message = Json::object({{"id", "msg_" + job_.id},
                                 {"type", "message"},
                                 {"role", "assistant"},
                                 {"model", job_.prompt.model},
                                 {"content", Json::array()},
                                 {"stop_reason", nullptr},
                                 {"stop_sequence", nullptr}});
    message.set("usage",
                usage_json(job_.with_usage ? job_.usage : SimUsage{}, job_.with_usage ? 1 : 0));
    event("message_start", Json::object({{"message", std::move(message)}}), 0);
    for (const AnswerPart& part : job_.answer.parts) {
      write_part(part);
      if (index_++ == 0) event("ping", Json::object(), 0);
    }
    Json end =
        Json::object({{"delta", Json::object({{"stop_reason", stop_name(job_.answer.stop)},
                                              {"stop_sequence", stop_sequence_of(job_.answer)}})}});
    if (job_.with_usage) end.set("usage", end_usage());
    event("message_delta", std::move(end), 0);
    event("message_stop", Json::object(), 0);
    return std::move(pieces_);
  }

 private:
  Json end_usage() const {
    Json usage = Json::object(
        {{"input_tokens", job_.usage.input},
         {"cache_creation_input_tokens", job_.usage.cache_write_5m + job_.usage.cache_write_1h},
         {"cache_read_input_tokens", job_.usage.cache_read},
         {"output_tokens", job_.usage.output}});
    if (job_.usage.reasoning > 0) {
      usage.set("output_tokens_details", Json::object({{"thinking_tokens", job_.usage.reasoning}}));
    }
    return usage;
  }

  void event(std::string_view type, Json rest, std::int64_t tokens) {
    Json data = Json::object({{"type", type}});
    for (const auto& [name, value] : rest.members()) data.set(name, value);
    pieces_.push_back({"event: " + std::string(type) + "\ndata: " + data.dump() + "\n\n", tokens});
  }

  void delta(std::string_view type, std::string_view member, std::string_view text,
             std::int64_t tokens) {
    const Json value = Json::object({{"type", type}, {std::string(member), text}});
    event("content_block_delta", Json::object({{"index", index_}, {"delta", value}}), tokens);
  }

  void write_part(const AnswerPart& part) {
    event("content_block_start",
          Json::object({{"index", index_}, {"content_block", part_json(part, false)}}), 0);
    const bool call = part.kind == AnswerPart::Kind::kCall;
    const bool thinking = part.kind == AnswerPart::Kind::kThinking;
    const bool hidden = thinking && part.signature.starts_with("EsimO");
    const std::string input = call ? part.call.input.dump() : "";
    std::string_view text = call ? input : part.text;
    if (hidden || input == "{}") text = {};
    const auto parts = split_text(text, job_.chunk);
    const auto tokens = share_tokens(part.tokens(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (call)
        delta("input_json_delta", "partial_json", parts[i], tokens[i]);
      else if (thinking)
        delta("thinking_delta", "thinking", parts[i], tokens[i]);
      else
        delta("text_delta", "text", parts[i], tokens[i]);
    }
    if (thinking) delta("signature_delta", "signature", part.signature, 0);
    event("content_block_stop", Json::object({{"index", index_}}),
          parts.empty() ? part.tokens() : 0);
  }

  const Job& job_;
  std::vector<Piece> pieces_;
  int index_ = 0;
};

std::string_view type_of(int status) {
  switch (status) {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 529:
      return "overloaded_error";
    default:
      return "api_error";
  }
}

std::vector<std::string> betas_of(const http::Headers& headers) {
  std::vector<std::string> betas;
  for (const auto& field : headers.fields()) {
    if (!http::equals_ignoring_case(field.name, "anthropic-beta")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      std::string_view value = rest.substr(0, comma);
      while (value.starts_with(' ')) value.remove_prefix(1);
      while (value.ends_with(' ')) value.remove_suffix(1);
      if (!value.empty()) betas.emplace_back(value);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return betas;
}

class Anthropic final : public ProviderApi {
 public:
  explicit Anthropic(const Keys& keys) : keys_(keys) {}

  Provider provider() const override { return Provider::kAnthropic; }
  std::string_view tool_id_prefix() const override { return "toolu_"; }

  Result<std::string> identify(const Call& call) const override {
    std::string_view key = call.headers.get("x-api-key");
    const std::string_view bearer = call.headers.get("authorization");
    if (key.empty() && bearer.starts_with("Bearer ")) key = bearer.substr(7);
    if (key.empty()) return fail(Code::kUnauthenticated, "x-api-key header is required");
    for (const Keys::Plain& known : keys_.anthropic) {
      if (known.key == key) return known.account;
    }
    return fail(Code::kUnauthenticated, "invalid x-api-key");
  }

  Result<Prompt> read(const Call& call) const override {
    const bool counting = is_count(call);
    if (call.method != "POST" || (!counting && !call.path.ends_with("/messages"))) {
      return fail(Code::kNotFound, "Not Found");
    }
    const std::string_view version = call.headers.get("anthropic-version");
    if (version.empty()) {
      return messages_refusal("anthropic-version: header is required");
    }
    if (version != "2023-06-01" && version != "2026-10-21") {
      return messages_refusal("anthropic-version: \"" + std::string(version) +
                              "\" is not a valid version.");
    }
    auto body = Json::parse(call.body);
    if (!body || !body->is_object()) {
      return messages_refusal("The request body is not valid JSON: " +
                              (body ? std::string("not an object") : body.error().detail));
    }
    return read_messages(*body, betas_of(call.headers), counting);
  }

  Result<void> check_window(const Model& model, const Prompt& prompt,
                            std::int64_t tokens) const override {
    if (tokens > model.context) {
      return fail(Code::kContextOverflow, "prompt is too long: " + std::to_string(tokens) +
                                              " tokens > " + std::to_string(model.context) +
                                              " maximum");
    }
    if (tokens + prompt.max_tokens > model.context) {
      return fail(Code::kContextOverflow,
                  "input length and `max_tokens` exceed context limit: " + std::to_string(tokens) +
                      " + " + std::to_string(prompt.max_tokens) + " > " +
                      std::to_string(model.context) +
                      ", decrease input length or `max_tokens` and try again");
    }
    return {};
  }

  std::optional<std::string> count_answer(const Call& call, std::int64_t tokens) const override {
    if (!is_count(call)) return std::nullopt;
    return Json::object({{"input_tokens", tokens}}).dump();
  }

  http::Headers headers(const Job& job) const override {
    http::Headers headers;
    headers.add("content-type",
                job.prompt.stream ? "text/event-stream; charset=utf-8" : "application/json");
    headers.add("request-id", job.id);
    headers.add("anthropic-organization-id", "5e315100-0000-4000-8000-000000000001");
    return headers;
  }

  std::string whole(const Job& job) const override {
    Json content = Json::array();
    for (const AnswerPart& part : job.answer.parts) content.push(part_json(part, true));
    Json out = Json::object({{"id", "msg_" + job.id},
                             {"type", "message"},
                             {"role", "assistant"},
                             {"model", job.prompt.model},
                             {"content", std::move(content)},
                             {"stop_reason", stop_name(job.answer.stop)},
                             {"stop_sequence", stop_sequence_of(job.answer)}});
    if (job.with_usage) {
      Json usage = usage_json(job.usage, job.usage.output);
      if (job.usage.reasoning > 0) {
        usage.set("output_tokens_details",
                  Json::object({{"thinking_tokens", job.usage.reasoning}}));
      }
      out.set("usage", std::move(usage));
    }
    return out.dump();
  }

  std::vector<Piece> stream(const Job& job) const override { return EventWriter(job).write(); }

  ApiError error_of(const Error& error) const override {
    switch (error.code) {
      case Code::kUnauthenticated:
        return {401, "", error.detail, {}};
      case Code::kPermissionDenied:
        return {403, "", error.detail, {}};
      case Code::kNotFound:
        return {404, "", error.detail, {}};
      case Code::kTooLarge:
        return {413, "", "Request exceeds the maximum size", {}};
      default:
        return {400, "", error.detail, {}};
    }
  }

  void render(const ApiError& error, std::string_view id, http::Headers& headers,
              std::string& body) const override {
    headers.add("content-type", "application/json");
    headers.add("request-id", id);
    if (error.retry_after) headers.add("retry-after", std::to_string(*error.retry_after));
    Json json = error_json(error.type.empty() ? type_of(error.status) : error.type, error.message);
    body = json.set("request_id", id).dump();
  }

  std::string stream_error(const Fault& fault) const override {
    const std::string type = fault.type.empty() ? "overloaded_error" : fault.type;
    return "event: error\ndata: " + error_json(type, fault.message).dump() + "\n\n";
  }

 private:
  static bool is_count(const Call& call) { return call.path.ends_with("/messages/count_tokens"); }
  static Json error_json(std::string_view type, const std::string& message) {
    const std::string said = message.empty() ? "simulated " + std::string(type) : message;
    return Json::object(
        {{"type", "error"}, {"error", Json::object({{"type", type}, {"message", said}})}});
  }

  const Keys& keys_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_anthropic(const Keys& keys) {
  return std::make_unique<Anthropic>(keys);
}

}  // namespace sekisho::sim
