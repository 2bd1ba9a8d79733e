#pragma once
// The content blocks of Messages: system and messages, with their cache marks. Internal to
// anthropic.

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/json_writer.h"

namespace sekisho::wire::anthropic {

class MessageWriter {
 public:
  explicit MessageWriter(JsonWriter& json) : json_(json) {}

  void system(const std::vector<Block>& blocks);
  // Errors: kUnsupported for a file that is neither PDF nor text.
  Result<void> messages(const std::vector<Turn>& turns);
  void cache_control(CacheMark mark);  // a member of the object that is open

 private:
  Result<void> block(const Block& block);
  Result<void> document(const Block& block);
  Result<void> tool_result(const Block& block);
  void text(const Block& block);
  void reasoning(const Block& block);
  void tool_call(const Block& block);
  void source(std::string_view type, std::string_view media_type, std::string_view data);
  JsonWriter& begin(std::string_view type);

  JsonWriter& json_;
};

}  // namespace sekisho::wire::anthropic
