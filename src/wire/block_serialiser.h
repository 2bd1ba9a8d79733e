#pragma once
// Content blocks as providers stream them (any index, interleaved, text and reasoning without a
// start) → canonical blocks: one after the other, numbered from 0, each with start, deltas, stop.
// What arrives for a block while another is open waits until that one stops. Held text is bounded
// by limits::kResponseBodyBytes. One answer's, on one thread.

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/answer.h"

namespace sekisho::wire {

class BlockSerialiser {
 public:
  using Block = AnswerEvent::Block;
  explicit BlockSerialiser(std::vector<AnswerEvent>* out = nullptr) : out_(out) {}
  void write_to(std::vector<AnswerEvent>& out) { out_ = &out; }

  Result<void> start_tool(std::int64_t index, std::string id, std::string name);
  // A block of the wrong kind at this index is stopped first.
  Result<void> text(std::int64_t index, Block kind, std::string text);
  Result<void> signature(std::int64_t index, std::string signature);
  void ignore(std::int64_t index);  // a kind of block that has no place here
  void stop(std::int64_t index);
  void stop_all();
  bool any_tool() const { return any_tool_; }

 private:
  struct Open {
    std::int64_t upstream_index = 0;
    Block kind = Block::kText;
    std::string tool_id, tool_name, signature;
    std::vector<std::string> waiting;  // deltas that came before its turn
    bool ignored = false, stopped = false, has_delta = false;
  };
  Open* find(std::int64_t index);
  Result<Open*> ensure(std::int64_t index, Block kind);
  Result<Open*> open(Open block);
  Result<void> hold(std::size_t bytes);
  void emit_start(const Open& block);
  void emit_delta(const Open& block, std::string text);
  void advance();  // emits the ends of stopped blocks at the front, begins the next

  std::vector<AnswerEvent>* out_;
  std::deque<Open> blocks_;  // the front one is being emitted
  std::uint32_t next_index_ = 0;
  std::size_t held_ = 0;
  bool any_tool_ = false;
};

}  // namespace sekisho::wire
