#include "wire/gemini/request_encoder.h"

#include <algorithm>

#include "wire/gemini/content_writer.h"
#include "wire/gemini/thought_signature.h"
#include "wire/json_writer.h"

namespace sekisho::wire::gemini {
namespace {

using Kind = Block::Kind;
using Choice = ToolChoice::Kind;

constexpr std::size_t kStopSequences = 5;

// Reasoning goes back only as Gemini's own signature; turns stay non-empty.
void keep_own_reasoning(Conversation& conversation, std::vector<std::string>& dropped) {
  bool lost = false;
  for (Turn& turn : conversation.turns) {
    const auto removed = std::erase_if(turn.blocks, [](const Block& block) {
      if (block.kind == Kind::kRedactedReasoning) return true;
      return block.kind == Kind::kReasoning && unmarked_signature(block.signature).empty();
    });
    lost = lost || removed > 0;
    if (!turn.blocks.empty()) continue;
    Block filler;
    filler.text = "(empty)";
    turn.blocks.push_back(filler);
  }
  if (lost) dropped.push_back("messages[].reasoning_content");
}

// It wants the last word to be the user's.
void close_prefill(Conversation& conversation, std::vector<std::string>& dropped) {
  if (conversation.turns.back().role != Role::kAssistant) return;
  Block go_on;
  go_on.text = "Continue.";
  conversation.turns.push_back({Role::kUser, {go_on}});
  dropped.push_back("messages (an answer's beginning cannot be given to this model)");
}

// As Google's own OpenAI-compatible surface says an effort.
std::int64_t budget_of(std::string_view effort) {
  if (effort == "minimal" || effort == "low") return 1024;
  if (effort == "high" || effort == "xhigh" || effort == "max") return 24'576;
  return 8192;
}

std::string_view level_of(const ReasoningWish& wish, std::string_view effort) {
  if (effort.empty() && wish.budget_tokens) {
    return *wish.budget_tokens <= 4096 ? "low" : "high";
  }
  if (effort == "minimal" || effort == "low" || effort == "medium") return effort;
  return effort.empty() ? "" : "high";
}

class RequestWriter {
 public:
  RequestWriter(Conversation& conversation, const TargetModel& target,
                const TranslationSettings& settings, TranslatedRequest& out)
      : conversation_(conversation),
        target_(target),
        settings_(settings),
        out_(out),
        json_(out.body),
        contents_(json_, target) {}

  Result<void> write() {
    keep_own_reasoning(conversation_, out_.dropped);
    close_prefill(conversation_, out_.dropped);
    settle_settings();
    json_.begin_object();
    system();
    TRY_VOID(tools());
    generation_config();
    json_.key("contents");
    TRY_VOID(contents_.contents(conversation_.turns));
    json_.end_object();
    return {};
  }

 private:
  void settle_settings() {
    auto& stop = conversation_.stop;
    const std::size_t before = stop.size();
    std::erase_if(stop, [](RawText text) { return text.empty(); });
    if (stop.size() > kStopSequences) stop.resize(kStopSequences);
    if (stop.size() < before) out_.dropped.push_back("stop");
    if (!conversation_.metadata.empty()) out_.dropped.push_back("metadata");
    if (!conversation_.choice.parallel) out_.dropped.push_back("parallel_tool_calls");
    // Models up to 2.5 refuse JSON answers beside functions.
    const bool format =
        target_.json_schema && (conversation_.tools.empty() || target_.adaptive_thinking);
    if (!conversation_.format.schema.empty() && !format) {
      conversation_.format = {};
      out_.dropped.push_back("response_format");
    }
  }

  void system() {
    if (conversation_.system.empty()) return;
    json_.key("systemInstruction").begin_object().key("parts").begin_array();
    for (const Block& block : conversation_.system) {
      json_.begin_object().key("text").raw_string(block.text).end_object();
    }
    json_.end_array().end_object();
  }

  Result<void> tools() {
    if (conversation_.tools.empty()) return {};
    if (!target_.tools) return fail(Code::kUnsupported, "tools: this model has no tools");
    std::vector<std::string> names;
    json_.key("tools").begin_array().begin_object();
    json_.key("functionDeclarations").begin_array();
    for (const Tool& tool : conversation_.tools) {
      std::string name = function_name(tool.name);
      if (std::ranges::find(names, name) != names.end()) {
        return fail(Code::kInvalidArgument, "tools: two of them become " + name);
      }
      if (name != tool.name || tool.custom) {
        out_.tool_names.add({name, std::string(tool.name), tool.custom});
      }
      json_.begin_object().field("name", name);
      if (!is_blank(tool.description)) json_.key("description").raw_string(tool.description);
      json_.raw_field("parametersJsonSchema", tool.schema).end_object();
      names.push_back(std::move(name));
    }
    json_.end_array().end_object().end_array();
    tool_config();
    return {};
  }

  void tool_config() {
    const ToolChoice& choice = conversation_.choice;
    if (choice.kind == Choice::kAuto) return;
    json_.key("toolConfig").begin_object().key("functionCallingConfig").begin_object();
    json_.field("mode", choice.kind == Choice::kNone ? "NONE" : "ANY");
    if (choice.kind == Choice::kOne) {
      json_.key("allowedFunctionNames").begin_array().string(function_name(choice.name));
      json_.end_array();
    }
    json_.end_object().end_object();
  }

  void generation_config() {
    const Conversation& c = conversation_;
    json_.key("generationConfig").begin_object().field("maxOutputTokens", settings_.max_tokens);
    if (!c.temperature.empty()) json_.raw_field("temperature", c.temperature);
    if (!c.top_p.empty()) json_.raw_field("topP", c.top_p);
    if (!c.top_k.empty()) json_.raw_field("topK", c.top_k);
    if (!c.stop.empty()) {
      json_.key("stopSequences").begin_array();
      for (const RawText text : c.stop) json_.raw_string(text);
      json_.end_array();
    }
    if (!c.format.schema.empty()) {
      json_.field("responseMimeType", "application/json");
      json_.raw_field("responseJsonSchema", c.format.schema);
    }
    thinking();
    json_.end_object();
  }

  void thinking() {
    const ReasoningWish& wish = conversation_.reasoning;
    const std::string_view effort = wish.effort.empty() ? wish.output_effort : wish.effort;
    const bool off = wish.mode == ReasoningWish::Mode::kOff;
    const bool on = wish.mode == ReasoningWish::Mode::kOn || (!off && !effort.empty());
    if (!on && !off) return;
    if (!target_.reasoning) {
      if (on) out_.dropped.push_back("reasoning");
      return;
    }
    if (off && target_.always_thinks) {
      out_.dropped.push_back("reasoning (this model always thinks)");
      return;
    }
    json_.key("thinkingConfig").begin_object();
    const bool shown = wish.mode == ReasoningWish::Mode::kOn && wish.display != "omitted";
    if (shown) json_.field("includeThoughts", true);
    if (target_.adaptive_thinking) {
      const std::string_view level = off ? "minimal" : level_of(wish, effort);
      if (!level.empty()) json_.field("thinkingLevel", level);
    } else {
      json_.field("thinkingBudget", off ? 0 : budget(wish, effort));
    }
    json_.end_object();
  }

  // The most that any of these models takes. Thoughts count as output: a fifth is for the answer.
  std::int64_t budget(const ReasoningWish& wish, std::string_view effort) const {
    constexpr std::int64_t kLeast = 128, kMost = 24'576;
    const std::int64_t wanted = wish.budget_tokens.value_or(budget_of(effort));
    const std::int64_t room = settings_.max_tokens - settings_.max_tokens / 5;
    return std::max(kLeast, std::min({wanted, kMost, room}));
  }

  Conversation& conversation_;
  const TargetModel& target_;
  const TranslationSettings& settings_;
  TranslatedRequest& out_;
  JsonWriter json_;
  ContentWriter contents_;
};

}  // namespace

Result<TranslatedRequest> encode_request(Conversation& conversation, const TargetModel& target,
                                         const TranslationSettings& settings,
                                         std::vector<std::string> dropped) {
  if (settings.max_tokens < least_max_tokens(target)) {
    return fail(Code::kInvalidArgument, "max_tokens: this model needs at least " +
                                            std::to_string(least_max_tokens(target)));
  }
  TranslatedRequest out;
  out.dropped = std::move(dropped);
  TRY_VOID(RequestWriter(conversation, target, settings, out).write());
  return out;
}

}  // namespace sekisho::wire::gemini
