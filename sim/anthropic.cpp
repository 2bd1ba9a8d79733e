// Anthropic Messages and count_tokens: identity, answers, server-sent events, errors. The request
// is read in anthropic_reader.cpp.

#include <algorithm>

#include "sim/anthropic_answer.h"
#include "sim/anthropic_reader.h"
#include "sim/provider.h"

namespace sekisho::sim {
namespace {

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

constexpr MessageStyle kAnswerStyle{.id_prefix = "msg_", .pings = true, .tells_tier = true};

class Anthropic final : public ProviderApi {
 public:
  explicit Anthropic(const Keys& keys) : keys_(keys) {}

  Provider provider() const override { return Provider::kAnthropic; }
  std::string_view tool_id_prefix(const Prompt&) const override { return "toolu_"; }

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
    MessagesDoor door;
    door.betas = betas_in(call.headers);
    door.counting = counting;
    return read_messages(*body, door);
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
    return message_json(job, kAnswerStyle).dump();
  }

  std::vector<Piece> stream(const Job& job) const override {
    std::vector<Piece> pieces;
    for (const MessageEvent& event : message_events(job, kAnswerStyle)) {
      pieces.push_back(
          {"event: " + event.type + "\ndata: " + event.data.dump() + "\n\n", event.tokens});
    }
    return pieces;
  }

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

std::vector<std::string> betas_in(const http::Headers& headers) {
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

std::unique_ptr<ProviderApi> make_anthropic(const Keys& keys) {
  return std::make_unique<Anthropic>(keys);
}

}  // namespace sekisho::sim
