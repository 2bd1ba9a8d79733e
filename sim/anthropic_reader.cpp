#include "sim/anthropic_reader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "sim/blank_text.h"
#include "sim/claude_rules.h"
#include "sim/membership.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kStable[] = {
    "model",           "max_tokens",   "messages",       "system",
    "tools",           "tool_choice",  "thinking",       "output_config",
    "cache_control",   "metadata",     "stop_sequences", "service_tier",
    "inference_geo",   "container",    "speed",          "diagnostics",
    "user_profile_id", "workspace_id", "stream",         "temperature",
    "top_p",           "top_k"};

struct BetaField {
  std::string_view name, beta;  // accepted when a value that begins with `beta` came in the header
};
constexpr BetaField kBetaFields[] = {{"context_management", "context-management-"},
                                     {"mcp_servers", "mcp-client-"},
                                     {"safeguards", "dangerous-tool-use-"},
                                     {"thread", "threads-"},
                                     {"compaction", "compact-"},
                                     {"fallback_credit_token", "fallback-credit-"}};

// Values of anthropic-beta that the API knows, without their dates.
constexpr std::string_view kBetas[] = {"claude-code-",
                                       "interleaved-thinking-",
                                       "context-management-",
                                       "per-turn-control-",
                                       "mid-conversation-tool-changes-",
                                       "thinking-token-count-",
                                       "advanced-tool-use-",
                                       "effort-",
                                       "dangerous-tool-use-",
                                       "afk-mode-",
                                       "mcp-client-",
                                       "structured-outputs-",
                                       "context-1m-",
                                       "fast-mode-",
                                       "prompt-caching-",
                                       "prompt-caching-scope-",
                                       "extended-cache-ttl-",
                                       "token-counting-",
                                       "fine-grained-tool-streaming-",
                                       "output-128k-",
                                       "files-api-",
                                       "code-execution-",
                                       "skills-",
                                       "compact-",
                                       "web-fetch-",
                                       "tool-search-tool-",
                                       "tool-examples-",
                                       "computer-use-",
                                       "token-efficient-tools-",
                                       "model-context-window-exceeded-",
                                       "redact-thinking-",
                                       "task-budgets-",
                                       "advisor-tool-",
                                       "dev-full-thinking-",
                                       "oauth-",
                                       "summarize-connector-text-"};

// Bedrock's Claude: another list of members, and whole values of betas.
constexpr std::string_view kBedrockStable[] = {"anthropic_version",
                                               "anthropic_beta",
                                               "max_tokens",
                                               "messages",
                                               "system",
                                               "tools",
                                               "tool_choice",
                                               "thinking",
                                               "output_config",
                                               "cache_control",
                                               "metadata",
                                               "stop_sequences",
                                               "user_profile_id",
                                               "temperature",
                                               "top_p",
                                               "top_k"};
constexpr std::string_view kBedrockBetas[] = {"claude-code-20250219",
                                              "interleaved-thinking-2025-05-14",
                                              "context-management-2025-06-27",
                                              "thinking-token-count-2026-05-13",
                                              "effort-2025-11-24",
                                              "dangerous-tool-use-2026-09-03",
                                              "tool-search-tool-2025-10-19",
                                              "tool-examples-2025-10-29",
                                              "computer-use-2025-01-24",
                                              "computer-use-2025-11-24",
                                              "context-1m-2025-08-07",
                                              "compact-2026-01-12",
                                              "fine-grained-tool-streaming-2025-05-14",
                                              "output-128k-2025-02-19",
                                              "structured-outputs-2025-12-15",
                                              "token-efficient-tools-2025-02-19",
                                              "mid-conversation-output-config-2026-07-01",
                                              "mid-conversation-tool-changes-2026-07-01"};
constexpr std::string_view kBedrockTools[] = {"bash_", "text_editor_", "computer_", "memory_",
                                              "tool_search_tool_"};

constexpr std::string_view kToolFields[] = {
    "name",   "description",   "input_schema",          "cache_control",  "type",
    "strict", "defer_loading", "eager_input_streaming", "input_examples", "allowed_callers"};

class MessagesReader {
 public:
  MessagesReader(const Json& body, const MessagesDoor& door)
      : body_(body), betas_(door.betas), counting_(door.counting), model_(door.bedrock) {}

  Result<Prompt> read() {
    if (at_bedrock()) TRY_VOID(version());
    TRY_VOID(at_bedrock() ? known_to_bedrock() : known_betas());
    TRY_VOID(known_members());
    TRY_VOID(model());
    TRY_VOID(maximum());
    TRY_VOID(tools());
    TRY_VOID(tool_choice());
    TRY_VOID(system());
    TRY_VOID(messages());
    TRY_VOID(tool_pairs());
    TRY_VOID(read_cache_control(body_, "", prompt_));
    TRY_VOID(settings());
    TRY_VOID(check_cache_marks(prompt_));
    return std::move(prompt_);
  }

 private:
  bool at_bedrock() const { return model_ != nullptr && model_->provider == Provider::kBedrock; }

  Result<void> version() const {
    const Json& version = body_["anthropic_version"];
    if (version.is_null()) return messages_refusal("anthropic_version: Field required");
    // The second is what the SDK of 2026-11 sends.
    if (version.text() == "bedrock-2023-05-31" || version.text() == "2026-10-21") return {};
    return messages_refusal("anthropic_version: Input should be 'bedrock-2023-05-31'");
  }

  Result<void> known_to_bedrock() const {
    for (const std::string& beta : betas_) {
      if (!is_one_of(kBedrockBetas, beta)) return messages_refusal("invalid beta flag");
    }
    // Of what it knows to edit in the context, clearing of thinking is no part.
    for (const Json& edit : body_["context_management"]["edits"].items()) {
      if (edit["type"].text().starts_with("clear_thinking")) {
        return messages_refusal("context_management: Extra inputs are not permitted");
      }
    }
    return {};
  }

  bool has_beta(std::string_view prefix) const {
    return std::ranges::any_of(
        betas_, [prefix](const std::string& beta) { return beta.starts_with(prefix); });
  }

  Result<void> known_betas() const {
    for (const std::string& beta : betas_) {
      const bool known = std::ranges::any_of(
          kBetas, [&beta](std::string_view prefix) { return beta.starts_with(prefix); });
      if (!known) {
        return messages_refusal("Unexpected value(s) `" + beta +
                                "` for the `anthropic-beta` "
                                "header. Please consult our documentation at docs.claude.com or "
                                "try again without the header.");
      }
    }
    return {};
  }

  Result<void> known_members() const {
    for (const auto& [name, value] : body_.members()) {
      if (at_bedrock() ? is_one_of(kBedrockStable, name) : is_one_of(kStable, name)) continue;
      const auto* field = std::ranges::find(kBetaFields, name, &BetaField::name);
      if (field != std::end(kBetaFields) && has_beta(field->beta)) continue;
      return messages_refusal(name + ": Extra inputs are not permitted");
    }
    return {};
  }

  Result<void> model() {
    prompt_.stream = body_["stream"].as_bool();
    if (at_bedrock()) {
      prompt_.model = model_->id;
      return {};
    }
    const std::string& id = body_["model"].text();
    if (id.empty()) return messages_refusal("model: Field required");
    model_ = find_model(Provider::kAnthropic, id);
    if (model_ == nullptr) return fail(Code::kNotFound, "model: " + id);
    prompt_.model = id;
    return {};
  }

  Result<void> maximum() {
    if (counting_) return {};
    const Json& most = body_["max_tokens"];
    if (most.is_null()) return messages_refusal("max_tokens: Field required");
    if (!most.as_int()) return messages_refusal("max_tokens: Input should be a valid integer");
    if (*most.as_int() < 0) {
      return messages_refusal("max_tokens: Input should be greater than or equal to 0");
    }
    if (*most.as_int() > model_->max_output) {
      return messages_refusal("max_tokens: " + most.text() + " > " +
                              std::to_string(model_->max_output) +
                              ", which is the maximum allowed "
                              "number of output tokens for " +
                              std::string(model_->id));
    }
    prompt_.max_tokens = settings_.max_tokens = *most.as_int();
    return {};
  }

  Result<void> tools() {
    std::size_t index = 0;
    for (const Json& tool : body_["tools"].items()) {
      const std::string where = "tools." + std::to_string(index++);
      const std::string& type = tool["type"].text();
      const std::string& name = tool["name"].text();
      if (type.empty() || type == "custom") {
        TRY_VOID(custom_tool(tool, where, name));
      } else if (at_bedrock() && !runs_at_client(type)) {
        return messages_refusal(where + ": tool type '" + type +
                                "' is not supported for this model");
      } else {
        prompt_.add_text("tool", tool.dump());
      }
      for (const ToolOffer& other : prompt_.tools) {
        if (other.name == name) return messages_refusal("tools: Tool names must be unique.");
      }
      if (type.empty() || type == "custom") prompt_.tools.push_back({name, tool["input_schema"]});
      TRY_VOID(read_cache_control(tool, where, prompt_));
    }
    return {};
  }

  static bool runs_at_client(std::string_view type) {
    return std::ranges::any_of(
        kBedrockTools, [type](std::string_view prefix) { return type.starts_with(prefix); });
  }

  Result<void> custom_tool(const Json& tool, const std::string& where, const std::string& name) {
    for (const auto& [member, value] : tool.members()) {
      if (!is_one_of(kToolFields, member)) {
        return messages_refusal(where + ".custom." + member + ": Extra inputs are not permitted");
      }
    }
    const bool good = !name.empty() && name.size() <= 128 &&
                      name.find_first_not_of(
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789_-") == std::string::npos;
    if (!good) {
      return messages_refusal(where +
                              ".custom.name: String should match pattern "
                              "'^[a-zA-Z0-9_-]{1,128}$'");
    }
    if (tool.at("input_schema", "type").text() != "object") {
      return messages_refusal(where + ".custom.input_schema.type: Input should be 'object'");
    }
    prompt_.add_text("tool", name + tool["description"].text() + tool["input_schema"].dump());
    return {};
  }

  Result<void> tool_choice() {
    const Json& choice = body_["tool_choice"];
    if (choice.is_null()) return {};
    const std::string& type = choice["type"].text();
    if (body_["tools"].items().empty()) {
      return messages_refusal("tool_choice may only be specified while providing tools.");
    }
    if (type == "any") prompt_.tool_choice = ToolChoice::kAny;
    if (type == "none") prompt_.tool_choice = ToolChoice::kNone;
    if (type == "tool") {
      prompt_.tool_choice = ToolChoice::kNamed;
      prompt_.named_tool = choice["name"].text();
      const auto same = [this](const ToolOffer& tool) { return tool.name == prompt_.named_tool; };
      if (std::ranges::none_of(prompt_.tools, same)) {
        return messages_refusal("Tool '" + prompt_.named_tool + "' not found in provided tools");
      }
    }
    settings_.forced_tool = type == "any" || type == "tool";
    return {};
  }

  Result<void> system() {
    const Json& system = body_["system"];
    if (system.is_string()) {
      if (!system.text().empty()) prompt_.add_text("system", system.text());
      return {};
    }
    std::size_t index = 0;
    for (const Json& block : system.items()) {
      const std::string where = "system." + std::to_string(index++);
      if (block["type"].text() != "text") {
        return messages_refusal(where + ".type: Input should be 'text'");
      }
      TRY_VOID(read_message_block(block, {where, "system", *model_}, prompt_));
    }
    return {};
  }

  Result<void> messages() {
    const std::vector<Json>& messages = body_["messages"].items();
    if (messages.empty()) return messages_refusal("messages: at least one message is required");
    for (std::size_t i = 0; i < messages.size(); ++i) {
      TRY_VOID(message(messages[i], "messages." + std::to_string(i)));
    }
    const auto first = std::ranges::find_if(
        messages, [](const Json& message) { return message["role"].text() != "system"; });
    if (first == messages.end() || (*first)["role"].text() != "user") {
      return messages_refusal("messages: first message must use the \"user\" role");
    }
    const Json& last = messages.back();
    if (last["role"].text() != "assistant") return {};
    if (model_->refuses_prefill) {
      return messages_refusal(
          "This model does not support assistant message prefill. The "
          "conversation must end with a user message.");
    }
    const Json& content = last["content"];
    const std::string& text = content.is_string() || content.items().empty()
                                  ? content.text()
                                  : content.items().back()["text"].text();
    if (ends_blank(text)) {
      return messages_refusal(
          "messages: final assistant content cannot end with trailing "
          "whitespace");
    }
    return {};
  }

  Result<void> message(const Json& message, const std::string& where) {
    for (const auto& [name, value] : message.members()) {
      const bool per_turn = name == "output_config" && has_beta("per-turn-control-");
      if (name != "role" && name != "content" && !per_turn) {
        return messages_refusal(where + "." + name + ": Extra inputs are not permitted");
      }
    }
    const std::string& role = message["role"].text();
    if (role != "user" && role != "assistant" && role != "system") {
      return messages_refusal(where + ".role: Input should be 'user', 'assistant' or 'system'");
    }
    const Json& content = message["content"];
    // A system message may carry nothing but settings for the turns after it.
    if (role == "system" && message.has("output_config") && content.items().empty()) return {};
    if (content.is_string()) {
      if (content.text().empty()) {
        return messages_refusal(where +
                                ": all messages must have non-empty content except for the "
                                "optional final assistant message");
      }
      if (is_blank(content.text())) {
        return messages_refusal("messages: text content blocks must contain non-whitespace text");
      }
      prompt_.add_text(role, content.text());
      if (role != "system") prompt_.turn(role == "assistant").text += content.text();
      return {};
    }
    if (!content.is_array() || content.items().empty()) {
      return messages_refusal(where +
                              ": all messages must have non-empty content except for the "
                              "optional final assistant message");
    }
    if (role == "assistant") note_history(content.items(), where);
    for (std::size_t i = 0; i < content.items().size(); ++i) {
      const MessagePlace place{where + ".content." + std::to_string(i), role, *model_};
      TRY_VOID(read_message_block(content.items()[i], place, prompt_));
    }
    return {};
  }

  void note_history(const std::vector<Json>& content, const std::string& where) {
    AssistantHistory history{where + ".content.0", content.front()["type"].text(), false};
    for (const Json& block : content) history.has_tool_use |= block["type"].text() == "tool_use";
    history_ = history;
  }

  struct Ids {
    std::size_t message = 0;
    bool assistant = false;
    std::vector<std::string> used, answered;
  };

  // Turns: neighbouring messages of one role together; system messages do not part them.
  std::vector<Ids> turns_of_ids() const {
    std::vector<Ids> turns;
    const std::vector<Json>& messages = body_["messages"].items();
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i]["role"].text() == "system") continue;
      const bool assistant = messages[i]["role"].text() == "assistant";
      if (turns.empty() || turns.back().assistant != assistant)
        turns.push_back({i, assistant, {}, {}});
      for (const Json& block : messages[i]["content"].items()) {
        if (block["type"].text() == "tool_use") turns.back().used.push_back(block["id"].text());
        if (block["type"].text() == "tool_result") {
          turns.back().answered.push_back(block["tool_use_id"].text());
        }
      }
    }
    return turns;
  }

  Result<void> tool_pairs() const {
    std::set<std::string> all;
    Ids open;
    for (const Ids& turn : turns_of_ids()) {
      const std::string where = "messages." + std::to_string(turn.message);
      std::set<std::string> answered;
      for (const std::string& id : turn.answered) {
        if (!is_one_of(open.used, id)) {
          return messages_refusal(where +
                                  ".content: unexpected `tool_use_id` found in "
                                  "`tool_result` blocks: " +
                                  id +
                                  ". Each `tool_result` block must "
                                  "have a corresponding `tool_use` block in the previous message.");
        }
        if (!answered.insert(id).second) {
          return messages_refusal(where +
                                  ": each tool_use must have a single result. Found "
                                  "multiple `tool_result` blocks with id: " +
                                  id);
        }
      }
      for (const std::string& id : open.used) {
        if (answered.contains(id)) continue;
        return messages_refusal("messages." + std::to_string(open.message) +
                                ": `tool_use` ids were "
                                "found without `tool_result` blocks immediately after: " +
                                id +
                                ". Each `tool_use` block must have a corresponding `tool_result` "
                                "block in the next message.");
      }
      for (const std::string& id : turn.used) {
        if (!all.insert(id).second) {
          return messages_refusal("messages: `tool_use` ids must be unique");
        }
      }
      open = turn;
    }
    if (open.used.empty()) return {};
    return messages_refusal(
        "messages: `tool_use` ids were found without `tool_result` blocks "
        "immediately after: " +
        open.used.front() + ".");
  }

  Result<void> settings() {
    settings_.thinking = body_["thinking"];
    settings_.output_config = body_["output_config"];
    settings_.temperature = body_["temperature"].as_double();
    settings_.top_p = body_["top_p"].as_double();
    settings_.top_k = !body_["top_k"].is_null();
    if (settings_.temperature && (*settings_.temperature < 0 || *settings_.temperature > 1)) {
      return messages_refusal("temperature: range: 0..1");
    }
    for (const Json& stop : body_["stop_sequences"].items()) {
      if (is_blank(stop.text())) {
        return messages_refusal("stop_sequences: each stop sequence must contain non-whitespace");
      }
      prompt_.stop_sequences.push_back(stop.text());
    }
    TRY_VOID(apply_claude_settings(settings_, *model_, prompt_));
    return check_thinking_kept(settings_, history_);
  }

  const Json& body_;
  const std::vector<std::string>& betas_;
  bool counting_;
  const Model* model_ = nullptr;
  Prompt prompt_;
  ClaudeSettings settings_;
  std::optional<AssistantHistory> history_;
};

}  // namespace

Result<Prompt> read_messages(const Json& body, const MessagesDoor& door) {
  return MessagesReader(body, door).read();
}

}  // namespace sekisho::sim
