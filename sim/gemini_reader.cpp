#include "sim/gemini_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "sim/answer.h"
#include "sim/base64.h"
#include "sim/gemini_config.h"
#include "sim/gemini_fields.h"
#include "sim/membership.h"

namespace sekisho::sim {
namespace {

Failure refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

std::string index_of(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// Bytes in protobuf's JSON come in either alphabet.
std::optional<std::string> decode_bytes(std::string_view text) {
  std::string standard(text);
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (standard.size() % 4 != 0) standard += '=';
  return decode_base64(standard);
}

// What stands for a call that no Gemini model made.
constexpr std::string_view kPlaceholders[] = {"skip_thought_signature_validator",
                                              "context_engineering_is_the_way_to_go"};

class ContentReader {
 public:
  ContentReader(const Model& model, Prompt& prompt) : model_(model), prompt_(prompt) {}

  Result<void> read(const Json& contents) {
    if (contents.items().empty()) {
      return refuse("* GenerateContentRequest.contents: contents is not specified");
    }
    last_words_ = last_user_words(contents);
    for (index_ = 0; index_ < contents.items().size(); ++index_) {
      TRY_VOID(content(contents.items()[index_], index_of("contents", index_)));
    }
    return close_calls();
  }

 private:
  // The content with which the present task began.
  static std::size_t last_user_words(const Json& contents) {
    std::size_t last = 0;
    for (std::size_t i = 0; i < contents.items().size(); ++i) {
      const Json& content = contents.items()[i];
      bool answers = false;
      for (const Json& part : content["parts"].items()) {
        answers = answers || !field_of(part, "functionResponse").is_null();
      }
      if (content["role"].text() != "model" && !answers) last = i;
    }
    return last;
  }

  Result<void> content(const Json& content, const std::string& where) {
    TRY_VOID(check_fields(content, {"role", "parts"}, where));
    const std::string& role = content["role"].text();
    if (!role.empty() && role != "user" && role != "model" && role != "function") {
      return refuse("Please use a valid role: user, model.");
    }
    if (content["parts"].items().empty()) {
      return refuse("* GenerateContentRequest." + where +
                    ".parts: contents.parts must not be empty.");
    }
    const bool is_model = role == "model";
    if (is_model) TRY_VOID(close_calls());
    if (is_model && index_ == 0 && holds_call(content)) return refuse(kOrder);
    answered_ = 0;
    calls_here_ = 0;
    for (std::size_t i = 0; i < content["parts"].items().size(); ++i) {
      TRY_VOID(part(content["parts"].items()[i], index_of(where + ".parts", i), is_model));
    }
    if (is_model || open_.empty()) return {};
    if (answered_ != open_.size()) return refuse(kCount);
    open_.clear();
    return {};
  }

  static bool holds_call(const Json& content) {
    return std::ranges::any_of(content["parts"].items(), [](const Json& part) {
      return !field_of(part, "functionCall").is_null();
    });
  }

  Result<void> close_calls() const { return open_.empty() ? Result<void>{} : refuse(kCount); }

  Result<void> part(const Json& part, const std::string& where, bool is_model) {
    TRY_VOID(
        check_fields(part,
                     {"text", "thought", "thoughtSignature", "inlineData", "fileData",
                      "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
                      "videoMetadata", "mediaResolution", "partMetadata"},
                     where));
    int data = 0;
    for (std::string_view name : {"text", "inlineData", "fileData", "functionCall",
                                  "functionResponse", "executableCode", "codeExecutionResult"}) {
      data += field_of(part, name).is_null() ? 0 : 1;
    }
    if (data != 1) {
      return refuse("* GenerateContentRequest." + where +
                    ".data: required oneof field 'data' must have one initialized field");
    }
    Turn& turn = prompt_.turn(is_model);
    const Json& signature = field_of(part, "thoughtSignature");
    if (!signature.is_null()) TRY_VOID(check_signature(signature));
    if (const Json& text = part["text"]; !text.is_null()) {
      if (!text.is_string()) return refuse("Invalid value at '" + where + ".text'");
      prompt_.add_text(is_model ? "model" : "user", text.text());
      if (!part["thought"].as_bool()) turn.text += text.text();
      return {};
    }
    if (const Json& call = field_of(part, "functionCall"); !call.is_null()) {
      if (!is_model) return refuse("Function call should be in a content with the role \"model\".");
      return this->call(call, where, !signature.is_null(), turn);
    }
    if (const Json& response = field_of(part, "functionResponse"); !response.is_null()) {
      if (is_model) return refuse("Function response should not be in a model turn.");
      return this->response(response, where, turn);
    }
    if (const Json& inlined = field_of(part, "inlineData"); !inlined.is_null()) {
      return inline_data(inlined, where);
    }
    return refuse("Files of another project cannot be accessed: " + where);
  }

  Result<void> check_signature(const Json& signature) const {
    if (is_one_of(kPlaceholders, signature.text())) return {};
    const auto bytes = decode_bytes(signature.text());
    if (!bytes)
      return refuse("Invalid value at 'thought_signature' (TYPE_BYTES), Base64 decoding failed");
    if (!thinking_signature_holds("", *bytes)) return refuse("Corrupted thought signature.");
    return {};
  }

  Result<void> call(const Json& call, const std::string& where, bool is_signed, Turn& turn) {
    TRY_VOID(check_fields(call, {"id", "name", "args"}, where + ".function_call"));
    const std::string& name = call["name"].text();
    if (name.empty()) {
      return refuse("* GenerateContentRequest." + where +
                    ".function_call.name: Name cannot be empty.");
    }
    if (!call["args"].is_null() && !call["args"].is_object()) {
      return refuse("Invalid value at '" + where +
                    ".function_call.args' (type.googleapis.com/google.protobuf.Struct)");
    }
    const bool in_task = index_ > last_words_;
    if (model_.signs_calls && in_task && calls_here_ == 0 && !is_signed) {
      return refuse(
          "Function call is missing a thought_signature in functionCall parts. This is "
          "required for tools to work correctly, and missing thought_signature may lead to "
          "degraded model performance. Additional data, function call `default_api:" +
          name + "`, position " + std::to_string(index_) + ".");
    }
    ++calls_here_;
    prompt_.add_text("call", name + call["args"].dump());
    open_.push_back({call["id"].text(), name});
    turn.calls.push_back({call["id"].text(), name, call["args"]});
    return {};
  }

  Result<void> response(const Json& response, const std::string& where, Turn& turn) {
    TRY_VOID(check_fields(response,
                          {"id", "name", "response", "parts", "willContinue", "scheduling"},
                          where + ".function_response"));
    const std::string &name = response["name"].text(), &id = response["id"].text();
    if (name.empty()) {
      return refuse("* GenerateContentRequest." + where +
                    ".function_response.name: Name cannot be empty.");
    }
    if (!response["response"].is_object()) {
      return refuse("Invalid value at '" + where + ".function_response.response'");
    }
    const auto answers = [&](const Open& call) {
      return !call.answered && call.name == name &&
             (id.empty() || call.id.empty() || call.id == id);
    };
    const auto found = std::ranges::find_if(open_, answers);
    if (found == open_.end()) return refuse(kCount);
    found->answered = true;
    ++answered_;
    std::string said = response["response"].dump();
    for (const Json& part : response["parts"].items()) {
      TRY_VOID(inline_data(field_of(part, "inlineData"), where));
    }
    prompt_.add_text("result", name + said);
    const Json& output = response["response"]["output"];
    turn.results.push_back(output.is_string() ? output.text() : std::move(said));
    return {};
  }

  Result<void> inline_data(const Json& data, const std::string& where) {
    TRY_VOID(check_fields(data, {"mimeType", "data", "displayName"}, where + ".inline_data"));
    const std::string& type = field_of(data, "mimeType").text();
    const auto bytes = decode_bytes(data["data"].text());
    if (!bytes || bytes->empty()) return refuse("Unable to process input data: " + where);
    constexpr std::array<std::string_view, 9> kTypes{"image/png",  "image/jpeg",      "image/webp",
                                                     "image/heic", "application/pdf", "text/plain",
                                                     "text/html",  "text/markdown",   "text/csv"};
    if (!is_one_of(kTypes, type)) return refuse("Unsupported MIME type: " + type);
    if (type.starts_with("image/")) {
      if (image_format(*bytes).empty()) return refuse("Unable to process input image.");
      prompt_.add("image", data["data"].text(), count_image_tokens(data["data"].text()));
    } else {
      prompt_.add_text("document", data["data"].text());
    }
    return {};
  }

  static constexpr const char* kCount =
      "Please ensure that the number of function response parts is equal to the number of function "
      "call parts of the function call turn.";
  static constexpr const char* kOrder =
      "Please ensure that function call turn comes immediately after a user turn or after a "
      "function response turn.";

  struct Open {
    std::string id, name;
    bool answered = false;
  };
  const Model& model_;
  Prompt& prompt_;
  std::vector<Open> open_;
  std::size_t index_ = 0, last_words_ = 0, answered_ = 0, calls_here_ = 0;
};

}  // namespace

Result<Prompt> read_gemini(const Model& model, const Json& body) {
  TRY_VOID(
      check_fields(body,
                   {"model", "contents", "systemInstruction", "tools", "toolConfig",
                    "generationConfig", "safetySettings", "cachedContent", "serviceTier", "store"},
                   ""));
  const std::string& name = body["model"].text();
  if (!name.empty() && name != "models/" + std::string(model.id)) {
    return refuse("* GenerateContentRequest.model: unexpected model name format");
  }
  if (!field_of(body, "cachedContent").is_null()) {
    return fail(Code::kNotFound, "CachedContent not found (or permission denied)");
  }
  Prompt prompt;
  prompt.model = model.id;
  TRY_VOID(read_gemini_tools(model, body, prompt));
  TRY_VOID(read_gemini_config(model, body, prompt));
  const Json& system = field_of(body, "systemInstruction");
  if (!system.is_null()) {
    TRY_VOID(check_fields(system, {"role", "parts"}, "system_instruction"));
    for (const Json& part : system["parts"].items()) {
      if (!part["text"].is_string()) return refuse("system_instruction: only text is supported");
      prompt.add_text("system", part["text"].text());
    }
  }
  TRY_VOID(ContentReader(model, prompt).read(body["contents"]));
  return prompt;
}

}  // namespace sekisho::sim
