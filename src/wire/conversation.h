#pragma once
// The canonical conversation: what every request decoder yields and every request encoder takes.
//
// Texts stay what they were in the body: `RawText` is the content of a JSON string, still escaped,
// and raw JSON values are slices, so that translating copies nothing it need not and the same input
// gives the same bytes. Names and ids are decoded. All views point into the request body or into
// the conversation's own store (keep()); the body must outlive the conversation.
//
// A decoder fills turns in the order of the request and then calls settle_turns, which establishes:
//   1. turns alternate, the first is the user's;
//   2. a user turn begins with the results of the calls of the assistant turn before it, in the
//      order of the calls, one each (what is missing is made up as an error, what belongs to no
//      call becomes text); an assistant turn with calls is followed by such a user turn;
//   3. no text is blank, no turn is empty, no result is empty;
//   4. call ids are unique in the conversation.
// One owner, one thread.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::wire {

using RawText = std::string_view;

enum class CacheMark : std::uint8_t { kNone, kFiveMinutes, kOneHour };
enum class Role : std::uint8_t { kUser, kAssistant };

struct Block {
  enum class Kind : std::uint8_t {
    kText,
    kImage,
    kDocument,
    kReasoning,
    kRedactedReasoning,
    kToolCall,
    kToolResult
  };
  Kind kind = Kind::kText;
  RawText text;                        // kText, kReasoning; kRedactedReasoning: base64 data
  RawText signature;                   // kReasoning: "" = lost
  std::string_view media;              // kImage, kDocument: base64
  std::string_view format;             // kImage: png …; kDocument: pdf …
  std::string_view name;               // kToolCall: the tool's; kDocument: the file's
  std::string_view tool_id;            // kToolCall, kToolResult
  std::string_view arguments;          // kToolCall: a JSON object
  std::vector<Block> content;          // kToolResult
  bool is_error = false;               // kToolResult
  CacheMark cache = CacheMark::kNone;  // the prefix that ends with this block
};

struct Turn {
  Role role = Role::kUser;
  std::vector<Block> blocks;
};

struct Tool {
  std::string_view name;
  RawText description;
  std::string_view schema;  // a JSON object of type object
  bool custom = false;      // free text: its one argument is `input`
  CacheMark cache = CacheMark::kNone;
};

struct ToolChoice {
  enum class Kind : std::uint8_t { kAuto, kNone, kAny, kOne };
  Kind kind = Kind::kAuto;
  std::string_view name;  // kOne
  bool parallel = true;
};

// What the client asks of the model's reasoning, in whichever terms it speaks.
struct ReasoningWish {
  enum class Mode : std::uint8_t { kUnset, kOff, kOn };
  Mode mode = Mode::kUnset;
  std::string_view effort;         // minimal, low, medium, high, xhigh, max; "" = unset
  std::string_view output_effort;  // said of the whole output, also without reasoning
  std::optional<std::int64_t> budget_tokens;
  std::string_view display;  // summarized, omitted
};

struct OutputFormat {  // JSON by schema
  RawText name, description;
  std::string_view schema;  // raw JSON object; "" = no format asked for
};

struct Conversation {
  std::vector<Block> system;  // kText only
  std::vector<Turn> turns;
  std::vector<Tool> tools;
  ToolChoice choice;
  std::string_view temperature, top_p, top_k;  // numbers as they were spelled; "" = unset
  std::vector<RawText> stop;
  ReasoningWish reasoning;
  OutputFormat format;
  std::vector<std::pair<std::string, std::string>> metadata;

  std::string_view keep(std::string text) { return store_.emplace_back(std::move(text)); }

 private:
  std::deque<std::string> store_;  // never moves its elements
};

// Only white space of any script, also when escaped.
bool is_blank(RawText text);
// Without white space at the end, also escaped.
RawText trim_end(RawText text);
// A text that speaks with the operator's authority at its place in a user turn.
Block reminder(Conversation& conversation, RawText text);

void settle_turns(Conversation& conversation);

}  // namespace sekisho::wire
