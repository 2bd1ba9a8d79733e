#include "sim/bedrock_content.h"

#include <algorithm>

#include "sim/answer.h"
#include "sim/base64.h"
#include "sim/blank_text.h"

#include "sim/membership.h"

namespace sekisho::sim {
namespace {

bool all_of_name(std::string_view text, std::string_view extra) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [extra](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.contains(c);
  });
}

class BlockReader {
 public:
  BlockReader(const Json& block, const ConversePlace& place, Prompt& prompt, ConverseCounts& counts)
      : block_(block), place_(place), prompt_(prompt), counts_(counts) {}

  Result<void> read() {
    if (block_.has("text")) return text();
    if (block_.has("image")) return image(block_["image"]);
    if (block_.has("document")) return document(block_["document"]);
    if (block_.has("toolUse")) return tool_use(block_["toolUse"]);
    if (block_.has("toolResult")) return tool_result(block_["toolResult"]);
    if (block_.has("reasoningContent")) return reasoning(block_["reasoningContent"]);
    return converse_refusal("The content block at " + place_.where +
                            " is not supported by this "
                            "model.");
  }

 private:
  Turn& turn() { return prompt_.turn(place_.assistant); }
  std::string_view side() const { return place_.assistant ? "assistant" : "user"; }

  Result<void> text() {
    if (!block_["text"].is_string() || is_blank(block_["text"].text())) {
      return converse_refusal("The text field in the ContentBlock object at " + place_.where +
                              " is blank: text content blocks must be non-empty. Add text to the "
                              "text field, and try again.");
    }
    prompt_.add_text(side(), block_["text"].text());
    turn().text += block_["text"].text();
    return {};
  }

  Result<void> image(const Json& image) {
    TRY_VOID(converse_members(image, place_.where + "/image", {"format", "source"}));
    if (place_.assistant || !place_.model.images) {
      return converse_refusal(
          "This model doesn't support the image field that you provided. Try "
          "again with a model that supports it, in a user message.");
    }
    if (++counts_.images > 20) return converse_refusal("too many images: 21 > 20");
    const auto bytes = decode_base64(image.at("source", "bytes").text());
    if (!bytes || bytes->empty()) return converse_refusal("Could not process image");
    if (bytes->size() > 3'932'160) {
      return converse_refusal(place_.where + ".image: image exceeds 3.75 MB maximum");
    }
    if (image_format(*bytes) != image["format"].text()) {
      return converse_refusal(place_.where + ".image: the image was specified using the image/" +
                              image["format"].text() + " media type, but it is not one");
    }
    const std::string& data = image.at("source", "bytes").text();
    prompt_.add("image", data, count_image_tokens(data));
    return {};
  }

  Result<void> document(const Json& document) {
    TRY_VOID(converse_members(document, place_.where + "/document",
                              {"name", "format", "source", "context", "citations"}));
    if (place_.assistant) return converse_refusal("documents are allowed in user messages only");
    if (++counts_.documents > 5) return converse_refusal("too many documents: 6 > 5");
    const std::string& name = document["name"].text();
    if (name.empty() || name.size() > 200 || name.contains("  ") || name.contains('.') ||
        name.contains('_') || name.contains('/')) {
      return converse_refusal(
          "The document file name can only contain alphanumeric characters, "
          "whitespace characters, hyphens, parentheses, and square brackets. "
          "The name can't contain more than one consecutive whitespace "
          "character.");
    }
    const Json& source = document["source"];
    const std::string& content = source[source.has("bytes") ? "bytes" : "text"].text();
    if (content.empty()) return converse_refusal(place_.where + ".document: empty source");
    prompt_.add_text("document", content);
    return {};
  }

  Result<void> tool_use(const Json& call) {
    TRY_VOID(
        converse_members(call, place_.where + "/toolUse", {"toolUseId", "name", "input", "type"}));
    counts_.has_tool_blocks = true;
    const std::string& id = call["toolUseId"].text();
    if (!place_.assistant) {
      return converse_refusal("toolUse blocks can only be in assistant messages: " + place_.where);
    }
    if (!is_tool_use_id(id)) return id_refusal("toolUse", id);
    if (!is_tool_name(call["name"].text())) {
      return converse_refusal("1 validation error detected: Value '" + call["name"].text() +
                              "' at '" + place_.where +
                              ".toolUse.name' failed to satisfy "
                              "constraint: Member must satisfy regular expression pattern: "
                              "[a-zA-Z0-9_-]{1,64}");
    }
    if (!call["input"].is_object()) {
      return converse_refusal("The format of the value at " + place_.where +
                              ".toolUse.input is invalid. Provide a json object for the field and "
                              "try again.");
    }
    prompt_.add_text("call " + id, call["name"].text() + call["input"].dump());
    turn().calls.push_back({id, call["name"].text(), call["input"]});
    return {};
  }

  Failure id_refusal(std::string_view member, std::string_view id) const {
    return converse_refusal("1 validation error detected: Value '" + std::string(id) + "' at '" +
                            place_.where + "." + std::string(member) +
                            ".toolUseId' failed to "
                            "satisfy constraint: Member must satisfy regular expression pattern: "
                            "[a-zA-Z0-9_.:-]{1,64}");
  }

  Result<void> tool_result(const Json& result) {
    TRY_VOID(converse_members(result, place_.where + "/toolResult",
                              {"toolUseId", "content", "status", "type"}));
    counts_.has_tool_blocks = true;
    if (place_.assistant) {
      return converse_refusal("toolResult blocks can only be in user messages: " + place_.where);
    }
    const std::string& id = result["toolUseId"].text();
    if (!is_tool_use_id(id)) return id_refusal("toolResult", id);
    const std::string& status = result["status"].text();
    if (!result["status"].is_null() && status != "success" && status != "error") {
      return converse_refusal("1 validation error detected: Value '" + status + "' at '" +
                              place_.where +
                              ".toolResult.status' failed to satisfy constraint: "
                              "Member must satisfy enum value set: [success, error]");
    }
    if (!result["content"].is_array()) {
      return converse_refusal("The content field at " + place_.where + ".toolResult is missing.");
    }
    if (result["content"].items().empty() && status == "error") {
      return converse_refusal(place_.where +
                              ".toolResult: content cannot be empty if status is "
                              "error");
    }
    std::string said;
    std::int64_t tokens = 0;
    for (const Json& part : result["content"].items()) TRY_VOID(result_part(part, said, tokens));
    prompt_.add("result " + id, said, tokens);
    turn().results.push_back(std::move(said));
    return {};
  }

  Result<void> result_part(const Json& part, std::string& said, std::int64_t& tokens) {
    TRY_VOID(converse_members(part, place_.where + "/toolResult/content",
                              {"text", "json", "image", "document"}));
    if (part.has("image")) {
      const std::string& data = part["image"].at("source", "bytes").text();
      const auto bytes = decode_base64(data);
      if (!bytes || image_format(*bytes) != part.at("image", "format").text()) {
        return converse_refusal("Could not process image");
      }
      tokens += count_image_tokens(data);
      said += data;
      return {};
    }
    const std::string text = part.has("json") ? part["json"].dump() : part["text"].text();
    if (part.has("text") && is_blank(text)) {
      return converse_refusal("The text field in the ToolResultContentBlock object at " +
                              place_.where + " is blank: text content blocks must be non-empty.");
    }
    tokens += count_tokens(text);
    said += text;
    return {};
  }

  Result<void> reasoning(const Json& content) {
    if (!place_.assistant || !place_.model.thinking) {
      return converse_refusal("This model doesn't support the reasoningContent field at " +
                              place_.where + ".");
    }
    TRY_VOID(converse_members(content, place_.where + "/reasoningContent",
                              {"reasoningText", "redactedContent"}));
    const Json& text = content["reasoningText"];
    if (text.is_null()) return {};
    TRY_VOID(converse_members(text, place_.where + "/reasoningText", {"text", "signature"}));
    if (!thinking_signature_holds(text["text"].text(), text["signature"].text())) {
      return converse_refusal(place_.where + ": Invalid `signature` in `thinking` block");
    }
    prompt_.add_text("thinking", text["text"].text());
    return {};
  }

  const Json& block_;
  const ConversePlace& place_;
  Prompt& prompt_;
  ConverseCounts& counts_;
};

}  // namespace

Failure converse_refusal(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

Result<void> converse_members(const Json& object, std::string_view where,
                              std::initializer_list<std::string_view> names) {
  if (!object.is_object()) {
    return converse_refusal("Malformed input request: #/" + std::string(where) +
                            ": expected type: JSONObject, found: " + object.dump().substr(0, 40) +
                            ", please reformat your input and try again.");
  }
  for (const auto& [name, value] : object.members()) {
    if (is_one_of(names, name)) continue;
    return converse_refusal(std::string("Malformed input request: #") + (where.empty() ? "" : "/") +
                            std::string(where) + ": extraneous key [" + name +
                            "] is not permitted, please reformat your input and try again.");
  }
  return {};
}

bool is_tool_name(std::string_view name) {
  return all_of_name(name, "_-");
}
bool is_tool_use_id(std::string_view id) {
  return all_of_name(id, "_.:-");
}

Result<void> read_cache_point(const Json& point, const ConversePlace& place, bool first,
                              Prompt& prompt) {
  TRY_VOID(converse_members(point, place.where + "/cachePoint", {"type", "ttl"}));
  const std::string& ttl = point["ttl"].text();
  if (point["type"].text() != "default" ||
      (!point["ttl"].is_null() && ttl != "5m" && ttl != "1h")) {
    return converse_refusal("1 validation error detected: wrong value at '" + place.where +
                            ".cachePoint': type must be default, ttl must be 5m or 1h");
  }
  if (place.model.cache_minimum == 0) {
    return converse_refusal(
        "You invoked an unsupported model or your request did not allow prompt "
        "caching. See the documentation for more information.");
  }
  if (ttl == "1h" && !place.model.long_caching) {
    return converse_refusal("The ttl of the cachePoint at " + place.where +
                            " is not supported by this model. Use 5m and try again.");
  }
  if (first || prompt.blocks.back().cache_mark) {
    return converse_refusal("There is nothing available to cache before the cachePoint at " +
                            place.where + ". Add content before it and try again.");
  }
  prompt.blocks.back().cache_mark = ttl == "1h" ? Ttl::k1h : Ttl::k5m;
  return {};
}

Result<void> read_converse_block(const Json& block, const ConversePlace& place, bool first,
                                 Prompt& prompt, ConverseCounts& counts) {
  TRY_VOID(converse_members(block, place.where,
                            {"text", "image", "document", "toolUse", "toolResult", "cachePoint",
                             "reasoningContent", "guardContent", "video", "audio",
                             "citationsContent", "searchResult", "toolAddition", "toolRemoval"}));
  if (block.members().size() != 1) {
    return converse_refusal("Malformed input request: #/" + place.where +
                            ": exactly one member of "
                            "the content block union must be set, please reformat your input and "
                            "try again.");
  }
  if (block.has("cachePoint")) return read_cache_point(block["cachePoint"], place, first, prompt);
  return BlockReader(block, place, prompt, counts).read();
}

}  // namespace sekisho::sim
