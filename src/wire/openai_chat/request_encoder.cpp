#include "wire/openai_chat/request_encoder.h"

#include <algorithm>
#include <array>

#include "wire/aws/sha256.h"
#include "wire/json_slice.h"
#include "wire/json_writer.h"
#include "wire/openai_chat/message_writer.h"
#include "wire/openai_chat/model_rules.h"
#include "wire/tool_names.h"

namespace sekisho::wire::openai_chat {
namespace {

using Choice = ToolChoice::Kind;

constexpr std::size_t kStopSequences = 4;
constexpr std::size_t kLongestUser = 64;

// Claude Code's note to Anthropic's billing. It changes from call to call, and where prefixes are
// cached by their beginning nothing would be cached behind it.
constexpr std::string_view kBillingNote = "x-anthropic-billing-header:";

Result<void> check_media(const Conversation& conversation, const TargetModel& target) {
  if (target.images) return {};
  const auto is_image = [](const Block& block) { return block.kind == Block::Kind::kImage; };
  for (const Turn& turn : conversation.turns) {
    for (const Block& block : turn.blocks) {
      if (is_image(block) || std::ranges::any_of(block.content, is_image)) {
        return fail(Code::kUnsupported, "messages: this model takes no images");
      }
    }
  }
  return {};
}

// What OpenAI calls strict: every object closed, every property required. Only such a schema can be
// enforced there; others are followed as well as the model can.
bool is_strict(JsonValue schema) {
  constexpr std::array<std::string_view, 8> kUnknown{
      "allOf", "not", "oneOf", "if", "then", "else", "dependentRequired", "patternProperties"};
  if (schema.is(JsonKind::kArray)) {
    return std::all_of(schema.begin(), schema.end(), [](JsonValue one) { return is_strict(one); });
  }
  if (!schema.is(JsonKind::kObject)) return true;
  const JsonValue properties = schema.find("properties"), required = schema.find("required");
  if (properties.is(JsonKind::kObject) || schema.find("type").equals("object")) {
    if (!schema.find("additionalProperties").is(JsonKind::kFalse)) return false;
    for (const JsonValue property : properties) {
      const std::string name = property.name_text();
      const bool found = std::any_of(required.begin(), required.end(),
                                     [&](JsonValue one) { return one.equals(name); });
      if (!found || !is_strict(property)) return false;
    }
  }
  for (const JsonValue member : schema) {
    if (std::ranges::find(kUnknown, member.name()) != kUnknown.end()) return false;
    if (member.name() != "properties" && member.name() != "enum" && member.name() != "const" &&
        !is_strict(member)) {
      return false;
    }
  }
  return true;
}

bool is_strict(std::string_view schema) {
  JsonDocument document;
  return document.parse(schema).has_value() && is_strict(document.root());
}

class RequestWriter {
 public:
  RequestWriter(Conversation& conversation, const TargetModel& target,
                const TranslationSettings& settings, TranslatedRequest& out)
      : conversation_(conversation),
        target_(target),
        settings_(settings),
        rules_(rules_of(target, settings)),
        out_(out),
        json_(out.body) {}

  Result<void> write() {
    settle();
    TRY_VOID(name_tools());
    out_.body.reserve(estimate());
    json_.begin_object().field("model", settings_.model);
    json_.field(rules_.max_tokens_field, max_tokens());
    if (settings_.stream) stream();
    sampling();
    if (!effort_.empty()) json_.field("reasoning_effort", effort_);
    user();
    tools();
    response_format();
    messages();
    json_.end_object();
    return {};
  }

 private:
  void drop(std::string field) { out_.dropped.push_back(std::move(field)); }
  void drop(std::string_view& setting, std::string_view name) {
    if (setting.empty()) return;
    setting = {};
    drop(std::string(name));
  }

  void settle() {
    settle_system();
    settle_prefill();
    settle_sampling();
    settle_reasoning();
    if (!conversation_.format.schema.empty() && !target_.json_schema) {
      conversation_.format = {};
      drop("response_format");
    }
  }

  void settle_system() {
    const auto removed = std::erase_if(conversation_.system, [](const Block& block) {
      return block.text.starts_with(kBillingNote);
    });
    if (removed > 0) drop("system (x-anthropic-billing-header)");
  }

  // Chat models answer a last message of their own with a new one, they do not go on from it.
  void settle_prefill() {
    auto& turns = conversation_.turns;
    if (turns.back().role != Role::kAssistant) return;
    Block go_on;
    go_on.text = "Continue.";
    turns.push_back({Role::kUser, {go_on}});
    drop("messages (an answer's beginning cannot be given to this model)");
  }

  void settle_sampling() {
    Conversation& c = conversation_;
    drop(c.top_k, "top_k");
    if (target_.forbids_sampling) {
      for (auto* number : {&c.temperature, &c.top_p}) {
        if (*number == "1" || *number == "1.0") *number = {};  // the default
      }
      drop(c.temperature, "temperature");
      drop(c.top_p, "top_p");
    }
    const std::size_t before = c.stop.size();
    std::erase_if(c.stop, [](RawText text) { return text.empty(); });
    if (!rules_.stop) c.stop.clear();
    if (c.stop.size() > kStopSequences) c.stop.resize(kStopSequences);
    if (c.stop.size() < before) drop("stop");
  }

  void settle_reasoning() {
    const ReasoningWish& wish = conversation_.reasoning;
    if (!target_.reasoning) {
      if (wish.mode == ReasoningWish::Mode::kOn) drop("reasoning");
      if (!wish.output_effort.empty()) drop("output_config.effort");
      return;
    }
    const Effort effort = effort_for(wish, rules_.efforts);
    effort_ = effort.word;
    if (!effort.kept) drop("reasoning (this model always thinks)");
  }

  Result<void> name_tools() {
    if (!target_.tools && !conversation_.tools.empty()) {
      return fail(Code::kUnsupported, "tools: this model has no tools");
    }
    for (const Tool& tool : conversation_.tools) {
      std::string name = tool_name_within(tool.name, kToolName);
      if (std::ranges::find(tool_names_, name) != tool_names_.end()) {
        return fail(Code::kInvalidArgument, "tools: two of them become " + name);
      }
      if (name != tool.name || tool.custom) {
        out_.tool_names.add({name, std::string(tool.name), tool.custom});
      }
      tool_names_.push_back(std::move(name));
    }
    return {};
  }

  // More than the model can give is refused there, and the client gets no less without it.
  std::int64_t max_tokens() const {
    const std::int64_t most = target_.max_output;
    return most > 0 ? std::min(settings_.max_tokens, most) : settings_.max_tokens;
  }

  std::size_t estimate() const {
    std::size_t size = 4096;
    for (const Tool& tool : conversation_.tools) {
      size += tool.schema.size() + tool.description.size() + 128;
    }
    for (const Block& block : conversation_.system) size += block.text.size() + 64;
    for (const Turn& turn : conversation_.turns) size += estimate(turn.blocks) + 64;
    return size;
  }
  static std::size_t estimate(const std::vector<Block>& blocks) {
    std::size_t size = 0;
    for (const Block& block : blocks) {
      size += block.text.size() + block.media.size() + block.arguments.size() * 5 / 4 +
              estimate(block.content) + 160;
    }
    return size;
  }

  void stream() {
    json_.field("stream", true);
    if (!settings_.usage_in_stream) return;
    json_.key("stream_options").begin_object().field("include_usage", true).end_object();
  }

  void sampling() {
    const Conversation& c = conversation_;
    if (!c.temperature.empty()) json_.raw_field("temperature", c.temperature);
    if (!c.top_p.empty()) json_.raw_field("top_p", c.top_p);
    if (c.stop.empty()) return;
    json_.key("stop").begin_array();
    for (const RawText stop : c.stop) json_.raw_string(stop);
    json_.end_array();
  }

  // Who the end user is, for the provider's abuse checks; a long name by its hash. Metadata of
  // other names OpenAI takes only with what it stores.
  void user() {
    std::string user;
    for (const auto& [name, value] : conversation_.metadata) {
      if (rules_.user && (name == "user" || name == "user_id")) {
        user = value;
      } else {
        drop("metadata." + name);
      }
    }
    if (user.empty()) return;
    json_.field("user", user.size() > kLongestUser ? aws::hex(aws::sha256(user)) : user);
  }

  void tools() {
    const auto& tools = conversation_.tools;
    if (tools.empty()) return;
    json_.key("tools").begin_array();
    for (std::size_t i = 0; i < tools.size(); ++i) {
      json_.begin_object().field("type", "function").key("function").begin_object();
      json_.field("name", tool_names_[i]);
      if (!tools[i].description.empty()) json_.key("description").raw_string(tools[i].description);
      json_.raw_field("parameters", tools[i].schema).end_object().end_object();
    }
    json_.end_array();
    tool_choice();
    if (conversation_.choice.parallel) return;
    if (rules_.parallel_choice) {
      json_.field("parallel_tool_calls", false);
    } else {
      drop("parallel_tool_calls");
    }
  }

  void tool_choice() {
    const ToolChoice& choice = conversation_.choice;
    const bool forced = choice.kind == Choice::kAny || choice.kind == Choice::kOne;
    if (forced && target_.forbids_forced_tool) return drop("tool_choice");
    if (choice.kind == Choice::kNone) json_.field("tool_choice", "none");
    if (choice.kind == Choice::kAny) json_.field("tool_choice", "required");
    if (choice.kind != Choice::kOne) return;
    json_.key("tool_choice").begin_object().field("type", "function").key("function");
    json_.begin_object().field("name", tool_name_within(choice.name, kToolName));
    json_.end_object().end_object();
  }

  void response_format() {
    const OutputFormat& format = conversation_.format;
    if (format.schema.empty()) return;
    json_.key("response_format").begin_object().field("type", "json_schema");
    json_.key("json_schema").begin_object();
    json_.field("name", format.name.empty() ? "answer" : tool_name_within(format.name, kToolName));
    if (!format.description.empty()) json_.key("description").raw_string(format.description);
    if (is_strict(format.schema)) json_.field("strict", true);
    json_.raw_field("schema", format.schema).end_object().end_object();
  }

  void messages() {
    MessageWriter writer(json_, {settings_.reasoning_field, rules_.short_call_ids});
    json_.key("messages").begin_array();
    writer.system(conversation_.system);
    for (const Turn& turn : conversation_.turns) writer.turn(turn);
    json_.end_array();
    if (writer.left_out_reasoning()) drop("messages[].reasoning");
  }

  Conversation& conversation_;
  const TargetModel& target_;
  const TranslationSettings& settings_;
  const ModelRules rules_;
  TranslatedRequest& out_;
  JsonWriter json_;
  std::string_view effort_;
  std::vector<std::string> tool_names_;  // as they are sent, in the order of the tools
};

}  // namespace

Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped) {
  TRY_VOID(check_media(conversation, target));
  TranslatedRequest out;
  out.dropped = std::move(dropped);
  RequestWriter writer(conversation, target, settings, out);
  TRY_VOID(writer.write());
  return out;
}

}  // namespace sekisho::wire::openai_chat
