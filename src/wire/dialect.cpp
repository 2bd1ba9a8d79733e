#include "wire/dialect.h"

#include <array>
#include <span>

#include "http/percent.h"

namespace sekisho::wire {
namespace {

struct Path {
  std::string_view method, path;
  Operation operation;
};

constexpr std::array kPaths{
    Path{"POST", "/chat/completions", Operation::kChatCompletions},
    Path{"POST", "/messages", Operation::kMessages},
    Path{"POST", "/messages/count_tokens", Operation::kCountTokens},
    Path{"POST", "/responses", Operation::kResponses},
    Path{"POST", "/completions", Operation::kCompletions},
    Path{"POST", "/embeddings", Operation::kEmbeddings},
    Path{"GET", "/models", Operation::kListModels},
    Path{"GET", "/model/info", Operation::kModelInfo},
    Path{"GET", "/model_group/info", Operation::kModelGroupInfo},
    Path{"GET", "/inference-profiles", Operation::kListInferenceProfiles},
};

// What follows the model's name in Bedrock's paths and in Google's.
struct Verb {
  std::string_view name;
  Operation operation;
};
constexpr std::array kBedrockVerbs{
    Verb{"converse", Operation::kConverse},
    Verb{"converse-stream", Operation::kConverseStream},
    Verb{"invoke", Operation::kInvoke},
    Verb{"invoke-with-response-stream", Operation::kInvokeStream},
    Verb{"count-tokens", Operation::kBedrockCountTokens},
};
constexpr std::array kGoogleVerbs{
    Verb{"generateContent", Operation::kGenerateContent},
    Verb{"streamGenerateContent", Operation::kStreamGenerateContent},
    Verb{"countTokens", Operation::kGeminiCountTokens},
    Verb{"rawPredict", Operation::kRawPredict},
    Verb{"streamRawPredict", Operation::kStreamRawPredict},
};

std::optional<Operation> operation_of(std::span<const Verb> verbs, std::string_view name) {
  for (const Verb& verb : verbs) {
    if (verb.name == name) return verb.operation;
  }
  return std::nullopt;
}

// How user agents begin or what they hold, in order of precedence; as the real clients sent it.
// Cline's current generation is the Vercel AI SDK and says only that ("ai-sdk/openai-compatible/…
// runtime/bun"); other AI SDK programs react to refusals in the same way, so they share its row.
struct Sign {
  std::string_view text;
  bool at_start;
  ClientKind client;
};

constexpr std::array kSigns{
    Sign{"claude-cli/", true, ClientKind::kClaudeCode},
    Sign{"opencode", false, ClientKind::kOpencode},
    Sign{"codex", true, ClientKind::kCodex},
    Sign{"GeminiCLI", true, ClientKind::kGeminiCli},
    Sign{"QwenCode/", true, ClientKind::kQwenCode},
    // Continue has no name of its own on the wire unless its configuration gives it one.
    Sign{"Continue/", true, ClientKind::kContinue},
    Sign{"Kilo-Code/", true, ClientKind::kKilo},
    Sign{"Cline/", false, ClientKind::kCline},
    Sign{"ai-sdk/", false, ClientKind::kCline},
    Sign{"OpenAI/", true, ClientKind::kOpenAiSdk},
    Sign{"AsyncOpenAI/", true, ClientKind::kOpenAiSdk},
    Sign{"Anthropic/", true, ClientKind::kAnthropicSdk},
    Sign{"AsyncAnthropic/", true, ClientKind::kAnthropicSdk},
    Sign{"curl/", true, ClientKind::kCurl},
};

// The next segment of `path`, empty segments skipped; "" at the end.
std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool same_segments(std::string_view path, std::string_view wanted) {
  while (true) {
    std::string_view a = next_segment(path), b = next_segment(wanted);
    if (a != b) return false;
    if (a.empty()) return true;
  }
}

bool is_version(std::string_view segment) {
  return segment == "v1" || segment == "v1beta" || segment == "v1beta1" || segment == "v1alpha";
}

bool is_prefix(std::string_view segment) {
  return segment == "openai" || segment == "anthropic" || segment == "bedrock" ||
         segment == "gemini" || segment == "vertex_ai";
}

// A path taken apart: what it asks for, and the name that it has for a model or deployment.
struct Target {
  std::string_view rest;   // without query, prefixes and versions; with Azure's deployment cut out
  std::string_view model;  // still percent-encoded
};

// "projects/{p}/locations/{l}/publishers/{who}/" in front of "models/…".
std::string_view behind_publisher(std::string_view path) {
  std::string_view rest = path;
  for (std::string_view name : {"projects", "locations", "publishers"}) {
    if (next_segment(rest) != name || next_segment(rest).empty()) return path;
  }
  return rest;
}

Target take_apart(std::string_view raw_path) {
  Target out{raw_path.substr(0, raw_path.find('?')), {}};
  for (std::string_view rest = out.rest;;) {
    std::string_view segment = next_segment(rest);
    if (segment == "deployments" && out.model.empty()) {
      out.model = next_segment(rest);
      if (out.model.empty()) return out;
    } else if (!is_version(segment) && !is_prefix(segment)) {
      break;
    }
    out.rest = rest;
  }
  out.rest = behind_publisher(out.rest);
  return out;
}

// "a/b" of "/models/a/b/"; empty for other paths.
std::string_view name_behind(std::string_view folder, std::string_view path) {
  if (next_segment(path) != folder) return {};
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Gemini's "name:generateContent"; Bedrock's ids end in ":0".
std::size_t verb_colon(std::string_view name) {
  const auto colon = name.rfind(':');
  bool verb = colon != std::string_view::npos && colon + 1 < name.size() && name[colon + 1] >= 'a';
  return verb ? colon : std::string_view::npos;
}

// The operation of a path that names a model, and the name.
struct Named {
  Operation operation;
  std::string_view method, model;
};
std::optional<Named> match_named(std::string_view path) {
  if (auto name = name_behind("model", path); !name.empty()) {
    auto slash = name.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto operation = operation_of(kBedrockVerbs, name.substr(slash + 1));
    if (!operation || slash == 0) return std::nullopt;
    return Named{*operation, "POST", name.substr(0, slash)};
  }
  if (auto name = name_behind("inference-profiles", path); !name.empty()) {
    return Named{Operation::kGetInferenceProfile, "GET", name};
  }
  auto name = name_behind("models", path);
  if (name.empty()) return std::nullopt;
  auto colon = verb_colon(name);
  if (colon == std::string_view::npos) return Named{Operation::kGetModel, "GET", name};
  auto operation = operation_of(kGoogleVerbs, name.substr(colon + 1));
  if (!operation || colon == 0) return std::nullopt;
  return Named{*operation, "POST", name.substr(0, colon)};
}

}  // namespace

std::string_view dialect_name(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return "openai_chat";
    case Dialect::kAnthropicMessages:
      return "anthropic_messages";
    case Dialect::kBedrockConverse:
      return "bedrock_converse";
    case Dialect::kOpenAiResponses:
      return "openai_responses";
    case Dialect::kOpenAiCompletions:
      return "openai_completions";
    case Dialect::kOpenAiEmbeddings:
      return "openai_embeddings";
    case Dialect::kGemini:
      return "gemini";
  }
  return "unknown";
}

std::optional<Operation> match_data_path(std::string_view method, std::string_view raw_path) {
  if (method == "HEAD") method = "GET";
  if (!raw_path.starts_with('/')) return std::nullopt;
  const std::string_view path = take_apart(raw_path).rest;
  for (const Path& known : kPaths) {
    if (!same_segments(path, known.path)) continue;
    return method == known.method ? known.operation : Operation::kWrongMethod;
  }
  const auto named = match_named(path);
  if (!named) return std::nullopt;
  return method == named->method ? named->operation : Operation::kWrongMethod;
}

std::string model_of_path(std::string_view raw_path) {
  const Target target = take_apart(raw_path);
  const auto named = match_named(target.rest);
  const std::string_view name = named ? named->model : target.model;
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const auto escape = http::percent_escape(name, i);
    const bool plain = escape && *escape > ' ' && *escape < 0x7f;
    out += plain ? *escape : name[i];
    i += plain ? http::kPercentEscapeBytes : 1;
  }
  return out;
}

Dialect dialect_of(Operation operation) {
  switch (operation) {
    case Operation::kMessages:
    case Operation::kCountTokens:
    case Operation::kInvoke:
    case Operation::kInvokeStream:
    case Operation::kRawPredict:
    case Operation::kStreamRawPredict:
      return Dialect::kAnthropicMessages;
    case Operation::kResponses:
      return Dialect::kOpenAiResponses;
    case Operation::kCompletions:
      return Dialect::kOpenAiCompletions;
    case Operation::kEmbeddings:
      return Dialect::kOpenAiEmbeddings;
    case Operation::kConverse:
    case Operation::kConverseStream:
    case Operation::kBedrockCountTokens:
    case Operation::kListInferenceProfiles:
    case Operation::kGetInferenceProfile:
      return Dialect::kBedrockConverse;
    case Operation::kGenerateContent:
    case Operation::kStreamGenerateContent:
    case Operation::kGeminiCountTokens:
      return Dialect::kGemini;
    case Operation::kChatCompletions:
    case Operation::kListModels:
    case Operation::kGetModel:
    case Operation::kModelInfo:
    case Operation::kModelGroupInfo:
    case Operation::kWrongMethod:
      break;
  }
  return Dialect::kOpenAiChat;
}

std::optional<bool> streams_by_path(Operation operation) {
  switch (operation) {
    case Operation::kConverse:
    case Operation::kInvoke:
    case Operation::kBedrockCountTokens:
    case Operation::kGenerateContent:
    case Operation::kGeminiCountTokens:
    case Operation::kRawPredict:
      return false;
    case Operation::kConverseStream:
    case Operation::kInvokeStream:
    case Operation::kStreamGenerateContent:
    case Operation::kStreamRawPredict:
      return true;
    default:
      return std::nullopt;
  }
}

Framing framing_of(Operation operation) {
  if (operation == Operation::kConverseStream) return Framing::kEventStream;
  if (operation == Operation::kInvokeStream) return Framing::kPackedMessages;
  return Framing::kServerSentEvents;
}

Dialect error_dialect_of(Operation operation) {
  bool invoke = operation == Operation::kInvoke || operation == Operation::kInvokeStream;
  return invoke ? Dialect::kBedrockConverse : dialect_of(operation);
}

bool is_token_count(Operation operation) {
  return operation == Operation::kCountTokens || operation == Operation::kBedrockCountTokens ||
         operation == Operation::kGeminiCountTokens;
}

bool has_answer_of_model(Operation operation) {
  switch (operation) {
    case Operation::kListInferenceProfiles:
    case Operation::kGetInferenceProfile:
    case Operation::kListModels:
    case Operation::kGetModel:
    case Operation::kModelInfo:
    case Operation::kModelGroupInfo:
    case Operation::kWrongMethod:
      return false;
    default:
      return true;
  }
}

std::string_view client_name(ClientKind client) {
  switch (client) {
    case ClientKind::kUnknown:
      return "unknown";
    case ClientKind::kCline:
      return "cline";
    case ClientKind::kClaudeCode:
      return "claude_code";
    case ClientKind::kCodex:
      return "codex";
    case ClientKind::kOpencode:
      return "opencode";
    case ClientKind::kGeminiCli:
      return "gemini_cli";
    case ClientKind::kQwenCode:
      return "qwen_code";
    case ClientKind::kContinue:
      return "continue";
    case ClientKind::kKilo:
      return "kilo";
    case ClientKind::kOpenAiSdk:
      return "openai_sdk";
    case ClientKind::kAnthropicSdk:
      return "anthropic_sdk";
    case ClientKind::kCurl:
      return "curl";
  }
  return "unknown";
}

ClientKind detect_client(std::string_view user_agent, bool has_claude_session_header) {
  if (has_claude_session_header) return ClientKind::kClaudeCode;
  for (const Sign& sign : kSigns) {
    bool found = sign.at_start ? user_agent.starts_with(sign.text)
                               : user_agent.find(sign.text) != std::string_view::npos;
    if (found) return sign.client;
  }
  return ClientKind::kUnknown;
}

}  // namespace sekisho::wire
