#pragma once
// An answer in the shape of Anthropic Messages, whole and as the events of a stream, for the doors
// that give it: Anthropic's own and Bedrock's InvokeModel. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "sim/json.h"
#include "sim/provider.h"

namespace sekisho::sim {

struct MessageStyle {
  std::string_view id_prefix;
  std::string_view model;   // what the answer calls the model; empty: as it was asked for
  bool pings = false;       // a ping after the first block
  bool tells_tier = false;  // usage names service tier and place
};

struct MessageEvent {
  std::string type;
  Json data;
  std::int64_t tokens = 0;  // output tokens that it carries
};

Json message_json(const Job& job, const MessageStyle& style);
std::vector<MessageEvent> message_events(const Job& job, const MessageStyle& style);

}  // namespace sekisho::sim
