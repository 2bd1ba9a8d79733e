#include "wire/thinking.h"

#include <algorithm>

#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

using Kind = Block::Kind;

bool is_signed(const Block& block) {
  return (block.kind == Kind::kReasoning && !block.signature.empty()) ||
         block.kind == Kind::kRedactedReasoning;
}

Block block_of(Conversation& conversation, const ThinkingBlock& kept) {
  Block block;
  if (!kept.redacted.empty()) {
    block.kind = Kind::kRedactedReasoning;
    block.text = conversation.keep(kept.redacted);
    return block;
  }
  block.kind = Kind::kReasoning;
  block.text = conversation.keep(escape_json(kept.text));
  block.signature = conversation.keep(escape_json(kept.signature));
  return block;
}

std::vector<ThinkingBlock> find_for(const Turn& turn, const ThinkingSource& source) {
  for (const Block& block : turn.blocks) {
    if (block.kind != Kind::kToolCall) continue;
    if (auto kept = source.find(block.tool_id); !kept.empty()) return kept;
  }
  return {};
}

}  // namespace

std::size_t restore_thinking(Conversation& conversation, const ThinkingSource& source) {
  std::size_t restored = 0;
  for (Turn& turn : conversation.turns) {
    if (turn.role != Role::kAssistant || std::ranges::any_of(turn.blocks, is_signed)) continue;
    auto kept = find_for(turn, source);
    if (kept.empty()) continue;
    std::erase_if(turn.blocks, [](const Block& block) { return block.kind == Kind::kReasoning; });
    std::vector<Block> blocks;
    for (const auto& one : kept) blocks.push_back(block_of(conversation, one));
    turn.blocks.insert(turn.blocks.begin(), std::make_move_iterator(blocks.begin()),
                       std::make_move_iterator(blocks.end()));
    ++restored;
  }
  return restored;
}

}  // namespace sekisho::wire
