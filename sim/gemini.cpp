// The Gemini API: identity, answers, chunks, errors. The request is read in gemini_reader.cpp.

#include <algorithm>
#include <optional>
#include <utility>

#include "sim/base64.h"
#include "sim/gemini_fields.h"
#include "sim/gemini_reader.h"
#include "sim/provider.h"

namespace sekisho::sim {
namespace {

std::string_view finish_reason(Stop stop) {
  switch (stop) {
    case Stop::kMaxTokens:
      return "MAX_TOKENS";
    case Stop::kRefusal:
      return "SAFETY";
    default:
      return "STOP";
  }
}

std::string_view status_name(int status) {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "NOT_FOUND";
    case 429:
      return "RESOURCE_EXHAUSTED";
    case 503:
      return "UNAVAILABLE";
    case 504:
      return "DEADLINE_EXCEEDED";
    default:
      return status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
  }
}

// Cumulative, in each chunk; candidates' tokens without the thoughts.
Json usage_json(const SimUsage& usage, std::int64_t candidates, std::int64_t thoughts) {
  Json out = Json::object({{"promptTokenCount", usage.prompt()}});
  if (candidates > 0) out.set("candidatesTokenCount", candidates);
  out.set("totalTokenCount", usage.prompt() + candidates + thoughts);
  if (usage.cache_read > 0) out.set("cachedContentTokenCount", usage.cache_read);
  out.set("promptTokensDetails",
          Json::array({Json::object({{"modality", "TEXT"}, {"tokenCount", usage.prompt()}})}));
  if (thoughts > 0) out.set("thoughtsTokenCount", thoughts);
  return out;
}

// The parts of an answer as they stand in it whole.
class Parts {
 public:
  explicit Parts(const Job& job) : job_(job) {}

  // Nothing for thoughts that are not shown.
  Json text(const AnswerPart& part, std::string_view text) const {
    Json out = Json::object({{"text", text}});
    if (part.kind == AnswerPart::Kind::kThinking) out.set("thought", true);
    return out;
  }

  Json call(const AnswerPart& part) {
    Json call = Json::object({{"name", part.call.name}, {"args", part.call.input}});
    if (job_.model.signs_calls) call.set("id", part.call.id);
    Json out = Json::object({{"functionCall", std::move(call)}});
    const bool first = std::exchange(first_, false);
    if (first && (job_.model.signs_calls || thought_)) {
      out.set("thoughtSignature", encode_base64(sign_thinking("", false)));
    }
    return out;
  }

  bool shows(const AnswerPart& part) {
    if (part.kind != AnswerPart::Kind::kThinking) return true;
    thought_ = true;
    return job_.prompt.thinking_shown;
  }

 private:
  const Job& job_;
  bool first_ = true, thought_ = false;
};

Json candidate_json(Json parts, std::int64_t index, Json finish) {
  Json out =
      Json::object({{"content", Json::object({{"parts", std::move(parts)}, {"role", "model"}})}});
  if (!finish.is_null()) out.set("finishReason", std::move(finish));
  out.set("index", index);
  return out;
}

class ChunkWriter {
 public:
  explicit ChunkWriter(const Job& job) : job_(job), parts_(job) {}

  std::vector<Piece> write() {
    for (choice_ = 0; choice_ < job_.prompt.choices; ++choice_) write_choice();
    if (job_.prompt.json_array) pieces_.back().bytes += "\n]\n";
    return std::move(pieces_);
  }

 private:
  void write_choice() {
    for (const AnswerPart& part : job_.answer.parts) {
      if (part.kind == AnswerPart::Kind::kCall) {
        add(parts_.call(part), part.tokens(), {});
        continue;
      }
      const bool thinking = part.kind == AnswerPart::Kind::kThinking;
      if (!parts_.shows(part)) {
        thoughts_ += part.tokens();
        hidden_ += part.tokens();
        continue;
      }
      const auto texts = split_text(part.text, job_.chunk);
      const auto tokens = share_tokens(part.tokens(), texts.size());
      for (std::size_t i = 0; i < texts.size(); ++i) {
        add(parts_.text(part, texts[i]), tokens[i], {}, thinking);
      }
    }
    last_ = choice_ + 1 == job_.prompt.choices;
    add(Json::object({{"text", ""}}), 0, finish_reason(job_.answer.stop));
  }

  void add(Json part, std::int64_t tokens, Json finish, bool thinking = false) {
    (thinking ? thoughts_ : candidates_) += tokens;
    Json chunk =
        Json::object({{"candidates", Json::array({candidate_json(Json::array({std::move(part)}),
                                                                 choice_, std::move(finish))})}});
    if (job_.with_usage) chunk.set("usageMetadata", usage());
    chunk.set("modelVersion", job_.prompt.model).set("responseId", job_.id);
    const std::string json = chunk.dump();
    const std::string bytes = !job_.prompt.json_array ? "data: " + json + "\r\n\r\n"
                              : pieces_.empty()       ? "[" + json
                                                      : ",\r\n" + json;
    pieces_.push_back({bytes, tokens + std::exchange(hidden_, 0)});
  }

  // At the end what is billed, however the scenario wants it.
  Json usage() const {
    if (!last_) return usage_json(job_.usage, candidates_, thoughts_);
    return usage_json(job_.usage, job_.usage.output - job_.usage.reasoning, job_.usage.reasoning);
  }

  const Job& job_;
  Parts parts_;
  std::vector<Piece> pieces_;
  std::int64_t choice_ = 0, candidates_ = 0, thoughts_ = 0, hidden_ = 0;
  bool last_ = false;
};

// "/v1beta/models/{id}:{verb}"
struct Target {
  std::string_view model, verb;
};
std::optional<Target> target_of(std::string_view path) {
  for (std::string_view version : {"/v1beta/models/", "/v1/models/", "/v1alpha/models/"}) {
    if (!path.starts_with(version)) continue;
    path.remove_prefix(version.size());
    const auto colon = path.rfind(':');
    if (colon == std::string_view::npos) return {};
    return Target{path.substr(0, colon), path.substr(colon + 1)};
  }
  return {};
}

class Gemini final : public ProviderApi {
 public:
  explicit Gemini(const Keys& keys) : keys_(keys) {}

  Provider provider() const override { return Provider::kGemini; }
  std::string_view tool_id_prefix(const Prompt&) const override { return "gem"; }

  Result<std::string> identify(const Call& call) const override {
    const auto value = call.headers.find("x-goog-api-key");
    if (!value) {
      return fail(Code::kPermissionDenied,
                  "Method doesn't allow unregistered callers (callers without established "
                  "identity). Please use API Key or other form of API consumer identity to call "
                  "this API.");
    }
    for (const Keys::Plain& key : keys_.gemini) {
      if (*value == key.key) return key.account;
    }
    return fail(Code::kUnauthenticated, "API key not valid. Please pass a valid API key.");
  }

  Result<Prompt> read(const Call& call) const override {
    const auto target = target_of(call.path);
    const bool known = target && call.method == "POST" &&
                       (target->verb == "generateContent" ||
                        target->verb == "streamGenerateContent" || target->verb == "countTokens");
    if (!known) return fail(Code::kNotFound, "Requested entity was not found.");
    const Model* model = find_model(Provider::kGemini, target->model);
    if (model == nullptr) {
      return fail(Code::kNotFound, "models/" + std::string(target->model) +
                                       " is not found for API version v1beta, or is not supported "
                                       "for " +
                                       std::string(target->verb) + ".");
    }
    auto body = Json::parse(call.body);
    if (!body || !body->is_object()) {
      return fail(Code::kInvalidArgument, "Invalid JSON payload received. " +
                                              (body ? "Not an object." : body.error().detail));
    }
    const Json* asked = &*body;
    if (target->verb == "countTokens") {
      TRY_VOID(check_fields(*body, {"contents", "generateContentRequest"}, ""));
      const Json& whole = field_of(*body, "generateContentRequest");
      if (!whole.is_null()) asked = &whole;
    }
    TRY(Prompt prompt, read_gemini(*model, *asked));
    prompt.stream = target->verb == "streamGenerateContent";
    prompt.json_array = prompt.stream && !call.target.contains("alt=sse");
    return prompt;
  }

  Result<void> check_window(const Model& model, const Prompt&, std::int64_t tokens) const override {
    if (tokens <= model.context) return {};
    return fail(Code::kContextOverflow, "The input token count (" + std::to_string(tokens) +
                                            ") exceeds the maximum number of tokens allowed (" +
                                            std::to_string(model.context) + ").");
  }

  std::optional<std::string> count_answer(const Call& call, std::int64_t tokens) const override {
    if (!call.path.ends_with(":countTokens")) return std::nullopt;
    return Json::object(
               {{"totalTokens", tokens},
                {"promptTokensDetails",
                 Json::array({Json::object({{"modality", "TEXT"}, {"tokenCount", tokens}})})}})
        .dump();
  }

  http::Headers headers(const Job& job) const override {
    http::Headers headers;
    const bool events = job.prompt.stream && !job.prompt.json_array;
    headers.add("content-type", events ? "text/event-stream" : "application/json; charset=UTF-8");
    headers.add("x-gemini-service-tier", "standard");
    return headers;
  }

  std::string whole(const Job& job) const override {
    Json candidates = Json::array();
    Parts maker(job);
    for (std::int64_t i = 0; i < job.prompt.choices; ++i) {
      Json parts = Json::array();
      for (const AnswerPart& part : job.answer.parts) {
        if (part.kind == AnswerPart::Kind::kCall) {
          parts.push(maker.call(part));
        } else if (maker.shows(part)) {
          parts.push(maker.text(part, part.text));
        }
      }
      if (parts.items().empty()) parts.push(Json::object({{"text", ""}}));
      candidates.push(candidate_json(std::move(parts), i, finish_reason(job.answer.stop)));
    }
    Json out = Json::object({{"candidates", std::move(candidates)}});
    if (job.with_usage) {
      out.set("usageMetadata",
              usage_json(job.usage, job.usage.output - job.usage.reasoning, job.usage.reasoning));
    }
    out.set("modelVersion", job.prompt.model).set("responseId", job.id);
    return out.dump();
  }

  std::vector<Piece> stream(const Job& job) const override { return ChunkWriter(job).write(); }

  ApiError error_of(const Error& error) const override {
    switch (error.code) {
      case Code::kUnauthenticated:  // Google's own status for a bad key
        return {400, "API_KEY_INVALID", error.detail, {}};
      case Code::kPermissionDenied:
        return {403, "", error.detail, {}};
      case Code::kNotFound:
        return {404, "", error.detail, {}};
      default:
        return {400, "", error.detail, {}};
    }
  }

  // The wait stands in the body alone.
  void render(const ApiError& error, std::string_view, http::Headers& headers,
              std::string& body) const override {
    headers.add("content-type", "application/json; charset=UTF-8");
    body = error_json(error.status, error.type, error.message, error.retry_after).dump();
  }

  std::string stream_error(const Fault& fault) const override {
    return error_json(fault.status, fault.type, fault.message, {}).dump() + "\n\n";
  }

 private:
  static Json error_json(int status, const std::string& type, const std::string& message,
                         std::optional<std::int64_t> retry_after) {
    const bool is_reason = type == "API_KEY_INVALID";
    Json details = Json::array();
    if (is_reason) {
      details.push(Json::object({{"@type", "type.googleapis.com/google.rpc.ErrorInfo"},
                                 {"reason", type},
                                 {"domain", "googleapis.com"}}));
    }
    if (retry_after) {
      details.push(Json::object({{"@type", "type.googleapis.com/google.rpc.RetryInfo"},
                                 {"retryDelay", std::to_string(*retry_after) + "s"}}));
    }
    Json error = Json::object(
        {{"code", status},
         {"message", message.empty() ? "An internal error has occurred (simulated)." : message},
         {"status", type.empty() || is_reason ? std::string(status_name(status)) : type}});
    if (!details.items().empty()) error.set("details", std::move(details));
    return Json::object({{"error", std::move(error)}});
  }

  const Keys& keys_;
};

}  // namespace

std::unique_ptr<ProviderApi> make_gemini(const Keys& keys) {
  return std::make_unique<Gemini>(keys);
}

}  // namespace sekisho::sim
