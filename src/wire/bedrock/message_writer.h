#pragma once
// The content blocks of Converse: messages and system, with their cache points. Internal to
// bedrock.

#include <set>
#include <string>

#include "wire/conversation.h"
#include "wire/json_writer.h"

namespace sekisho::wire::bedrock {

class MessageWriter {
 public:
  explicit MessageWriter(JsonWriter& json) : json_(json) {}

  void system(const std::vector<Block>& blocks);
  void messages(const std::vector<Turn>& turns);
  void cache_point(CacheMark mark);

 private:
  void turn(const Turn& turn);
  void block(const Block& block);
  void text(RawText text);
  void image(const Block& block);
  void document(const Block& block);
  void reasoning(const Block& block);
  void tool_call(const Block& block);
  void tool_result(const Block& block);

  JsonWriter& json_;
  std::set<std::string> document_names_;
};

}  // namespace sekisho::wire::bedrock
