#include "sim/answer.h"
#include "sim/anthropic_reader.h"
#include "sim/base64.h"
#include "sim/blank_text.h"
#include "sim/membership.h"

namespace sekisho::sim {
namespace {

// Fields of each kind of block; kinds that the simulator does not look into accept anything.
struct Fields {
  std::string_view type;
  std::vector<std::string_view> names;
};
const std::vector<Fields>& known_fields() {
  static const std::vector<Fields> kFields{
      {"text", {"type", "text", "cache_control", "citations"}},
      {"image", {"type", "source", "cache_control"}},
      {"document", {"type", "source", "cache_control", "citations", "context", "title"}},
      {"thinking", {"type", "thinking", "signature"}},
      {"redacted_thinking", {"type", "data"}},
      {"tool_use", {"type", "id", "name", "input", "cache_control", "caller"}},
      {"tool_result", {"type", "tool_use_id", "content", "is_error", "cache_control"}},
      {"search_result", {"type", "source", "title", "content", "citations", "cache_control"}},
  };
  return kFields;
}

constexpr std::string_view kOpaque[] = {"server_tool_use",       "web_search_tool_result",
                                        "web_fetch_tool_result", "code_execution_tool_result",
                                        "container_upload",      "tool_addition",
                                        "tool_removal",          "mcp_tool_use",
                                        "mcp_tool_result",       "compaction",
                                        "tool_reference"};

class BlockReader {
 public:
  BlockReader(const Json& block, const MessagePlace& place, Prompt& prompt)
      : block_(block), place_(place), prompt_(prompt) {}

  Result<void> read() {
    const std::string& type = block_["type"].text();
    if (is_one_of(kOpaque, type)) {
      prompt_.add_text(type, block_.dump());
      return {};
    }
    TRY_VOID(check_fields(type));
    if (type == "text") return text();
    if (type == "image") return image(block_["source"]);
    if (type == "document" || type == "search_result") return opaque(type);
    if (type == "thinking" || type == "redacted_thinking") return thinking(type);
    return type == "tool_use" ? tool_use() : tool_result();
  }

 private:
  Turn& turn() { return prompt_.turn(place_.role == "assistant"); }

  Result<void> check_fields(const std::string& type) const {
    for (const Fields& fields : known_fields()) {
      if (fields.type != type) continue;
      for (const auto& [name, value] : block_.members()) {
        if (!is_one_of(fields.names, name)) {
          return messages_refusal(place_.where + "." + type + "." + name +
                                  ": Extra inputs are not permitted");
        }
      }
      return {};
    }
    return messages_refusal(place_.where + ": Input tag '" + type +
                            "' found using 'type' does not "
                            "match any of the expected tags");
  }

  Result<void> text() {
    if (!block_["text"].is_string()) {
      return messages_refusal(place_.where + ".text.text: Field required");
    }
    const std::string& text = block_["text"].text();
    if (text.empty()) return messages_refusal("messages: text content blocks must be non-empty");
    if (is_blank(text)) {
      return messages_refusal("messages: text content blocks must contain non-whitespace text");
    }
    prompt_.add_text(place_.role, text);
    if (place_.role != "system") turn().text += text;
    return {};
  }

  // Bedrock fetches nothing.
  Result<void> check_source(std::string_view type, const std::string& kind) const {
    const bool fetched = kind == "url" || kind == "file";
    if (!fetched || place_.model.provider != Provider::kBedrock) return {};
    return messages_refusal(place_.where + "." + std::string(type) + ".source: Input tag '" + kind +
                            "' found using 'type' does not match any of the expected tags: "
                            "'base64'");
  }

  Result<void> image(const Json& source) {
    const std::string& kind = source["type"].text();
    TRY_VOID(check_source("image", kind));
    if (kind == "url" || kind == "file") {
      prompt_.add("image", source.dump(), count_image_tokens(source.dump()));
      return {};
    }
    const std::string& data = source["data"].text();
    const auto bytes = decode_base64(data);
    if (!bytes || bytes->empty()) {
      return messages_refusal(place_.where + ".image.source.base64.data: invalid base64 data");
    }
    if (bytes->size() > 5 << 20) {
      return messages_refusal(place_.where + ".image.source.base64: image exceeds 5 MB maximum");
    }
    if ("image/" + std::string(image_format(*bytes)) != source["media_type"].text()) {
      return messages_refusal(place_.where +
                              ".image.source.base64: The image was specified using "
                              "the " +
                              source["media_type"].text() +
                              " media type, but the image appears to be another");
    }
    prompt_.add("image", data, count_image_tokens(data));
    return {};
  }

  Result<void> opaque(const std::string& type) {
    TRY_VOID(check_source(type, block_["source"]["type"].text()));
    prompt_.add_text(type, block_.dump());
    return {};
  }

  Result<void> thinking(const std::string& type) {
    if (place_.role != "assistant") {
      return messages_refusal(place_.where +
                              ": `thinking` blocks may only be in `assistant` "
                              "messages");
    }
    if (type == "thinking" &&
        !thinking_signature_holds(block_["thinking"].text(), block_["signature"].text())) {
      return messages_refusal(place_.where + ": Invalid `signature` in `thinking` block");
    }
    prompt_.add_text(type, block_["thinking"].text());
    prompt_.turn(true);
    return {};
  }

  Result<void> tool_use() {
    const std::string& id = block_["id"].text();
    if (place_.role != "assistant") {
      return messages_refusal(place_.where +
                              ": `tool_use` blocks can only be in `assistant` "
                              "messages");
    }
    if (id.empty() || id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789_-") != std::string::npos) {
      return messages_refusal(place_.where +
                              ".tool_use.id: String should match pattern "
                              "'^[a-zA-Z0-9_-]+$'");
    }
    if (!block_["input"].is_object()) {
      return messages_refusal(place_.where + ".tool_use.input: Input should be a valid dictionary");
    }
    prompt_.add_text("call " + id, block_["name"].text() + block_["input"].dump());
    turn().calls.push_back({id, block_["name"].text(), block_["input"]});
    return {};
  }

  Result<void> tool_result() {
    if (place_.role != "user") {
      return messages_refusal(place_.where +
                              ": `tool_result` blocks can only be in `user` "
                              "messages");
    }
    const Json& content = block_["content"];
    std::string said = content.text();
    std::int64_t tokens = count_tokens(said);
    for (const Json& part : content.items()) {
      const Json& source = part["source"];
      const std::string text = part.has("text") ? part["text"].text() : source["data"].text();
      if (part["type"].text() == "text" && text.empty()) {
        return messages_refusal("messages: text content blocks must be non-empty");
      }
      tokens += part.has("text") ? count_tokens(text) : count_image_tokens(text);
      said += text;
    }
    prompt_.add("result " + block_["tool_use_id"].text(), said, tokens);
    turn().results.push_back(std::move(said));
    return {};
  }

  const Json& block_;
  const MessagePlace& place_;
  Prompt& prompt_;
};

}  // namespace

Failure messages_refusal(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<void> read_cache_control(const Json& holder, std::string_view where, Prompt& prompt) {
  const Json& mark = holder["cache_control"];
  if (mark.is_null()) return {};
  const std::string& ttl = mark["ttl"].text();
  if (mark["type"].text() != "ephemeral" || (mark.has("ttl") && ttl != "5m" && ttl != "1h")) {
    return messages_refusal(std::string(where) +
                            ".cache_control: type must be 'ephemeral', ttl "
                            "'5m' or '1h'");
  }
  if (!prompt.blocks.empty()) prompt.blocks.back().cache_mark = ttl == "1h" ? Ttl::k1h : Ttl::k5m;
  return {};
}

Result<void> read_message_block(const Json& block, const MessagePlace& place, Prompt& prompt) {
  if (!block.is_object()) {
    return messages_refusal(place.where + ": Input should be a valid dictionary");
  }
  TRY_VOID(BlockReader(block, place, prompt).read());
  return read_cache_control(block, place.where, prompt);
}

}  // namespace sekisho::sim
