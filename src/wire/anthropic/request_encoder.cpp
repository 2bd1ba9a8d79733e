#include "wire/anthropic/request_encoder.h"

#include <string_view>

#include "wire/anthropic/message_writer.h"
#include "wire/anthropic/names.h"
#include "wire/cache_marks.h"
#include "wire/json_writer.h"
#include "wire/model_limits.h"
#include "wire/reasoning_plan.h"
#include "wire/tool_plan.h"

namespace sekisho::wire::anthropic {
namespace {

constexpr std::size_t kStopSequences = 8191;
constexpr std::size_t kUserIdBytes = 256;

class RequestWriter {
 public:
  RequestWriter(Conversation& conversation, const TargetModel& target,
                const TranslationSettings& settings, TranslatedRequest& out)
      : conversation_(conversation),
        target_(target),
        settings_(settings),
        out_(out),
        json_(out.body),
        blocks_(json_) {}

  Result<void> write() {
    TRY_VOID(settle());
    out_.body.reserve(estimated_body(conversation_));
    json_.begin_object().field("model", settings_.model);
    json_.field("max_tokens", settings_.max_tokens);
    if (settings_.stream) json_.field("stream", true);
    thinking();
    output_config();
    sampling();
    metadata();
    tools();
    if (!conversation_.system.empty()) {
      json_.key("system");
      blocks_.system(conversation_.system);
    }
    json_.key("messages");
    TRY_VOID(blocks_.messages(conversation_.turns));
    json_.end_object();
    return {};
  }

 private:
  Result<void> settle() {
    Conversation& c = conversation_;
    TRY_VOID(count_media(c, target_));
    keep_returnable_reasoning(c, target_, out_.dropped);
    reasoning_ = plan_reasoning(c, target_, settings_.max_tokens, out_.dropped);
    settle_prefill(c, target_, out_.dropped);
    const ToolRules rules{.name_bytes = kToolNameBytes, .knows_none = true};
    const bool thinks = reasoning_.is_thinking();
    TRY(tools_, plan_tools(c, target_, rules, thinks, out_.dropped, out_.tool_names));
    settle_sampling(c, target_, thinks, out_.dropped);
    settle_stop(c, target_, kStopSequences, out_.dropped);
    settle_format(c, target_, out_.dropped);
    settle_cache_marks(c, target_, out_.dropped);
    return {};
  }

  void thinking() {
    using Plan = ReasoningPlan::Kind;
    if (reasoning_.kind == Plan::kBudget) {
      json_.key("thinking").begin_object().field("type", "enabled");
      json_.field("budget_tokens", reasoning_.budget_tokens).end_object();
    } else if (reasoning_.kind == Plan::kAdaptive) {
      json_.key("thinking").begin_object().field("type", "adaptive");
      if (!reasoning_.display.empty()) json_.field("display", reasoning_.display);
      json_.end_object();
    }
  }

  void output_config() {
    using Plan = ReasoningPlan::Kind;
    const bool has = reasoning_.kind == Plan::kAdaptive || reasoning_.kind == Plan::kOutputEffort;
    const std::string_view effort = has ? reasoning_.effort : std::string_view();
    const std::string_view schema = conversation_.format.schema;
    if (effort.empty() && schema.empty()) return;
    json_.key("output_config").begin_object();
    if (!effort.empty()) json_.field("effort", effort);
    if (!schema.empty()) {
      json_.key("format").begin_object().field("type", "json_schema");
      json_.raw_field("schema", schema).end_object();
    }
    json_.end_object();
  }

  void sampling() {
    const Conversation& c = conversation_;
    if (!c.temperature.empty()) json_.raw_field("temperature", c.temperature);
    if (!c.top_p.empty()) json_.raw_field("top_p", c.top_p);
    if (!c.top_k.empty()) json_.raw_field("top_k", c.top_k);
    if (c.stop.empty()) return;
    json_.key("stop_sequences").begin_array();
    for (const RawText stop : c.stop) json_.raw_string(stop);
    json_.end_array();
  }

  // It knows the end user alone.
  void metadata() {
    std::string_view user;
    for (const auto& [name, value] : conversation_.metadata) {
      if (name == "user" && !value.empty() && value.size() <= kUserIdBytes) {
        user = value;
      } else {
        out_.dropped.push_back(name == "user" ? "user" : "metadata." + name);
      }
    }
    if (!user.empty()) json_.key("metadata").begin_object().field("user_id", user).end_object();
  }

  void tools() {
    if (tools_.tools.empty()) return;
    json_.key("tools").begin_array();
    for (const ToolPlan::Sent& sent : tools_.tools) {
      json_.begin_object().field("name", sent.name);
      if (!is_blank(sent.tool->description)) {
        json_.key("description").raw_string(sent.tool->description);
      }
      json_.raw_field("input_schema", sent.tool->schema);
      blocks_.cache_control(sent.tool->cache);
      json_.end_object();
    }
    json_.end_array();
    tool_choice();
  }

  void tool_choice() {
    using Choice = ToolChoice::Kind;
    if (tools_.choice == Choice::kAuto && !tools_.one_at_a_time) return;
    json_.key("tool_choice").begin_object();
    switch (tools_.choice) {
      case Choice::kAuto:
        json_.field("type", "auto");
        break;
      case Choice::kNone:
        json_.field("type", "none");
        break;
      case Choice::kAny:
        json_.field("type", "any");
        break;
      case Choice::kOne:
        json_.field("type", "tool").field("name", tools_.choice_name);
        break;
    }
    if (tools_.one_at_a_time && tools_.choice != Choice::kNone) {
      json_.field("disable_parallel_tool_use", true);
    }
    json_.end_object();
  }

  Conversation& conversation_;
  const TargetModel& target_;
  const TranslationSettings& settings_;
  TranslatedRequest& out_;
  JsonWriter json_;
  MessageWriter blocks_;
  ReasoningPlan reasoning_;
  ToolPlan tools_;
};

}  // namespace

Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped) {
  TargetModel model = target;
  if (model.family.empty()) model.family = "claude";  // one that the catalogue does not know
  TranslatedRequest out;
  out.dropped = std::move(dropped);
  RequestWriter writer(conversation, model, settings, out);
  TRY_VOID(writer.write());
  return out;
}

}  // namespace sekisho::wire::anthropic
