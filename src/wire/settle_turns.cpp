// How the turns of a request become the turns that the invariants in conversation.h promise.

#include <algorithm>
#include <map>

#include "wire/conversation.h"
#include "wire/json_text.h"

namespace sekisho::wire {
namespace {

using Kind = Block::Kind;

bool is_reasoning(const Block& block) {
  return block.kind == Kind::kReasoning || block.kind == Kind::kRedactedReasoning;
}

Block text_block(RawText text) {
  Block block;
  block.text = text;
  return block;
}

// A mark on a block that goes away belongs to what stands before it in the same turn.
void drop_blank_texts(std::vector<Block>& blocks) {
  std::vector<Block> kept;
  kept.reserve(blocks.size());
  for (Block& block : blocks) {
    if (block.kind != Kind::kText || !is_blank(block.text)) {
      kept.push_back(std::move(block));
    } else if (block.cache != CacheMark::kNone && !kept.empty()) {
      kept.back().cache = std::max(kept.back().cache, block.cache);
    }
  }
  blocks = std::move(kept);
}

// Reasoning blocks take no mark.
void move_marks_off_reasoning(std::vector<Block>& blocks) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (!is_reasoning(blocks[i]) || blocks[i].cache == CacheMark::kNone) continue;
    const CacheMark mark = std::exchange(blocks[i].cache, CacheMark::kNone);
    if (i > 0) blocks[i - 1].cache = std::max(blocks[i - 1].cache, mark);
  }
}

void merge_runs(std::vector<Turn>& turns) {
  std::vector<Turn> merged;
  for (Turn& turn : turns) {
    drop_blank_texts(turn.blocks);
    if (turn.blocks.empty() && turn.role == Role::kAssistant) continue;
    if (merged.empty() || merged.back().role != turn.role) {
      merged.push_back(std::move(turn));
    } else {
      auto& into = merged.back().blocks;
      into.insert(into.end(), std::make_move_iterator(turn.blocks.begin()),
                  std::make_move_iterator(turn.blocks.end()));
    }
  }
  turns = std::move(merged);
}

// One user turn's results, put into the order of the calls before it.
class ResultOrder {
 public:
  ResultOrder(Conversation& conversation, std::map<std::string_view, int>& seen_ids)
      : conversation_(conversation), seen_ids_(seen_ids) {}

  void settle(std::vector<Block>* assistant, std::vector<Block>& user) {
    std::vector<Block*> calls;
    if (assistant) {
      for (Block& block : *assistant) {
        if (block.kind == Kind::kToolCall) calls.push_back(&block);
      }
    }
    std::vector<Block> results(calls.size()), others;
    std::vector<bool> answered(calls.size(), false);
    for (Block& block : user) {
      if (block.kind != Kind::kToolResult) {
        others.push_back(std::move(block));
      } else if (const std::size_t call = open_call(calls, answered, block.tool_id);
                 call < calls.size()) {
        answered[call] = true;
        results[call] = std::move(block);
      } else {
        orphan(block, others);
      }
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!answered[i]) results[i] = missing();
      calls[i]->tool_id = unique_id(calls[i]->tool_id);
      results[i].tool_id = calls[i]->tool_id;
      fill(results[i]);
    }
    results.insert(results.end(), std::make_move_iterator(others.begin()),
                   std::make_move_iterator(others.end()));
    user = std::move(results);
  }

 private:
  static std::size_t open_call(const std::vector<Block*>& calls, const std::vector<bool>& answered,
                               std::string_view id) {
    std::size_t i = 0;
    while (i < calls.size() && (answered[i] || calls[i]->tool_id != id)) ++i;
    return i;
  }

  static Block missing() {
    Block block;
    block.kind = Kind::kToolResult;
    block.is_error = true;
    block.content.push_back(text_block("tool result missing"));
    return block;
  }

  static void fill(Block& result) {
    drop_blank_texts(result.content);
    if (result.content.empty()) result.content.push_back(text_block("(no output)"));
  }

  void orphan(Block& result, std::vector<Block>& others) {
    fill(result);
    std::string title = "[result of a tool call that is not in this conversation: ";
    append_escaped(title, result.tool_id);
    others.push_back(text_block(conversation_.keep(title + "]")));
    for (Block& block : result.content) others.push_back(std::move(block));
    others.back().cache = std::max(others.back().cache, result.cache);
  }

  // Some clients count their calls anew in each turn; the provider wants ids that never repeat.
  // The suffix depends only on what stands before, so a growing history keeps its bytes.
  std::string_view unique_id(std::string_view id) {
    const int times = ++seen_ids_[id];
    if (times == 1) return id;
    return unique_id(conversation_.keep(std::string(id) + "_" + std::to_string(times)));
  }

  Conversation& conversation_;
  std::map<std::string_view, int>& seen_ids_;
};

bool has_calls(const Turn& turn) {
  return turn.role == Role::kAssistant &&
         std::any_of(turn.blocks.begin(), turn.blocks.end(),
                     [](const Block& block) { return block.kind == Kind::kToolCall; });
}

}  // namespace

void settle_turns(Conversation& conversation) {
  auto& turns = conversation.turns;
  drop_blank_texts(conversation.system);
  merge_runs(turns);
  if (turns.empty() || turns.front().role == Role::kAssistant) {
    turns.insert(turns.begin(), Turn{Role::kUser, {text_block(".")}});
  }
  if (has_calls(turns.back())) turns.push_back(Turn{Role::kUser, {}});
  std::map<std::string_view, int> seen_ids;
  ResultOrder order(conversation, seen_ids);
  for (std::size_t i = 0; i < turns.size(); ++i) {
    Turn& turn = turns[i];
    if (turn.role == Role::kUser) {
      order.settle(i > 0 ? &turns[i - 1].blocks : nullptr, turn.blocks);
      if (turn.blocks.empty()) turn.blocks.push_back(text_block("(empty)"));
    }
    move_marks_off_reasoning(turn.blocks);
  }
}

}  // namespace sekisho::wire
