#include "wire/bedrock/converse_request.h"

#include <algorithm>
#include <map>

#include "wire/bedrock/message_writer.h"
#include "wire/bedrock/names.h"
#include "wire/cache_marks.h"
#include "wire/json_text.h"
#include "wire/json_writer.h"
#include "wire/model_limits.h"
#include "wire/reasoning_plan.h"
#include "wire/tool_plan.h"

namespace sekisho::wire::bedrock {
namespace {

constexpr std::size_t kMetadataEntries = 16;
constexpr std::size_t kStopSequences = 2500;
constexpr std::size_t kDocumentsPerRequest = 5;
constexpr std::size_t kImagesPerRequest = 20;

Result<void> check_media(const Conversation& conversation, const TargetModel& target) {
  TRY(const MediaCount media, count_media(conversation, target));
  if (media.images > kImagesPerRequest) {
    return fail(Code::kTooLarge, "messages: more than 20 images in one request");
  }
  if (media.documents > kDocumentsPerRequest) {
    return fail(Code::kTooLarge, "messages: more than 5 files in one request");
  }
  return {};
}

class RequestWriter {
 public:
  RequestWriter(Conversation& conversation, const TargetModel& target, std::int64_t max_tokens,
                TranslatedRequest& out)
      : conversation_(conversation),
        target_(target),
        max_tokens_(max_tokens),
        out_(out),
        json_(out.body),
        blocks_(json_) {}

  Result<void> write() {
    keep_returnable_reasoning(conversation_, target_, out_.dropped);
    reasoning_ = plan_reasoning(conversation_, target_, max_tokens_, out_.dropped);
    settle_prefill(conversation_, target_, out_.dropped);
    TRY(tools_, plan_tools(conversation_, target_, ToolRules{}, reasoning_.is_thinking(),
                           out_.dropped, out_.tool_names));
    settle_sampling(conversation_, target_, reasoning_.is_thinking(), out_.dropped);
    settle_stop(conversation_, target_, kStopSequences, out_.dropped);
    settle_format(conversation_, target_, out_.dropped);
    settle_cache_marks(conversation_, target_, out_.dropped);
    out_.body.reserve(estimated_body(conversation_));
    json_.begin_object();
    if (!conversation_.system.empty()) {
      json_.key("system");
      blocks_.system(conversation_.system);
    }
    if (!tools_.tools.empty()) tool_config();
    output_config();
    additional_fields();
    inference_config();
    request_metadata();
    json_.key("messages");
    blocks_.messages(conversation_.turns);
    json_.end_object();
    return {};
  }

 private:
  void tool_config() {
    json_.key("toolConfig").begin_object().key("tools").begin_array();
    for (const ToolPlan::Sent& sent : tools_.tools) {
      json_.begin_object().key("toolSpec").begin_object().field("name", sent.name);
      if (!is_blank(sent.tool->description)) {
        json_.key("description").raw_string(sent.tool->description);
      }
      json_.key("inputSchema").begin_object().raw_field("json", sent.tool->schema).end_object();
      json_.end_object().end_object();
      blocks_.cache_point(sent.tool->cache);
    }
    json_.end_array();
    if (tools_.choice != ToolChoice::Kind::kAuto && !tools_.one_at_a_time) {
      json_.key("toolChoice").begin_object();
      if (tools_.choice == ToolChoice::Kind::kAny) {
        json_.raw_field("any", "{}");
      } else {
        json_.key("tool").begin_object().field("name", tools_.choice_name).end_object();
      }
      json_.end_object();
    }
    json_.end_object();
  }

  void output_config() {
    const OutputFormat& format = conversation_.format;
    if (format.schema.empty()) return;
    json_.key("outputConfig").begin_object().key("textFormat").begin_object();
    json_.field("type", "json_schema").key("structure").begin_object();
    json_.key("jsonSchema").begin_object().field("schema", format.schema);
    if (!is_blank(format.name)) json_.key("name").raw_string(format.name);
    if (!is_blank(format.description)) json_.key("description").raw_string(format.description);
    json_.end_object().end_object().end_object();
    // output_config beside it would repeat this member, which is refused.
    if (!output_effort().empty()) json_.field("effort", output_effort());
    json_.end_object();
  }

  // Claude's output_config.effort; "" = the model's default.
  std::string_view output_effort() const {
    using Plan = ReasoningPlan::Kind;
    const bool has = reasoning_.kind == Plan::kAdaptive || reasoning_.kind == Plan::kOutputEffort;
    return has ? reasoning_.effort : std::string_view();
  }

  void additional_fields() {
    std::string fields;
    JsonWriter json(fields);
    json.begin_object();
    reasoning_fields(json);
    if (!conversation_.top_k.empty()) json.raw_field("top_k", conversation_.top_k);
    if (tools_.one_at_a_time) one_at_a_time(json);
    json.end_object();
    if (fields != "{}") json_.raw_field("additionalModelRequestFields", fields);
    // Converse's own usage leaves out how much of the output was thinking.
    if (reasoning_.is_thinking()) {
      json_.raw_field("additionalModelResponseFieldPaths", R"(["/usage/output_tokens_details"])");
    }
  }

  void reasoning_fields(JsonWriter& json) {
    using Plan = ReasoningPlan::Kind;
    if (reasoning_.kind == Plan::kBudget) {
      json.key("thinking").begin_object().field("type", "enabled");
      json.field("budget_tokens", reasoning_.budget_tokens).end_object();
    } else if (reasoning_.kind == Plan::kAdaptive) {
      json.key("thinking").begin_object().field("type", "adaptive");
      if (!reasoning_.display.empty()) json.field("display", reasoning_.display);
      json.end_object();
    } else if (reasoning_.kind == Plan::kEffort) {
      json.field("reasoning_effort", reasoning_.effort);
    } else if (reasoning_.kind == Plan::kNova) {
      json.key("reasoningConfig").begin_object().field("type", "enabled");
      json.field("maxReasoningEffort", reasoning_.effort).end_object();
    }
    if (!output_effort().empty() && conversation_.format.schema.empty()) {
      json.key("output_config").begin_object().field("effort", output_effort()).end_object();
    }
  }

  void one_at_a_time(JsonWriter& json) {
    json.key("tool_choice").begin_object();
    if (tools_.choice == ToolChoice::Kind::kOne) {
      json.field("type", "tool").field("name", tools_.choice_name);
    } else {
      json.field("type", tools_.choice == ToolChoice::Kind::kAny ? "any" : "auto");
    }
    json.field("disable_parallel_tool_use", true).end_object();
  }

  void inference_config() {
    json_.key("inferenceConfig").begin_object().field("maxTokens", max_tokens_);
    if (!conversation_.temperature.empty()) {
      json_.raw_field("temperature", conversation_.temperature);
    }
    if (!conversation_.top_p.empty()) json_.raw_field("topP", conversation_.top_p);
    if (!conversation_.stop.empty()) {
      json_.key("stopSequences").begin_array();
      for (const RawText stop : conversation_.stop) json_.raw_string(stop);
      json_.end_array();
    }
    json_.end_object();
  }

  void request_metadata() {
    std::map<std::string, std::string> entries;  // sorted: clients may reorder theirs
    for (const auto& [name, value] : conversation_.metadata) {
      const std::string key = metadata_text(name);
      if (key.empty()) continue;
      if (entries.size() == kMetadataEntries && !entries.contains(key)) {
        out_.dropped.push_back("metadata." + name);
        continue;
      }
      entries[key] = metadata_text(value);
    }
    if (entries.empty()) return;
    json_.key("requestMetadata").begin_object();
    for (const auto& [name, value] : entries) json_.field(name, value);
    json_.end_object();
  }

  Conversation& conversation_;
  const TargetModel& target_;
  const std::int64_t max_tokens_;
  TranslatedRequest& out_;
  JsonWriter json_;
  MessageWriter blocks_;
  ReasoningPlan reasoning_;
  ToolPlan tools_;
};

}  // namespace

Result<TranslatedRequest> encode_converse_request(Conversation& conversation,
                                                  const TargetModel& target,
                                                  const TranslationSettings& settings,
                                                  std::vector<std::string> dropped) {
  const std::int64_t max_tokens = settings.max_tokens;
  if (max_tokens < least_max_tokens(target)) {
    return fail(Code::kInvalidArgument, "max_tokens: this model needs at least " +
                                            std::to_string(least_max_tokens(target)));
  }
  TRY_VOID(check_media(conversation, target));
  TranslatedRequest out;
  out.dropped = std::move(dropped);
  RequestWriter writer(conversation, target, max_tokens, out);
  TRY_VOID(writer.write());
  return out;
}

}  // namespace sekisho::wire::bedrock
