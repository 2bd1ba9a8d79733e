#include "wire/block_serialiser.h"

#include "base/limits.h"

namespace sekisho::wire {
namespace {

constexpr std::size_t kOpenBlocks = 1024;

}  // namespace

BlockSerialiser::Open* BlockSerialiser::find(std::int64_t index) {
  for (Open& block : blocks_) {
    if (block.upstream_index == index && !block.stopped) return &block;
  }
  return nullptr;
}

Result<BlockSerialiser::Open*> BlockSerialiser::open(Open block) {
  if (blocks_.size() == kOpenBlocks) {
    return fail(Code::kUpstreamFailed, "answer: too many content blocks at once");
  }
  blocks_.push_back(std::move(block));
  Open& last = blocks_.back();
  if (&last == &blocks_.front() && !last.ignored) emit_start(last);
  return &last;
}

Result<BlockSerialiser::Open*> BlockSerialiser::ensure(std::int64_t index, Block kind) {
  Open* block = find(index);
  if (block && (block->kind == kind || block->ignored)) return block;
  if (block) stop(index);
  Open fresh;
  fresh.upstream_index = index;
  fresh.kind = kind;
  return open(std::move(fresh));
}

Result<void> BlockSerialiser::hold(std::size_t bytes) {
  held_ += bytes;
  if (held_ <= limits::kResponseBodyBytes) return {};
  return fail(Code::kUpstreamFailed, "answer: interleaved blocks hold too much text");
}

Result<void> BlockSerialiser::start_tool(std::int64_t index, std::string id, std::string name) {
  stop(index);
  any_tool_ = true;
  Open block;
  block.upstream_index = index;
  block.kind = Block::kToolCall;
  block.tool_id = std::move(id);
  block.tool_name = std::move(name);
  TRY_VOID(open(std::move(block)));
  return {};
}

Result<void> BlockSerialiser::text(std::int64_t index, Block kind, std::string text) {
  TRY(Open* const block, ensure(index, kind));
  if (block->ignored || text.empty()) return {};
  block->has_delta = true;
  if (block == &blocks_.front()) {
    emit_delta(*block, std::move(text));
    return {};
  }
  TRY_VOID(hold(text.size()));
  block->waiting.push_back(std::move(text));
  return {};
}

Result<void> BlockSerialiser::signature(std::int64_t index, std::string signature) {
  TRY(Open* const block, ensure(index, Block::kReasoning));
  TRY_VOID(hold(signature.size()));
  block->signature += signature;
  return {};
}

void BlockSerialiser::ignore(std::int64_t index) {
  stop(index);
  Open block;
  block.upstream_index = index;
  block.ignored = true;
  (void)open(std::move(block));  // nothing is lost if there are too many
}

void BlockSerialiser::stop(std::int64_t index) {
  if (Open* const block = find(index)) {
    block->stopped = true;
    advance();
  }
}

void BlockSerialiser::stop_all() {
  for (Open& block : blocks_) block.stopped = true;
  advance();
}

void BlockSerialiser::emit_start(const Open& block) {
  AnswerEvent event;
  event.kind = AnswerEvent::Kind::kBlockStart;
  event.block = block.kind;
  event.index = next_index_;
  event.tool_id = block.tool_id;
  event.tool_name = block.tool_name;
  out_->push_back(std::move(event));
}

void BlockSerialiser::emit_delta(const Open& block, std::string text) {
  AnswerEvent event;
  event.kind = AnswerEvent::Kind::kDelta;
  event.block = block.kind;
  event.index = next_index_;
  event.text = std::move(text);
  out_->push_back(std::move(event));
}

void BlockSerialiser::advance() {
  while (!blocks_.empty() && blocks_.front().stopped) {
    Open& block = blocks_.front();
    if (!block.ignored) {
      // A call without arguments has no delta upstream.
      if (block.kind == Block::kToolCall && !block.has_delta) emit_delta(block, "{}");
      if (!block.signature.empty()) {
        emit_delta(block, {});
        out_->back().signature = std::move(block.signature);
      }
      AnswerEvent event;
      event.kind = AnswerEvent::Kind::kBlockStop;
      event.block = block.kind;
      event.index = next_index_++;
      out_->push_back(std::move(event));
    }
    blocks_.pop_front();
    if (blocks_.empty() || blocks_.front().ignored) continue;
    emit_start(blocks_.front());
    for (std::string& text : blocks_.front().waiting) {
      emit_delta(blocks_.front(), std::move(text));
    }
    blocks_.front().waiting.clear();
  }
}

}  // namespace sekisho::wire
