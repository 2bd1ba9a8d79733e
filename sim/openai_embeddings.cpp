#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "sim/base64.h"
#include "sim/membership.h"
#include "sim/models.h"
#include "sim/openai_other.h"
#include "sim/token_input.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kMembers[] = {"model", "input", "encoding_format", "dimensions", "user"};
constexpr std::int64_t kMostTokens = 300'000;  // of one request

Failure refuse(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

// Unit length, the same for the same text.
std::vector<float> vector_of(std::string_view text, std::int64_t dimensions) {
  std::uint64_t state = 1469598103934665603ULL;
  for (const char c : text) state = (state ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  std::vector<float> out(static_cast<std::size_t>(dimensions));
  double square = 0;
  for (float& value : out) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = static_cast<float>(static_cast<std::int64_t>(state >> 33) - (std::int64_t{1} << 30)) /
            static_cast<float>(1 << 30);
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  for (float& value : out)
    value = static_cast<float>(static_cast<double>(value) / std::sqrt(square));
  return out;
}

Json as_base64(const std::vector<float>& vector) {
  std::string bytes;
  for (const float value : vector) {
    const auto four = std::bit_cast<std::array<char, sizeof value>>(value);
    bytes.append(four.data(), four.size());
  }
  return encode_base64(bytes);
}

Json as_numbers(const std::vector<float>& vector) {
  Json out = Json::array();
  for (const float value : vector) out.push(Json::number(std::to_string(value)));
  return out;
}

}  // namespace

Result<Prompt> read_embeddings(const Json& body) {
  for (const auto& [name, value] : body.members()) {
    if (!is_one_of(kMembers, name)) {
      return refuse("Unrecognized request argument supplied: " + name);
    }
  }
  Prompt prompt;
  prompt.api = OpenAiApi::kEmbeddings;
  prompt.model = body["model"].text();
  if (prompt.model.empty()) return refuse("you must provide a model parameter");
  const Model* model = find_model(Provider::kOpenAi, prompt.model);
  if (model == nullptr || model->dimensions == 0) {
    return fail(Code::kNotFound,
                "The model `" + prompt.model + "` does not exist or you do not have access to it.");
  }
  TRY_VOID(read_token_input(body["input"], "input", prompt));
  std::int64_t tokens = 0;
  for (const PromptBlock& block : prompt.blocks) {
    if (block.tokens > model->context) {
      return refuse("This model's maximum context length is " + std::to_string(model->context) +
                    " tokens, however you requested " + std::to_string(block.tokens) +
                    " tokens. Please reduce your prompt.");
    }
    tokens += block.tokens;
  }
  if (tokens > kMostTokens) return refuse("Requested tokens exceed the maximum of 300000.");
  const std::string& format = body["encoding_format"].text();
  if (!body["encoding_format"].is_null() && format != "float" && format != "base64") {
    return refuse("Invalid value for 'encoding_format'.");
  }
  prompt.base64 = format == "base64";
  prompt.dimensions = body["dimensions"].int_or(model->dimensions);
  if (prompt.dimensions < 1 || prompt.dimensions > model->dimensions) {
    return refuse("Invalid 'dimensions': integer out of range.");
  }
  return prompt;
}

std::string embeddings_answer(const Job& job) {
  const Prompt& prompt = job.prompt;
  Json data = Json::array();
  std::int64_t index = 0;
  for (const PromptBlock& block : prompt.blocks) {
    const auto vector = vector_of(block.content, prompt.dimensions);
    data.push(
        Json::object({{"object", "embedding"},
                      {"index", index++},
                      {"embedding", prompt.base64 ? as_base64(vector) : as_numbers(vector)}}));
  }
  Json out = Json::object({{"object", "list"}, {"data", std::move(data)}, {"model", prompt.model}});
  if (job.with_usage) {
    out.set("usage", Json::object({{"prompt_tokens", job.usage.prompt()},
                                   {"total_tokens", job.usage.prompt()}}));
  }
  return out.dump();
}

}  // namespace sekisho::sim
