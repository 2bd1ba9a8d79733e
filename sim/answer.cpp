#include "sim/answer.h"

#include <algorithm>
#include <array>

#include "sim/tool_arguments.h"

namespace sekisho::sim {
namespace {

constexpr std::string_view kHello = "Hello from the simulated provider.";

std::string hex64(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
  return out;
}

std::uint64_t hash_of(std::string_view text, std::uint64_t salt) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ salt;
  for (char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return hash;
}

// Exactly `tokens` tokens: four bytes each.
std::string words(std::int64_t tokens) {
  std::string out;
  out.reserve(static_cast<std::size_t>(tokens) * 4);
  for (std::int64_t i = 0; i < tokens; ++i) {
    out += static_cast<char>('a' + i / 676 % 26);
    out += static_cast<char>('a' + i / 26 % 26);
    out += static_cast<char>('a' + i % 26);
    out += ' ';
  }
  return out;
}

// The turns since the scenario was given: how far an agent's task has come.
struct Progress {
  std::int64_t calls = 0;  // tool-using turns of the model
  std::vector<std::string> results;
};

Progress progress_of(const Prompt& prompt) {
  Progress progress;
  for (const Turn& turn : prompt.turns) {
    if (!turn.assistant && find_marker(turn.text)) progress = {};
    if (turn.assistant && !turn.calls.empty()) ++progress.calls;
    progress.results.insert(progress.results.end(), turn.results.begin(), turn.results.end());
  }
  return progress;
}

class Maker {
 public:
  Maker(const Prompt& prompt, const Scenario& scenario, std::string_view id_prefix,
        std::uint64_t seed)
      : prompt_(prompt), scenario_(scenario), id_prefix_(id_prefix), seed_(seed) {}

  Answer make() {
    think();
    if (scenario_.name == "write_file")
      write_file();
    else if (scenario_.name == "tools")
      call_tools();
    else
      say(words_of(scenario_.name));
    force_tool();
    if (scenario_.name == "refusal") answer_.stop = Stop::kRefusal;
    obey_stop_sequences();
    cut_to_maximum();
    return std::move(answer_);
  }

 private:
  std::string words_of(std::string_view name) const {
    if (name == "long") return words(scenario_.tokens);
    if (name == "max_tokens") return words(prompt_.max_tokens > 0 ? prompt_.max_tokens + 1 : 4096);
    if (name == "echo") return echo();
    if (name == "refusal")
      return scenario_.text.empty() ? "I cannot help with that." : scenario_.text;
    if (name == "secret" && scenario_.text.empty()) return secret();
    return scenario_.text.empty() ? std::string(kHello) : scenario_.text;
  }

  std::string echo() const {
    for (auto turn = prompt_.turns.rbegin(); turn != prompt_.turns.rend(); ++turn) {
      if (!turn->assistant && !turn->text.empty()) return without_markers(turn->text);
    }
    return "";
  }

  // A well-formed GitHub token; put together here so that no scanner finds it in this file.
  static std::string secret() {
    return std::string("The token is ghp") + "_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8" +
           ", keep it.";
  }

  void say(std::string text) {
    AnswerPart part;
    part.text = std::move(text);
    answer_.parts.push_back(std::move(part));
  }

  void call(std::string name, Json input) {
    AnswerPart part;
    part.kind = AnswerPart::Kind::kCall;
    part.call = {std::string(id_prefix_) + hex64(hash_of(name, seed_ * 31 + ++made_)),
                 std::move(name), std::move(input)};
    answer_.parts.push_back(std::move(part));
    answer_.stop = Stop::kToolUse;
  }

  void think() {
    if (scenario_.reasoning.empty() || !prompt_.thinking) return;
    AnswerPart part;
    part.kind = AnswerPart::Kind::kThinking;
    part.text = scenario_.reasoning;
    part.signature = sign_thinking(part.text, prompt_.thinking_shown);
    answer_.parts.push_back(std::move(part));
  }

  bool may_call() const {
    return !prompt_.tools.empty() && prompt_.tool_choice != ToolChoice::kNone;
  }

  void write_file() {
    Errand errand{scenario_.path, scenario_.content, true, closing_words()};
    const std::int64_t step = progress_of(prompt_).calls;
    errand.write = step == 0;
    const ToolOffer* tool = nullptr;
    if (may_call() && step == 0) tool = find_writer(prompt_.tools);
    if (may_call() && step == 1) tool = find_reader(prompt_.tools);
    if (may_call() && step == 2) tool = find_completion(prompt_.tools);
    if (tool == nullptr) return say(closing_words());
    if (step < 2) say(step == 0 ? "I will write the file." : "Let me check what was written.");
    call(tool->name, fill_arguments(tool->schema, errand));
  }

  std::string closing_words() const {
    if (!scenario_.text.empty()) return scenario_.text;
    return "Done: " + (scenario_.path.empty() ? "nothing to write" : scenario_.path) + ".";
  }

  void call_tools() {
    const Progress progress = progress_of(prompt_);
    if (progress.calls > 0 || !may_call()) {
      std::string text = scenario_.text.empty() ? "Results:" : scenario_.text;
      for (const std::string& result : progress.results) text += "\n" + result;
      return say(std::move(text));
    }
    for (const ToolCall& wanted : scenario_.tools) call(wanted.name, wanted.input);
    if (!scenario_.tools.empty()) return;
    for (const ToolOffer& tool : prompt_.tools) {
      if (made_ == 3) break;
      call(tool.name, fill_arguments(tool.schema, {"/tmp/sim", "sim", true, "sim"}));
    }
  }

  void force_tool() {
    const bool forced =
        prompt_.tool_choice == ToolChoice::kAny || prompt_.tool_choice == ToolChoice::kNamed;
    if (!forced || answer_.stop == Stop::kToolUse) return;
    for (const ToolOffer& tool : prompt_.tools) {
      if (!prompt_.named_tool.empty() && tool.name != prompt_.named_tool) continue;
      std::erase_if(answer_.parts,
                    [](const AnswerPart& part) { return part.kind == AnswerPart::Kind::kText; });
      return call(tool.name, fill_arguments(tool.schema, {"/tmp/sim", "sim", true, "sim"}));
    }
  }

  void obey_stop_sequences() {
    for (std::size_t i = 0; i < answer_.parts.size(); ++i) {
      AnswerPart& part = answer_.parts[i];
      if (part.kind != AnswerPart::Kind::kText) continue;
      std::size_t first = std::string::npos;
      for (const std::string& stop : prompt_.stop_sequences) {
        const std::size_t at = part.text.find(stop);
        if (at >= first) continue;
        first = at;
        answer_.stop_sequence = stop;
      }
      if (first == std::string::npos) continue;
      part.text.resize(first);
      answer_.parts.resize(i + 1);
      answer_.stop = Stop::kStopSequence;
      return;
    }
  }

  void cut_to_maximum() {
    if (prompt_.max_tokens <= 0) return;
    std::int64_t left = prompt_.max_tokens;
    for (std::size_t i = 0; i < answer_.parts.size(); ++i) {
      AnswerPart& part = answer_.parts[i];
      const std::int64_t tokens = part.tokens();
      if (tokens <= left) {
        left -= tokens;
        continue;
      }
      answer_.stop = Stop::kMaxTokens;
      answer_.stop_sequence.clear();
      const bool keep = part.kind != AnswerPart::Kind::kCall && left > 0;
      if (keep) {
        std::size_t size = static_cast<std::size_t>(left) * 4;
        while (size > 0 && (static_cast<std::uint8_t>(part.text[size]) & 0xC0) == 0x80) --size;
        part.text.resize(size);
        if (part.kind == AnswerPart::Kind::kThinking) {
          part.signature = sign_thinking(part.text, prompt_.thinking_shown);
        }
      }
      answer_.parts.resize(i + (keep ? 1 : 0));
      return;
    }
  }

  const Prompt& prompt_;
  const Scenario& scenario_;
  std::string_view id_prefix_;
  std::uint64_t seed_;
  std::uint64_t made_ = 0;
  Answer answer_;
};

}  // namespace

std::int64_t AnswerPart::tokens() const {
  return kind == Kind::kCall ? count_tokens(call.name + call.input.dump()) : count_tokens(text);
}

std::int64_t Answer::output_tokens() const {
  std::int64_t tokens = 0;
  for (const AnswerPart& part : parts) tokens += part.tokens();
  return std::max<std::int64_t>(1, tokens);
}

std::int64_t Answer::thinking_tokens() const {
  std::int64_t tokens = 0;
  for (const AnswerPart& part : parts) {
    if (part.kind == AnswerPart::Kind::kThinking) tokens += part.tokens();
  }
  return tokens;
}

std::string sign_thinking(std::string_view text, bool shown) {
  const std::string body = (shown ? "EsimS" : "EsimO") + hex64(hash_of(text, 1));
  return body + hex64(hash_of(body, 2)) + "A";
}

bool thinking_signature_holds(std::string_view text, std::string_view signature) {
  if (signature.size() != 5 + 16 + 16 + 1) return false;
  const std::string body(signature.substr(0, 21));
  if (signature != body + hex64(hash_of(body, 2)) + "A") return false;
  return body[4] == 'O' ? text.empty() : body.substr(5) == hex64(hash_of(text, 1));
}

Answer make_answer(const Prompt& prompt, const Scenario& scenario, std::string_view id_prefix,
                   std::uint64_t seed) {
  return Maker(prompt, scenario, id_prefix, seed).make();
}

}  // namespace sekisho::sim
