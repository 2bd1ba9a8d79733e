#pragma once
// The face of one simulated provider: who calls, what a request means (checked as the real service
// checks it), and how an answer, a stream or an error looks in its dialect. Sans-IO: strings in,
// strings out; the core (core.h) puts time, faults and the bill around it. One per process, no
// state of its own; one loop's thread only.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "sim/answer.h"
#include "sim/bill.h"
#include "sim/models.h"
#include "sim/prompt.h"
#include "sim/scenario.h"

namespace sekisho::sim {

struct Call {
  std::string_view method;
  std::string_view target;  // raw, as on the wire
  std::string_view path;    // raw, without the query and without the provider's prefix
  const http::Headers& headers;
  std::string_view body;
  WallTime now;
};

// Who may call: each key belongs to an account, and prompt caches belong to accounts.
struct Keys {
  struct Aws {
    std::string access_key_id, secret_access_key, account;
  };
  struct Plain {
    std::string key, account;
  };
  std::vector<Aws> aws{
      {"AKIASEKISHOSIM000001", "sim-secret-access-key-number-one-0000001", "111122223333"},
      {"AKIASEKISHOSIM000002", "sim-secret-access-key-number-two-0000002", "444455556666"}};
  std::vector<Plain> bedrock{{"bedrock-api-key-sekisho-sim-1", "111122223333"}};
  std::vector<Plain> openai{{"sk-sekisho-sim-openai-1", "org-sim-1"},
                            {"sk-sekisho-sim-openai-2", "org-sim-2"}};
  std::vector<Plain> anthropic{{"sk-ant-sekisho-sim-1", "ant-sim-1"},
                               {"sk-ant-sekisho-sim-2", "ant-sim-2"}};
  std::vector<Plain> gemini{{"AIza-sekisho-sim-gemini-1", "gemini-sim-1"},
                            {"AIza-sekisho-sim-gemini-2", "gemini-sim-2"}};
};

// An error answer before any stream.
struct ApiError {
  int status = 500;
  std::string type;  // exception name or error type; empty: the usual one of the status
  std::string message;
  std::optional<std::int64_t> retry_after;
};

// What is needed to spell one answer.
struct Job {
  const Model& model;
  const Prompt& prompt;
  const Answer& answer;
  SimUsage usage;
  std::string id;  // request id
  std::int64_t unix_s = 0;
  std::int64_t chunk = 16;  // bytes per delta
  bool with_usage = true;
};

// One write of a streamed answer.
struct Piece {
  // kEnd: the answer ends as a proper one would, but what was to follow was never generated.
  enum class Then : std::uint8_t { kGoOn, kHang, kReset, kClose, kEnd };
  std::string bytes;
  std::int64_t tokens = 0;  // output tokens that this piece carries
  Duration after{};         // to wait before it
  Then then = Then::kGoOn;  // after it
  bool billed = true;       // false: an error in the place of the answer
};

class ProviderApi {
 public:
  virtual ~ProviderApi() = default;
  virtual Provider provider() const = 0;
  // The account. Errors: kUnauthenticated, kPermissionDenied, kInvalidArgument.
  virtual Result<std::string> identify(const Call& call) const = 0;
  // Errors: kInvalidArgument (400), kNotFound (unknown model or path), kTooLarge.
  virtual Result<Prompt> read(const Call& call) const = 0;
  // Whether prompt and maximum fit the model's window. Error: kContextOverflow.
  virtual Result<void> check_window(const Model& model, const Prompt& prompt,
                                    std::int64_t tokens) const = 0;
  // The answer to a call that only counts tokens, if this is one.
  virtual std::optional<std::string> count_answer(const Call& call, std::int64_t tokens) const = 0;
  virtual std::string_view tool_id_prefix(const Prompt& prompt) const = 0;
  virtual http::Headers headers(const Job& job) const = 0;
  virtual std::string whole(const Job& job) const = 0;
  virtual std::vector<Piece> stream(const Job& job) const = 0;
  virtual ApiError error_of(const Error& error) const = 0;
  virtual void render(const ApiError& error, std::string_view id, http::Headers& headers,
                      std::string& body) const = 0;
  virtual std::string stream_error(const Fault& fault) const = 0;
};

std::unique_ptr<ProviderApi> make_bedrock(const Keys& keys);
std::unique_ptr<ProviderApi> make_openai(const Keys& keys);
std::unique_ptr<ProviderApi> make_anthropic(const Keys& keys);
std::unique_ptr<ProviderApi> make_gemini(const Keys& keys);

// Parts of `text` of about `bytes` bytes that never split a character.
std::vector<std::string_view> split_text(std::string_view text, std::int64_t bytes);
// Tokens of each part so that they add up to `total`.
std::vector<std::int64_t> share_tokens(std::int64_t total, std::size_t parts);

}  // namespace sekisho::sim
