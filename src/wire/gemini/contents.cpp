#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "wire/gemini/reading.h"
#include "wire/gemini/thought_signature.h"
#include "wire/json_text.h"
#include "wire/media.h"

namespace sekisho::wire::gemini {
namespace {

using Kind = Block::Kind;

Block reasoning_block(RawText text, RawText signature) {
  Block block;
  block.kind = Kind::kReasoning;
  block.text = text;
  block.signature = signature;
  return block;
}

Result<Block> read_inline_data(Reading& reading, JsonValue data, const Place& place) {
  Block block;
  block.media = reading.text_of(field(data, "data"));
  if (auto standard = standard_base64(block.media)) {
    block.media = reading.conversation.keep(std::move(*standard));
  }
  if (block.media.empty()) return invalid(place, "data is missing");
  const std::string_view type = reading.text_of(field(data, "mimeType"));
  if (type.starts_with("image/")) {
    block.kind = Kind::kImage;
    block.format = image_format(block.media);
    if (block.format.empty()) return unsupported(place, "the image is not PNG, JPEG, GIF or WebP");
    return block;
  }
  block.kind = Kind::kDocument;
  block.name = reading.text_of(field(data, "displayName"));
  block.format = document_format(DataUrl{type, block.media}, block.name);
  if (block.format.empty()) {
    return unsupported(place, "this model takes no data of type " + std::string(type));
  }
  return block;
}

// What a function said, as text: a response that is only {"output": "…"} (or result, error) is that
// string, everything else is JSON.
Block read_response_text(Reading& reading, JsonValue response, bool& is_error) {
  JsonValue said = response;
  if (response.is(JsonKind::kObject) && response.begin() != response.end()) {
    const JsonValue only = *response.begin();
    const bool alone = ++response.begin() == response.end();
    is_error = alone && only.name() == "error";
    if (is_error || (alone && (only.name() == "output" || only.name() == "result"))) said = only;
  }
  if (said.is(JsonKind::kString)) return text_block(said.string());
  if (!said.has_value()) return text_block({});
  return text_block(reading.conversation.keep(escape_json(said.raw())));
}

class ContentReader {
 public:
  explicit ContentReader(Reading& reading) : reading_(reading) {}

  Result<void> read(JsonValue content, const Place& place) {
    if (!content.is(JsonKind::kObject)) return invalid(place, "not an object");
    const JsonValue role = content.find("role");
    const bool model = role.equals("model");
    const bool user = !role.has_value() || role.equals("user") || role.equals("function") ||
                      role.equals("tool") || role.equals("");
    if (!model && !user) return invalid(place, "role is not user or model");
    enter(model ? Role::kAssistant : Role::kUser);
    const JsonValue parts = content.find("parts");
    if (parts.is(JsonKind::kObject)) return part(parts, Place{&place, "parts"});
    std::int64_t index = 0;
    for (const JsonValue one : parts) {
      const Place here{&place, "parts", index++};
      if (!one.is(JsonKind::kObject)) return invalid(here, "not an object");
      TRY_VOID(part(one, here));
    }
    return {};
  }

  void finish() { close_text(); }

 private:
  struct Call {
    std::string_view id, name;
    bool answered = false;
  };

  std::vector<Block>& blocks() { return reading_.conversation.turns.back().blocks; }

  void enter(Role role) {
    auto& turns = reading_.conversation.turns;
    if (!turns.empty() && turns.back().role == role) return;
    if (!turns.empty()) close_text();
    turns.push_back({role, {}});
    run_begin_ = 0;
    if (role == Role::kAssistant) calls_.clear();
  }

  Result<void> part(JsonValue part, const Place& place) {
    const JsonValue signature = field(part, "thoughtSignature");
    if (signature.has_value()) take_signature(reading_.text_of(signature));
    const JsonValue text = part.find("text");
    const bool thought = part.find("thought").is(JsonKind::kTrue);
    if (text.is(JsonKind::kString)) {
      thought ? take_thought(text.string(), signature.has_value()) : take_text(text.string());
      return {};
    }
    if (const JsonValue call = field(part, "functionCall"); call.has_value()) {
      return take_call(call, Place{&place, "functionCall"});
    }
    if (const JsonValue response = field(part, "functionResponse"); response.has_value()) {
      return take_response(response, Place{&place, "functionResponse"});
    }
    if (const JsonValue data = field(part, "inlineData"); data.has_value()) {
      TRY(Block block, read_inline_data(reading_, data, Place{&place, "inlineData"}));
      close_text();
      blocks().push_back(std::move(block));
      return {};
    }
    if (field(part, "fileData").has_value()) {
      return unsupported(Place{&place, "fileData"}, "files are not fetched; send inlineData");
    }
    for (const JsonValue member : part) {
      const std::string name = camel_case(member.name_text());
      const bool beside = name == "thought" || name == "thoughtSignature" || name == "text";
      if (!beside && member.has_value()) reading_.drop("contents[].parts[]." + name);
    }
    return {};
  }

  // Streamed answers come back in as many pieces as they came in: they are one text.
  void take_text(RawText text) {
    if (text.empty()) return;
    const bool joins = open_text_ && reading_.conversation.turns.back().role == Role::kAssistant;
    if (joins) {
      if (joined_.empty()) joined_ = blocks().back().text;
      joined_ += text;
      return;
    }
    close_text();
    blocks().push_back(text_block(text));
    open_text_ = true;
  }

  void close_text() {
    if (open_text_ && !joined_.empty()) {
      blocks().back().text = reading_.conversation.keep(std::exchange(joined_, {}));
    }
    joined_.clear();
    open_text_ = false;
  }

  // Without a signature it cannot go back to any model; with one it has been taken.
  void take_thought(RawText text, bool is_signed) {
    if (is_signed || text.empty()) return;
    close_text();
    blocks().push_back(reasoning_block(text, {}));
  }

  void take_signature(std::string_view signature) {
    close_text();
    if (const auto thoughts = carried(signature)) return take_carried(*thoughts);
    auto& conversation = reading_.conversation;
    blocks().push_back(
        reasoning_block({}, conversation.keep(escape_json(marked_signature(signature)))));
  }

  // They stood before the texts behind which they come; their copies without a signature go.
  void take_carried(const std::vector<CarriedThought>& thoughts) {
    auto& all = blocks();
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(run_begin_);
    all.erase(std::remove_if(begin, all.end(),
                             [](const Block& block) {
                               return block.kind == Kind::kReasoning && block.signature.empty();
                             }),
              all.end());
    std::size_t at = run_begin_;
    auto& conversation = reading_.conversation;
    for (const CarriedThought& thought : thoughts) {
      Block block;
      if (thought.redacted.empty()) {
        block = reasoning_block(conversation.keep(escape_json(thought.text)),
                                conversation.keep(escape_json(thought.signature)));
      } else {
        block.kind = Kind::kRedactedReasoning;
        block.text = conversation.keep(escape_json(thought.redacted));
      }
      all.insert(all.begin() + static_cast<std::ptrdiff_t>(at++), std::move(block));
    }
    run_begin_ = all.size();
  }

  Result<void> take_call(JsonValue call, const Place& place) {
    Block block;
    block.kind = Kind::kToolCall;
    block.name = reading_.text_of(call.find("name"));
    if (block.name.empty()) return invalid(place, "name is missing");
    ++made_;
    block.tool_id = reading_.text_of(call.find("id"));
    if (block.tool_id.empty()) {
      block.tool_id = reading_.conversation.keep("call_" + std::to_string(made_));
    }
    const JsonValue arguments = call.find("args");
    if (arguments.has_value() && !arguments.is(JsonKind::kObject)) {
      return invalid(Place{&place, "args"}, "not an object");
    }
    const bool usable = arguments.has_value() && is_unambiguous_object(arguments.raw());
    if (arguments.has_value() && !usable)
      return invalid(Place{&place, "args"}, "a name is there twice");
    block.arguments = usable ? arguments.raw() : "{}";
    close_text();
    calls_.push_back({block.tool_id, block.name});
    blocks().push_back(std::move(block));
    run_begin_ = blocks().size();
    return {};
  }

  Result<void> take_response(JsonValue response, const Place& place) {
    Block block;
    block.kind = Kind::kToolResult;
    const std::string_view name = reading_.text_of(response.find("name"));
    block.tool_id = call_of(reading_.text_of(response.find("id")), name);
    block.content.push_back(
        read_response_text(reading_, response.find("response"), block.is_error));
    std::int64_t index = 0;
    for (const JsonValue part : response.find("parts")) {
      const Place here{&place, "parts", index++};
      const JsonValue data = field(part, "inlineData");
      if (!data.has_value()) return unsupported(here, "only inlineData");
      TRY(Block one, read_inline_data(reading_, data, here));
      block.content.push_back(std::move(one));
    }
    close_text();
    blocks().push_back(std::move(block));
    return {};
  }

  // The id of the call that a response answers: the response's own if there is none.
  std::string_view call_of(std::string_view id, std::string_view name) {
    const auto open = [&](auto&& matches) {
      return std::ranges::find_if(
          calls_, [&](const Call& call) { return !call.answered && matches(call); });
    };
    auto found = calls_.end();
    if (!id.empty()) found = open([&](const Call& call) { return call.id == id; });
    if (found == calls_.end()) found = open([&](const Call& call) { return call.name == name; });
    if (found == calls_.end() && name.empty()) found = open([](const Call&) { return true; });
    if (found == calls_.end()) return id.empty() ? name : id;
    found->answered = true;
    return found->id;
  }

  Reading& reading_;
  std::vector<Call> calls_;    // of the last turn of the model
  std::size_t run_begin_ = 0;  // of the blocks behind the last call of that turn
  bool open_text_ = false;     // the last block is a text that may grow
  std::string joined_;         // it, once it has grown
  std::int64_t made_ = 0;      // calls so far
};

}  // namespace

Result<void> read_contents(Reading& reading, JsonValue contents) {
  const Place list{nullptr, "contents"};
  if (!contents.is(JsonKind::kArray)) return invalid(list, "not an array");
  if (contents.begin() == contents.end()) return invalid(list, "empty");
  ContentReader reader(reading);
  std::int64_t index = 0;
  for (const JsonValue content : contents) {
    TRY_VOID(reader.read(content, Place{nullptr, "contents", index++}));
  }
  reader.finish();
  return {};
}

Result<void> read_system(Reading& reading, JsonValue instruction) {
  auto& system = reading.conversation.system;
  if (instruction.is(JsonKind::kString)) {
    system.push_back(text_block(instruction.string()));
    return {};
  }
  const JsonValue parts = instruction.find("parts");
  if (parts.is(JsonKind::kObject)) {
    system.push_back(text_block(parts.find("text").string()));
    return {};
  }
  std::int64_t index = 0;
  for (const JsonValue part : parts) {
    const JsonValue text = part.find("text");
    if (!text.is(JsonKind::kString)) {
      return unsupported(Place{nullptr, "systemInstruction.parts", index}, "only text");
    }
    ++index;
    system.push_back(text_block(text.string()));
  }
  return {};
}

}  // namespace sekisho::wire::gemini
