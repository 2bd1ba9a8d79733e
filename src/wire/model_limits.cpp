#include "wire/model_limits.h"

#include <algorithm>
#include <cstdlib>

namespace sekisho::wire {
namespace {

bool is_claude(const TargetModel& target) {
  return target.family == "claude";
}

void count_blocks(const std::vector<Block>& blocks, MediaCount& count) {
  for (const Block& block : blocks) {
    count.images += block.kind == Block::Kind::kImage;
    count.documents += block.kind == Block::Kind::kDocument;
    count_blocks(block.content, count);
  }
}

void drop(std::string_view& setting, std::string_view name, std::vector<std::string>& dropped) {
  if (setting.empty()) return;
  setting = {};
  dropped.emplace_back(name);
}

// OpenAI allows 0..2; the spelling of what is within 0..1 stays.
std::string_view clamped(std::string_view number) {
  if (number.empty()) return number;
  if (number.front() == '-') return "0";
  const double value = std::strtod(std::string(number).c_str(), nullptr);
  return value > 1.0 ? "1" : number;
}

std::size_t estimated_blocks(const std::vector<Block>& blocks) {
  std::size_t size = 0;
  for (const Block& block : blocks) {
    size += block.text.size() + block.signature.size() + block.media.size() +
            block.arguments.size() + estimated_blocks(block.content) + 160;
  }
  return size;
}

}  // namespace

Result<MediaCount> count_media(const Conversation& conversation, const TargetModel& target) {
  MediaCount count;
  for (const Turn& turn : conversation.turns) count_blocks(turn.blocks, count);
  if (count.images > 0 && !target.images) {
    return fail(Code::kUnsupported, "messages: this model takes no images");
  }
  return count;
}

void settle_prefill(Conversation& conversation, const TargetModel& target,
                    std::vector<std::string>& dropped) {
  auto& turns = conversation.turns;
  if (turns.back().role != Role::kAssistant) return;
  if (target.rejects_prefill) {
    Block go_on;
    go_on.text = "Continue.";
    turns.push_back({Role::kUser, {go_on}});
    dropped.push_back("messages (an answer's beginning cannot be given to this model)");
    return;
  }
  Block& last = turns.back().blocks.back();
  if (last.kind == Block::Kind::kText) last.text = trim_end(last.text);
}

void settle_sampling(Conversation& conversation, const TargetModel& target, bool thinking,
                     std::vector<std::string>& dropped) {
  Conversation& c = conversation;
  const bool forbidden = thinking || target.forbids_sampling;
  if (forbidden) drop(c.temperature, "temperature", dropped);
  if (forbidden || (is_claude(target) && !c.temperature.empty())) drop(c.top_p, "top_p", dropped);
  if (forbidden || !is_claude(target)) drop(c.top_k, "top_k", dropped);
  for (auto* number : {&c.temperature, &c.top_p}) *number = clamped(*number);
}

// Claude refuses stop sequences of white space; empty ones nobody takes.
void settle_stop(Conversation& conversation, const TargetModel& target, std::size_t most,
                 std::vector<std::string>& dropped) {
  auto& stop = conversation.stop;
  const std::size_t before = stop.size();
  std::erase_if(stop,
                [&](RawText text) { return is_claude(target) ? is_blank(text) : text.empty(); });
  if (target.family == "gpt") stop.clear();
  if (stop.size() > most) stop.resize(most);
  if (stop.size() < before) dropped.push_back("stop");
}

void settle_format(Conversation& conversation, const TargetModel& target,
                   std::vector<std::string>& dropped) {
  if (conversation.format.schema.empty() || target.json_schema) return;
  conversation.format = {};
  dropped.push_back("response_format");
}

std::size_t estimated_body(const Conversation& conversation) {
  std::size_t size = 4096;
  for (const Tool& tool : conversation.tools) {
    size += tool.schema.size() + tool.description.size() + 128;
  }
  for (const Block& block : conversation.system) size += block.text.size() + 64;
  for (const Turn& turn : conversation.turns) size += estimated_blocks(turn.blocks) + 64;
  return size;
}

}  // namespace sekisho::wire
