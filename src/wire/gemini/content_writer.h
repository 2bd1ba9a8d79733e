#pragma once
// Turns as Gemini's contents. Internal to gemini.

#include <map>
#include <string_view>

#include "base/result.h"
#include "wire/conversation.h"
#include "wire/json_writer.h"
#include "wire/translate.h"

namespace sekisho::wire::gemini {

// Gemini's rule for functions: [a-zA-Z_][a-zA-Z0-9_-]{0,63}. The name itself, or its beginning and
// a hash of the whole.
std::string function_name(std::string_view name);

class ContentWriter {
 public:
  ContentWriter(JsonWriter& json, const TargetModel& target) : json_(json), target_(target) {}
  Result<void> contents(const std::vector<Turn>& turns);

 private:
  Result<void> turn(const Turn& turn, bool in_task);
  Result<void> block(const Block& block);
  Result<void> media(const Block& block);
  void call(const Block& block);
  Result<void> result(const Block& block);
  void signature();

  JsonWriter& json_;
  const TargetModel& target_;
  std::map<std::string_view, std::string_view> names_;  // of calls, by id
  RawText signature_;             // of reasoning, for the part that comes next
  bool needs_signature_ = false;  // the turn's first call must have one
};

}  // namespace sekisho::wire::gemini
