#include "sim/bedrock_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "sim/bedrock_content.h"
#include "sim/blank_text.h"
#include "sim/claude_rules.h"

#include "sim/membership.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kClaudeFields[] = {"thinking", "output_config",    "anthropic_beta",
                                              "top_k",    "reasoning_config", "tool_choice"};
constexpr std::string_view kOtherFields[] = {"inferenceConfig", "reasoningConfig", "top_k",
                                             "reasoning_effort"};

class ConverseReader {
 public:
  ConverseReader(const Json& body, const Model& model) : body_(body), model_(model) {}

  Result<Prompt> read() {
    TRY_VOID(converse_members(
        body_, "",
        {"messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig",
         "additionalModelRequestFields", "additionalModelResponseFieldPaths", "promptVariables",
         "requestMetadata", "performanceConfig", "serviceTier", "outputConfig"}));
    prompt_.model = model_.id;
    TRY_VOID(inference());
    TRY_VOID(tools());
    TRY_VOID(tool_choice());
    TRY_VOID(system());
    TRY_VOID(messages());
    TRY_VOID(tool_pairs());
    TRY_VOID(additional());
    TRY_VOID(output_config());
    TRY_VOID(metadata());
    TRY_VOID(check_cache_marks(prompt_));
    return std::move(prompt_);
  }

 private:
  static Failure range(std::string_view value, std::string_view member, std::string_view rule) {
    return converse_refusal("1 validation error detected: Value '" + std::string(value) + "' at '" +
                            std::string(member) + "' failed to satisfy constraint: Member must " +
                            std::string(rule));
  }

  Result<void> inference() {
    const Json& config = body_["inferenceConfig"];
    if (config.is_null()) return {};
    TRY_VOID(converse_members(config, "inferenceConfig",
                              {"maxTokens", "temperature", "topP", "stopSequences"}));
    if (const Json* most = config.find("maxTokens")) {
      const auto value = most->as_int();
      if (!value || *value < 1) {
        return range(most->dump(), "inferenceConfig.maxTokens",
                     "have value greater than or equal to 1");
      }
      if (*value > model_.max_output) {
        return converse_refusal("The maximum tokens you requested exceeds the model limit of " +
                                std::to_string(model_.max_output) +
                                ". Try again with a maximum "
                                "tokens value that is lower than " +
                                std::to_string(model_.max_output) + ".");
      }
      if (*value < model_.min_max_tokens) {
        return range(
            most->dump(), "inferenceConfig.maxTokens",
            "have value greater than or equal to " + std::to_string(model_.min_max_tokens));
      }
      prompt_.max_tokens = settings_.max_tokens = *value;
    }
    for (std::string_view member : {"temperature", "topP"}) {
      const Json* found = config.find(member);
      if (found == nullptr) continue;
      const auto value = found->as_double();
      const std::string where = "inferenceConfig." + std::string(member);
      if (!value || *value < 0)
        return range(found->dump(), where, "have value greater than or equal to 0");
      if (*value > 1) return range(found->dump(), where, "have value less than or equal to 1");
      (member == "topP" ? settings_.top_p : settings_.temperature) = value;
    }
    const std::vector<Json>& stops = config["stopSequences"].items();
    if (stops.size() > 2500)
      return range("stopSequences", "inferenceConfig", "have length less than or equal to 2500");
    for (const Json& stop : stops) {
      if (model_.claude ? is_blank(stop.text()) : stop.text().empty()) {
        return converse_refusal("stop_sequences: each stop sequence must contain non-whitespace");
      }
      prompt_.stop_sequences.push_back(stop.text());
    }
    return {};
  }

  Result<void> tools() {
    const Json& config = body_["toolConfig"];
    if (config.is_null()) return {};
    TRY_VOID(converse_members(config, "toolConfig", {"tools", "toolChoice"}));
    if (!model_.tools) return converse_refusal("This model doesn't support tool use.");
    if (config["tools"].items().empty())
      return range("[]", "toolConfig.tools", "have length greater than or equal to 1");
    std::size_t index = 0;
    for (const Json& tool : config["tools"].items()) {
      const ConversePlace place{"toolConfig.tools." + std::to_string(index), false, model_};
      TRY_VOID(converse_members(tool, place.where, {"toolSpec", "cachePoint", "systemTool"}));
      if (tool.has("cachePoint")) {
        if (!model_.tool_caching) {
          return converse_refusal("This model doesn't support prompt caching of tools.");
        }
        TRY_VOID(read_cache_point(tool["cachePoint"], place, index == 0, prompt_));
      } else {
        TRY_VOID(tool_spec(tool["toolSpec"], place.where));
      }
      ++index;
    }
    return {};
  }

  Result<void> tool_spec(const Json& spec, const std::string& where) {
    TRY_VOID(converse_members(spec, where + "/toolSpec",
                              {"name", "description", "inputSchema", "strict"}));
    const std::string& name = spec["name"].text();
    if (!is_tool_name(name)) {
      return range(name, where + ".toolSpec.name",
                   "satisfy regular expression pattern: [a-zA-Z0-9_-]{1,64}");
    }
    for (const ToolOffer& tool : prompt_.tools) {
      if (tool.name == name)
        return converse_refusal("The tool " + name + " is already defined at " + where);
    }
    if (spec.has("description") && spec["description"].text().empty()) {
      return range("", where + ".toolSpec.description", "have length greater than or equal to 1");
    }
    const Json& schema = spec.at("inputSchema", "json");
    if (schema["type"].text() != "object") {
      return converse_refusal("The value at " + where +
                              ".toolSpec.inputSchema.json.type must be "
                              "one of the following: object.");
    }
    if (spec["strict"].as_bool()) TRY_VOID(strict_schema(schema));
    prompt_.add_text("tool", name + spec["description"].text() + schema.dump());
    prompt_.tools.push_back({name, schema});
    return {};
  }

  static Result<void> strict_schema(const Json& schema) {
    if (schema["type"].text() == "object" &&
        schema["additionalProperties"].kind() != Json::Kind::kBool) {
      return converse_refusal(
          "For 'object' type, 'additionalProperties' must be explicitly set to "
          "false");
    }
    if (schema["type"].text() == "array" && schema.has("maxItems")) {
      return converse_refusal("For 'array' type, property 'maxItems' is not supported");
    }
    for (const auto& [name, property] : schema["properties"].members()) {
      TRY_VOID(strict_schema(property));
    }
    return schema.has("items") ? strict_schema(schema["items"]) : Result<void>{};
  }

  Result<void> tool_choice() {
    const Json& choice = body_.at("toolConfig", "toolChoice");
    if (choice.is_null()) return {};
    TRY_VOID(converse_members(choice, "toolConfig/toolChoice", {"auto", "any", "tool"}));
    if (choice.members().size() != 1) return converse_refusal("toolChoice must have one member");
    if (choice.has("any")) prompt_.tool_choice = ToolChoice::kAny;
    if (choice.has("tool")) {
      prompt_.tool_choice = ToolChoice::kNamed;
      prompt_.named_tool = choice.at("tool", "name").text();
      const auto same = [this](const ToolOffer& tool) { return tool.name == prompt_.named_tool; };
      if (std::ranges::none_of(prompt_.tools, same)) {
        return converse_refusal("The tool " + prompt_.named_tool +
                                " in toolChoice is not defined "
                                "in toolConfig.tools.");
      }
    }
    settings_.forced_tool = !choice.has("auto");
    if (settings_.forced_tool && !model_.claude && model_.id.contains("llama")) {
      return converse_refusal(
          "This model doesn't support the toolConfig.toolChoice field. Remove "
          "toolConfig.toolChoice and try again.");
    }
    return {};
  }

  Result<void> system() {
    std::size_t index = 0;
    for (const Json& block : body_["system"].items()) {
      const ConversePlace place{"system." + std::to_string(index), false, model_};
      TRY_VOID(converse_members(block, place.where, {"text", "guardContent", "cachePoint"}));
      if (block.has("cachePoint")) {
        TRY_VOID(read_cache_point(block["cachePoint"], place, index == 0, prompt_));
      } else if (is_blank(block["text"].text())) {
        return converse_refusal("The text field in the ContentBlock object at " + place.where +
                                " is blank. Add text to the text field, and try again.");
      } else {
        prompt_.add_text("system", block["text"].text());
      }
      ++index;
    }
    return {};
  }

  Result<void> messages() {
    const std::vector<Json>& messages = body_["messages"].items();
    if (messages.empty()) {
      return converse_refusal(
          "A conversation must start with a user message. Try again with a "
          "conversation that starts with a user message.");
    }
    std::string last_role;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const std::string where = "messages." + std::to_string(i);
      TRY_VOID(converse_members(messages[i], where, {"role", "content"}));
      const std::string& role = messages[i]["role"].text();
      TRY_VOID(check_role(role, last_role, where));
      if (role != "system") last_role = role;
      TRY_VOID(message(messages[i], role, where));
    }
    if (last_role == "assistant") return check_prefill(messages.back());
    return {};
  }

  Result<void> check_role(const std::string& role, const std::string& last_role,
                          const std::string& where) const {
    if (role == "system" && model_.adaptive_only) return {};
    if (role != "user" && role != "assistant") {
      return range(role, where + ".role", "satisfy enum value set: [user, assistant]");
    }
    if (last_role.empty() && role != "user") {
      return converse_refusal(
          "A conversation must start with a user message. Try again with a "
          "conversation that starts with a user message.");
    }
    if (last_role == role) {
      return converse_refusal(
          "A conversation must alternate between user and assistant roles. "
          "Make sure the conversation alternates between user and assistant "
          "roles and try again.");
    }
    return {};
  }

  Result<void> message(const Json& message, const std::string& role, const std::string& where) {
    const std::vector<Json>& content = message["content"].items();
    if (content.empty()) {
      return converse_refusal("The content field in the Message object at " + where +
                              " is empty. "
                              "Add a ContentBlock object to the content field and try again.");
    }
    ConverseCounts counts;
    bool has_text = false;
    const bool assistant = role == "assistant";
    if (assistant) note_history(content, where);
    prompt_.turn(assistant);
    for (std::size_t i = 0; i < content.size(); ++i) {
      const ConversePlace place{where + ".content." + std::to_string(i), assistant, model_};
      TRY_VOID(read_converse_block(content[i], place, i == 0, prompt_, counts));
      has_text = has_text || content[i].has("text");
    }
    if (counts.documents > 0 && !has_text) {
      return converse_refusal("A text block is required with a document at " + where + ".");
    }
    images_ += counts.images;
    if (images_ > 20) return converse_refusal("too many images and documents: more than 20");
    if (counts.has_tool_blocks && body_["toolConfig"].is_null()) {
      return converse_refusal(
          "The toolConfig field must be defined when using toolUse and "
          "toolResult content blocks.");
    }
    return {};
  }

  void note_history(const std::vector<Json>& content, const std::string& where) {
    AssistantHistory history;
    history.where = where + ".content.0";
    const Json& first = content.front();
    history.first_type = first.has("reasoningContent") ? "thinking"
                         : first.has("toolUse")        ? "tool_use"
                                                       : "text";
    for (const Json& block : content) history.has_tool_use |= block.has("toolUse");
    history_ = history;
  }

  Result<void> check_prefill(const Json& last) const {
    if (model_.refuses_prefill) {
      return converse_refusal(
          "This model does not support assistant message prefill. The "
          "conversation must end with a user message.");
    }
    const std::string& text = last["content"].items().back()["text"].text();
    if (ends_blank(text)) {
      return converse_refusal(
          "messages: final assistant content cannot end with trailing "
          "whitespace");
    }
    return {};
  }

  static std::vector<std::string> ids(const Json& message, std::string_view member) {
    std::vector<std::string> out;
    for (const Json& block : message["content"].items()) {
      if (block.has(member)) out.push_back(block.at(member, "toolUseId").text());
    }
    return out;
  }

  Result<void> tool_pairs() const {
    std::vector<std::string> open;
    const std::vector<Json>& messages = body_["messages"].items();
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i]["role"].text() == "system") continue;
      const std::string where = "messages." + std::to_string(i) + ".content";
      std::vector<std::string> results = ids(messages[i], "toolResult");
      if (std::set(results.begin(), results.end()).size() != results.size()) {
        return converse_refusal("The toolResult blocks at " + where + " contain duplicate Ids.");
      }
      if (results.size() > open.size()) {
        return converse_refusal("The number of toolResult blocks at " + where +
                                " exceeds the number of toolUse blocks of previous turn.");
      }
      std::string missing;
      for (const std::string& id : open) {
        if (!is_one_of(results, id)) missing += (missing.empty() ? "" : ", ") + id;
      }
      if (!missing.empty()) {
        return converse_refusal("Expected toolResult blocks at " + where +
                                " for the following Ids: " + missing);
      }
      open = ids(messages[i], "toolUse");
      if (std::set(open.begin(), open.end()).size() != open.size()) {
        return converse_refusal("The toolUse blocks at " + where + " contain duplicate Ids.");
      }
    }
    if (!open.empty())
      return converse_refusal("The conversation ends with unanswered toolUse blocks.");
    return {};
  }

  Result<void> additional() {
    const Json& fields = body_["additionalModelRequestFields"];
    for (const auto& [name, value] : fields.members()) {
      if (is_one_of(std::array<std::string_view, 8>{"max_tokens", "temperature", "top_p",
                                                    "stop_sequences", "messages", "system", "tools",
                                                    "stream"},
                    name)) {
        return converse_refusal("The additional field " + name +
                                " conflicts with the existing field. Remove it and try again.");
      }
      const bool known =
          model_.claude ? is_one_of(kClaudeFields, name) : is_one_of(kOtherFields, name);
      if (!known) {
        return converse_refusal(
            "The model returned the following errors: Malformed input request: "
            "#: extraneous key [" +
            name +
            "] is not permitted, please "
            "reformat your input and try again.");
      }
    }
    if (fields.has("tool_choice") && body_["toolConfig"].has("toolChoice")) {
      return converse_refusal(
          "The additional field tool_choice conflicts with the existing field "
          "toolConfig.toolChoice.");
    }
    if (!model_.claude) return {};
    const std::string& forced = fields.at("tool_choice", "type").text();
    settings_.forced_tool |= forced == "any" || forced == "tool";
    settings_.thinking = fields[fields.has("thinking") ? "thinking" : "reasoning_config"];
    settings_.output_config = fields["output_config"];
    settings_.top_k = fields.has("top_k");
    TRY_VOID(apply_claude_settings(settings_, model_, prompt_));
    return check_thinking_kept(settings_, history_);
  }

  Result<void> output_config() const {
    const Json& config = body_["outputConfig"];
    if (config.is_null()) return {};
    TRY_VOID(converse_members(config, "outputConfig", {"textFormat", "effort"}));
    if (config.has("textFormat") && !model_.json_schema) {
      return converse_refusal("This model doesn't support the outputConfig.textFormat field.");
    }
    return {};
  }

  Result<void> metadata() const {
    const Json& metadata = body_["requestMetadata"];
    if (metadata.members().size() > 16) {
      return range("requestMetadata", "requestMetadata", "have length less than or equal to 16");
    }
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view(" \t\r\n:_@$#=/+,-.").contains(c);
    };
    for (const auto& [name, value] : metadata.members()) {
      const std::string& text = value.text();
      if (name.empty() || name.size() > 256 || text.size() > 256 || !value.is_string() ||
          !std::ranges::all_of(name, allowed) || !std::ranges::all_of(text, allowed)) {
        return range(name, "requestMetadata",
                     "satisfy regular expression pattern: "
                     "[a-zA-Z0-9\\s:_@$#=/+,-.]{1,256}");
      }
    }
    if (body_["additionalModelResponseFieldPaths"].items().size() > 10) {
      return range("", "additionalModelResponseFieldPaths", "have length less than or equal to 10");
    }
    return {};
  }

  const Json& body_;
  const Model& model_;
  Prompt prompt_;
  ClaudeSettings settings_;
  std::optional<AssistantHistory> history_;
  int images_ = 0;
};

}  // namespace

Result<Prompt> read_converse(const Json& body, const Model& model) {
  return ConverseReader(body, model).read();
}

}  // namespace sekisho::sim
