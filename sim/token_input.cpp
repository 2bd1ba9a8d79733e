#include "sim/token_input.h"

#include <algorithm>

namespace sekisho::sim {
namespace {

constexpr std::size_t kInputs = 2048;

bool are_tokens(const Json& list) {
  return !list.items().empty() && std::ranges::all_of(list.items(), [](const Json& one) {
    return one.is_number() && one.as_int() && *one.as_int() >= 0;
  });
}

void add_tokens(const Json& list, Prompt& prompt) {
  prompt.add("tokens", list.dump(), static_cast<std::int64_t>(list.items().size()));
}

}  // namespace

Result<void> read_token_input(const Json& input, const std::string& member, Prompt& prompt) {
  const auto wrong = [&] {
    return fail(Code::kInvalidArgument,
                "'$." + member + "' is invalid. Please check the API reference.");
  };
  if (input.is_string()) {
    if (input.text().empty()) return wrong();
    prompt.add_text("text", input.text());
    return {};
  }
  if (!input.is_array() || input.items().empty() || input.items().size() > kInputs) {
    if (!are_tokens(input)) return wrong();
  }
  if (are_tokens(input)) {
    add_tokens(input, prompt);
    return {};
  }
  for (const Json& one : input.items()) {
    if (one.is_string() && !one.text().empty()) {
      prompt.add_text("text", one.text());
    } else if (one.is_array() && are_tokens(one)) {
      add_tokens(one, prompt);
    } else {
      return wrong();
    }
  }
  return {};
}

}  // namespace sekisho::sim
