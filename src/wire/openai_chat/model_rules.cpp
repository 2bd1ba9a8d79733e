#include "wire/openai_chat/model_rules.h"

#include <algorithm>
#include <array>

namespace sekisho::wire::openai_chat {
namespace {

struct EffortRow {
  std::string_view prefix, efforts;
};
// The first row that fits, by OpenAI's model pages.
constexpr std::array kEffortRows{
    EffortRow{"gpt-5-pro", "high"},
    EffortRow{"gpt-5.1", "none low medium high"},
    EffortRow{"gpt-5.", "none low medium high xhigh"},
    EffortRow{"gpt-5", "minimal low medium high"},
    EffortRow{"gpt-6", "none low medium high xhigh"},
    EffortRow{"", "low medium high"},
};

// "o3", "o4-mini"
bool is_o_model(std::string_view name) {
  return name.size() >= 2 && name[0] == 'o' && name[1] >= '0' && name[1] <= '9';
}

constexpr std::array<std::string_view, 7> kByEffort{"none", "minimal", "low", "medium",
                                                    "high", "xhigh",   "max"};

std::size_t rank_of(std::string_view effort) {
  return static_cast<std::size_t>(std::ranges::find(kByEffort, effort) - kByEffort.begin());
}

// The word of the list that is nearest to the wish; of two the weaker one.
std::string_view nearest(std::string_view efforts, std::string_view wanted) {
  const auto distance = [&](std::string_view effort) {
    const std::size_t a = rank_of(effort), b = rank_of(wanted);
    return a < b ? b - a : a - b;
  };
  std::string_view best;
  while (!efforts.empty()) {
    const std::string_view effort = efforts.substr(0, efforts.find(' '));
    efforts.remove_prefix(std::min(effort.size() + 1, efforts.size()));
    if (effort == "none") continue;
    if (best.empty() || distance(effort) < distance(best)) best = effort;
  }
  return best;
}

std::string_view effort_of_budget(std::int64_t tokens) {
  return tokens <= 2048 ? "low" : tokens <= 8192 ? "medium" : "high";
}

}  // namespace

ModelRules rules_of(const TargetModel& target, const TranslationSettings& settings) {
  const std::string_view name = settings.model.substr(settings.model.rfind('/') + 1);
  const bool gpt = target.family == "gpt";
  ModelRules rules;
  rules.max_tokens_field = settings.max_tokens_field;
  if (target.reasoning) {
    rules.efforts = std::ranges::find_if(kEffortRows, [&](const EffortRow& row) {
                      return name.starts_with(row.prefix);
                    })->efforts;
  }
  if (gpt && target.reasoning) {
    rules.max_tokens_field = "max_completion_tokens";  // the older name is refused
    rules.stop = false;
    rules.parallel_choice = !is_o_model(name);
  }
  rules.user = gpt;
  rules.short_call_ids = target.family == "mistral";
  return rules;
}

Effort effort_for(const ReasoningWish& wish, std::string_view efforts) {
  using Mode = ReasoningWish::Mode;
  if (wish.mode == Mode::kOff) {
    if (efforts.starts_with("none")) return {"none"};
    return {nearest(efforts, "minimal"), false};
  }
  if (!wish.effort.empty()) return {nearest(efforts, wish.effort)};
  if (!wish.output_effort.empty()) return {nearest(efforts, wish.output_effort)};
  if (wish.budget_tokens) return {nearest(efforts, effort_of_budget(*wish.budget_tokens))};
  // Some models do not reason unless they are told how much.
  if (wish.mode == Mode::kOn) return {nearest(efforts, "medium")};
  return {};
}

}  // namespace sekisho::wire::openai_chat
