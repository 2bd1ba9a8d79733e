#include "sim/openai_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "sim/base64.h"
#include "sim/membership.h"
#include "sim/models.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kMembers[] = {"model",
                                         "messages",
                                         "tools",
                                         "tool_choice",
                                         "stream",
                                         "stream_options",
                                         "max_tokens",
                                         "max_completion_tokens",
                                         "temperature",
                                         "top_p",
                                         "n",
                                         "stop",
                                         "presence_penalty",
                                         "frequency_penalty",
                                         "logit_bias",
                                         "logprobs",
                                         "top_logprobs",
                                         "user",
                                         "safety_identifier",
                                         "prompt_cache_key",
                                         "prompt_cache_retention",
                                         "response_format",
                                         "seed",
                                         "service_tier",
                                         "store",
                                         "metadata",
                                         "modalities",
                                         "audio",
                                         "prediction",
                                         "parallel_tool_calls",
                                         "reasoning_effort",
                                         "verbosity",
                                         "web_search_options",
                                         "functions",
                                         "function_call"};

Failure refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

class ChatReader {
 public:
  explicit ChatReader(const Json& body) : body_(body) {}

  Result<Prompt> read() {
    for (const auto& [name, value] : body_.members()) {
      if (!is_one_of(kMembers, name)) {
        return refuse("Unrecognized request argument supplied: " + name);
      }
    }
    const std::string& id = body_["model"].text();
    if (!body_["model"].is_string()) return refuse("you must provide a model parameter");
    model_ = find_model(Provider::kOpenAi, id);
    if (model_ == nullptr) {
      return fail(Code::kNotFound, "The model `" + id +
                                       "` does not exist or you do not have access "
                                       "to it.");
    }
    if (model_->completes || model_->dimensions > 0) {
      return fail(Code::kNotFound,
                  "This is not a chat model and thus not supported in the v1/chat/completions "
                  "endpoint.");
    }
    prompt_.model = id;
    TRY_VOID(options());
    TRY_VOID(maximum());
    TRY_VOID(tools());
    TRY_VOID(reasoning());
    TRY_VOID(messages());
    return std::move(prompt_);
  }

 private:
  Result<void> number(std::string_view name, double low, double high) const {
    const Json& value = body_[name];
    if (value.is_null()) return {};
    const auto number = value.as_double();
    if (!number) {
      return refuse("Invalid type for '" + std::string(name) + "': expected a decimal, but got " +
                    value.dump().substr(0, 30) + " instead.");
    }
    if (*number < low || *number > high) {
      return refuse("Invalid '" + std::string(name) + "': decimal out of range.");
    }
    return {};
  }

  Result<void> options() {
    prompt_.stream = body_["stream"].as_bool();
    if (!body_["stream"].is_null() && !body_["stream"].is_bool()) {
      return refuse("Invalid type for 'stream': expected a boolean.");
    }
    if (body_.has("stream_options") && !body_["stream_options"].is_null()) {
      if (!prompt_.stream) {
        return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
      }
      for (const auto& [name, value] : body_["stream_options"].members()) {
        if (name != "include_usage" && name != "include_obfuscation") {
          return refuse("Unknown parameter: 'stream_options." + name + "'.");
        }
      }
      prompt_.include_usage = body_.at("stream_options", "include_usage").as_bool();
    }
    TRY_VOID(number("temperature", 0, 2));
    TRY_VOID(number("top_p", 0, 1));
    TRY_VOID(number("presence_penalty", -2, 2));
    TRY_VOID(number("frequency_penalty", -2, 2));
    for (std::string_view name : {"temperature", "top_p"}) {
      const Json& value = body_[name];
      if (!model_->refuses_sampling || value.is_null() || value.as_double() == 1.0) continue;
      return refuse("Unsupported value: '" + std::string(name) + "' does not support " +
                    value.dump() + " with this model. Only the default (1) value is supported.");
    }
    prompt_.choices = body_["n"].int_or(1);
    if (prompt_.choices < 1 || prompt_.choices > 8)
      return refuse("Invalid 'n': integer out of range.");
    return stop();
  }

  Result<void> stop() {
    const Json& stop = body_["stop"];
    if (stop.is_string()) prompt_.stop_sequences.push_back(stop.text());
    for (const Json& word : stop.items()) prompt_.stop_sequences.push_back(word.text());
    if (prompt_.stop_sequences.size() > 4) {
      return refuse("Invalid 'stop': array too long. Expected an array with maximum length 4.");
    }
    if (!prompt_.stop_sequences.empty() && model_->refuses_sampling) {
      return refuse("Unsupported parameter: 'stop' is not supported with this model.");
    }
    return {};
  }

  Result<void> maximum() {
    const bool old_name = body_.has("max_tokens") && !body_["max_tokens"].is_null();
    const bool new_name =
        body_.has("max_completion_tokens") && !body_["max_completion_tokens"].is_null();
    if (!old_name && !new_name) return {};
    if (old_name && model_->thinking) {
      return refuse(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
          "'max_completion_tokens' instead.");
    }
    if (old_name && new_name) {
      return refuse(
          "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not "
          "supported.");
    }
    const std::string name = new_name ? "max_completion_tokens" : "max_tokens";
    const auto value = body_[name].as_int();
    if (!value || *value < 1) {
      return refuse("Invalid '" + name + "': integer below minimum value. Expected a value >= 1.");
    }
    if (*value > model_->max_output) {
      return refuse("'" + name + "' is too large: " + std::to_string(*value) +
                    ". This model supports at most " + std::to_string(model_->max_output) +
                    " completion tokens, whereas you provided " + std::to_string(*value) + ".");
    }
    prompt_.max_tokens = *value;
    return {};
  }

  Result<void> tools() {
    if (body_.has("tools") && body_["tools"].items().empty() && !body_["tools"].is_null()) {
      return refuse("Invalid 'tools': empty array. Expected an array with minimum length 1.");
    }
    for (const Json& tool : body_["tools"].items()) {
      const Json& function = tool["function"];
      const std::string& name = function["name"].text();
      if (tool["type"].text() != "function") return refuse("Invalid value for 'tools.type'.");
      if (!is_function_name(name)) {
        return refuse(
            "Invalid 'tools.function.name': string does not match pattern "
            "^[a-zA-Z0-9_-]+$ or is longer than 64.");
      }
      const Json& schema = function["parameters"];
      if (!schema.is_null() && schema["type"].text() != "object") {
        return refuse("Invalid schema for function '" + name +
                      "': schema must be a JSON Schema of 'type: \"object\"'.");
      }
      prompt_.add_text("tool", name + function["description"].text() + schema.dump());
      prompt_.tools.push_back({name, schema.is_null() ? Json::object() : schema});
    }
    return tool_choice();
  }

  // What models of each generation take; the first row that fits.
  Result<void> reasoning() const {
    struct Row {
      std::string_view prefix, efforts;
    };
    constexpr std::array kRows{Row{"gpt-5-", "'minimal', 'low', 'medium', and 'high'"},
                               Row{"gpt-5.", "'none', 'low', 'medium', 'high', and 'xhigh'"},
                               Row{"", "'low', 'medium', and 'high'"}};
    if (model_->id.starts_with("o") && body_.has("parallel_tool_calls")) {
      return refuse(
          "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.");
    }
    const Json& effort = body_["reasoning_effort"];
    if (effort.is_null() || !model_->thinking) return {};
    const auto row = std::ranges::find_if(
        kRows, [&](const Row& one) { return model_->id.starts_with(one.prefix); });
    if (row->efforts.contains("'" + effort.text() + "'")) return {};
    return refuse("Unsupported value: 'reasoning_effort' does not support '" + effort.text() +
                  "' with this model. Supported values are: " + std::string(row->efforts) + ".");
  }

  Result<void> tool_choice() {
    const Json& choice = body_["tool_choice"];
    if (choice.is_null()) return {};
    if (prompt_.tools.empty()) {
      return refuse("'tool_choice' is only allowed when 'tools' are specified.");
    }
    const std::string& word = choice.text();
    if (word == "required") prompt_.tool_choice = ToolChoice::kAny;
    if (word == "none") prompt_.tool_choice = ToolChoice::kNone;
    if (choice.is_object()) {
      prompt_.tool_choice = ToolChoice::kNamed;
      prompt_.named_tool = choice.at("function", "name").text();
    }
    return {};
  }

  static bool is_function_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    });
  }

  Result<void> messages() {
    if (body_["messages"].items().empty()) {
      return refuse("Invalid 'messages': empty array. Expected an array with minimum length 1.");
    }
    std::size_t index = 0;
    for (const Json& message : body_["messages"].items()) {
      TRY_VOID(this->message(message, "messages[" + std::to_string(index++) + "]"));
    }
    return close_calls();
  }

  Result<void> message(const Json& message, const std::string& where) {
    const std::string& role = message["role"].text();
    if (role == "tool") return tool_message(message);
    TRY_VOID(close_calls());
    if (role == "system" || role == "developer") return content(message, where, role, nullptr);
    if (role == "user") return content(message, where, role, &prompt_.turn(false));
    if (role == "assistant") return assistant(message, where);
    return refuse("Invalid value: '" + role +
                  "'. Supported values are: 'system', 'assistant', "
                  "'user', 'function', 'tool', and 'developer'.");
  }

  Result<void> content(const Json& message, const std::string& where, const std::string& role,
                       Turn* turn) {
    const Json& content = message["content"];
    if (content.is_string()) return text(content.text(), role, turn);
    if (!content.is_array()) {
      return refuse("Invalid value for '" + where + ".content': expected a string, got null.");
    }
    for (const Json& part : content.items()) {
      const std::string& type = part["type"].text();
      if (type == "text") {
        TRY_VOID(text(part["text"].text(), role, turn));
      } else if (type == "image_url" && role == "user") {
        TRY_VOID(image(part));
      } else if (type == "file" && role == "user") {
        prompt_.add_text("file", part["file"].dump());
      } else if (type == "refusal" && role == "assistant") {
        TRY_VOID(text(part["refusal"].text(), role, turn));
      } else {
        return refuse("Invalid value: '" + type + "' in " + where + ".content for role " + role +
                      ".");
      }
    }
    return {};
  }

  Result<void> text(const std::string& text, const std::string& role, Turn* turn) {
    prompt_.add_text(role, text);
    if (turn != nullptr) turn->text += text;
    return {};
  }

  Result<void> image(const Json& part) {
    const std::string& url = part.at("image_url", "url").text();
    if (!model_->images) return refuse("Invalid content type. image_url is not supported.");
    if (!url.starts_with("data:")) {
      if (!url.starts_with("https://")) return refuse("Invalid 'image_url': not a URL.");
      prompt_.add("image", url, count_image_tokens(url));
      return {};
    }
    const std::size_t comma = url.find(";base64,");
    const auto bytes = comma == std::string::npos
                           ? std::nullopt
                           : decode_base64(std::string_view(url).substr(comma + 8));
    if (!bytes || image_format(*bytes).empty()) {
      return refuse(
          "You uploaded an unsupported image. Please make sure your image has of one the "
          "following formats: ['png', 'jpeg', 'gif', 'webp'].");
    }
    prompt_.add("image", url, count_image_tokens(std::string_view(url).substr(comma + 8)));
    return {};
  }

  Result<void> assistant(const Json& message, const std::string& where) {
    Turn& turn = prompt_.turn(true);
    const std::vector<Json>& calls = message["tool_calls"].items();
    if (!message["content"].is_null() || calls.empty()) {
      TRY_VOID(content(message, where, "assistant", &turn));
    }
    for (const Json& call : calls) {
      const Json& function = call["function"];
      if (call["id"].text().empty() || !function["arguments"].is_string() ||
          !is_function_name(function["name"].text())) {
        return refuse("Invalid value for '" + where + ".tool_calls'.");
      }
      if (call["id"].text().size() > 40) {
        return refuse("Invalid '" + where +
                      ".tool_calls[].id': string too long. Expected a string with maximum length "
                      "40.");
      }
      if (!open_.insert(call["id"].text()).second) {
        return refuse("Duplicate value for 'tool_call_id' of '" + call["id"].text() + "'.");
      }
      const std::string& arguments = function["arguments"].text();
      prompt_.add_text("call " + call["id"].text(), function["name"].text() + arguments);
      turn.calls.push_back({call["id"].text(), function["name"].text(),
                            Json::parse(arguments).value_or(Json::object())});
    }
    return {};
  }

  Result<void> tool_message(const Json& message) {
    const std::string& id = message["tool_call_id"].text();
    if (open_.erase(id) == 0) {
      return refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a "
          "preceeding message with 'tool_calls'.");
    }
    std::string said = message["content"].text();
    for (const Json& part : message["content"].items()) {
      if (part["type"].text() != "text") {
        return refuse("Invalid value: '" + part["type"].text() +
                      "'. Supported values are: 'text'.");
      }
      said += part["text"].text();
    }
    if (message["content"].is_null()) return refuse("Invalid value for 'content': got null.");
    prompt_.add_text("result " + id, said);
    prompt_.turn(false).results.push_back(std::move(said));
    return {};
  }

  Result<void> close_calls() const {
    if (open_.empty()) return {};
    std::string ids;
    for (const std::string& id : open_) ids += (ids.empty() ? "" : ", ") + id;
    return refuse(
        "An assistant message with 'tool_calls' must be followed by tool messages "
        "responding to each 'tool_call_id'. The following tool_call_ids did not have "
        "response messages: " +
        ids);
  }

  const Json& body_;
  const Model* model_ = nullptr;
  Prompt prompt_;
  std::set<std::string> open_;
};

}  // namespace

Result<Prompt> read_chat(const Json& body) {
  TRY(Prompt prompt, ChatReader(body).read());
  prompt.thinking = find_model(Provider::kOpenAi, prompt.model)->thinking;
  return prompt;
}

}  // namespace sekisho::sim
