#pragma once
// The messages of a chat completions request. Results of a turn's calls come as one tool message
// each, in order; what a tool message cannot hold (images, files) moves into the user message right
// behind them. Internal to openai_chat.

#include <string>
#include <string_view>
#include <vector>

#include "wire/conversation.h"
#include "wire/json_writer.h"

namespace sekisho::wire::openai_chat {

struct MessageRules {
  std::string_view reasoning_field;  // takes reasoning of earlier answers back; "" = none does
  bool short_call_ids = false;
};

class MessageWriter {
 public:
  MessageWriter(JsonWriter& json, MessageRules rules) : json_(json), rules_(rules) {}

  void system(const std::vector<Block>& blocks);  // one message, or none
  void turn(const Turn& turn);
  bool left_out_reasoning() const { return left_out_reasoning_; }

 private:
  using Blocks = std::vector<const Block*>;

  void user(const Turn& turn);
  void assistant(const Turn& turn);
  void reasoning(const Blocks& blocks);
  void tool_result(const Block& result);
  void tool_call(const Block& call);
  void content(const Blocks& blocks, std::string_view prefix = {});
  void part(const Block& block, std::string_view prefix);
  void file(const Block& block);
  std::string call_id(std::string_view id) const;

  JsonWriter& json_;
  MessageRules rules_;
  bool left_out_reasoning_ = false;
};

}  // namespace sekisho::wire::openai_chat
